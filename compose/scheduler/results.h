/* SPDX-License-Identifier: Apache-2.0 */
/* What actions gave, filled into the later ones that ask for it (compose/planner/plan.h,
 * "slot"). Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct action;
struct arena;
struct err;
struct guard;
struct node;
struct plan;
struct schedule;

/* By number - 1; NULL: nothing (yet). */
struct results {
	const char **ids;
	const char **digests;
	const char **gateways;
	size_t n;
};

void results_init(struct results *results, struct arena *arena, size_t n);

/* An action's texts and body with all slots filled. */
struct filled {
	const char *target;
	const char *name;
	const struct node *body;
};

/* Fails when an action that is asked for gave nothing. What had no slots is shared with
 * the action. */
bool results_fill(const struct results *results, struct arena *arena,
	const struct action *action, struct filled *out, struct err *err);

/* Whether the action is to be carried out. A value that nobody knows differs from every
 * other. */
bool results_allow(const struct results *results, const struct schedule *schedule,
	const struct guard *guard);

/* Whether all that the guard asks about has ended, so that its answer will stay. */
bool results_can_tell(const struct schedule *schedule, const struct guard *guard);

/* Of an action that was not carried out: from now on its if_skipped is what it gave. */
void results_stand_in(struct results *results, struct arena *arena, unsigned number,
	const struct action *action);

/* Marks in out (by number - 1) the actions whose gateway is asked for. */
void results_mark_gateways(const struct plan *plan, bool *out);
