/* SPDX-License-Identifier: Apache-2.0 */
/* Slots are filled into copies; a plan is const. */
#include "compose/scheduler/results.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/schedule.h"

void results_init(struct results *results, struct arena *arena, size_t n)
{
	results->ids = ARENA_NEW_N(arena, n, const char *);
	results->digests = ARENA_NEW_N(arena, n, const char *);
	results->gateways = ARENA_NEW_N(arena, n, const char *);
	results->n = n;
}

static const char *value_of(
	const struct results *results, unsigned number, enum slot_value value)
{
	if (number < 1 || number > results->n)
		return NULL;
	switch (value) {
	case SLOT_ID:
		return results->ids[number - 1];
	case SLOT_DIGEST:
		return results->digests[number - 1];
	case SLOT_GATEWAY:
		return results->gateways[number - 1];
	}
	return NULL;
}

/* One filling; remembers whose value was missing. */
struct filling {
	const struct results *results;
	unsigned missing; /* 0: nobody's */
};

static const char *lookup(void *ctx, unsigned number, enum slot_value value)
{
	struct filling *filling = ctx;
	const char *text = value_of(filling->results, number, value);

	if (!text)
		filling->missing = number;
	return text;
}

/* Names and targets are slots as a whole or not at all, so that a name may hold a dollar.
 */
static const char *fill_text(
	struct arena *arena, const char *text, struct filling *filling)
{
	unsigned number;
	enum slot_value value;

	if (!text || !slot_parse(text, &number, &value))
		return text;
	return slots_fill(arena, text, lookup, filling);
}

bool results_fill(const struct results *results, struct arena *arena,
	const struct action *action, struct filled *out, struct err *err)
{
	struct filling filling = {results, 0};

	out->target = fill_text(arena, action->target, &filling);
	out->name = fill_text(arena, action->name, &filling);
	out->body = action->body ? slots_fill_node(arena, action->body, lookup, &filling)
				 : NULL;
	if (filling.missing)
		return err_set(err, ERR_STATE, "%s: action %u gave nothing to go on with",
			action->label, filling.missing);
	return true;
}

static bool allows(const struct results *results, const struct schedule *schedule,
	const struct guard *guard)
{
	switch (guard->kind) {
	case GUARD_NONE:
		return true;
	case GUARD_DIFFERS:
		return !text_eq(
			value_of(results, guard->action, guard->value), guard->text);
	case GUARD_DONE:
		return schedule_state(schedule, guard->action) == JOB_DONE;
	case GUARD_NOT_DONE:
		return schedule_state(schedule, guard->action) != JOB_DONE;
	case GUARD_WENT_WELL:
		return job_succeeded(schedule_state(schedule, guard->action));
	}
	return true;
}

bool results_allow(const struct results *results, const struct schedule *schedule,
	const struct guard *guard)
{
	for (; guard; guard = guard->either) {
		const struct guard *all = guard;

		while (all && allows(results, schedule, all))
			all = all->also;
		if (!all)
			return true;
	}
	return false;
}

bool results_can_tell(const struct schedule *schedule, const struct guard *guard)
{
	for (; guard; guard = guard->either)
		for (const struct guard *all = guard; all; all = all->also)
			if (all->kind != GUARD_NONE &&
				!job_ended(schedule_state(schedule, all->action)))
				return false;
	return true;
}

void results_stand_in(struct results *results, struct arena *arena, unsigned number,
	const struct action *action)
{
	struct filling filling = {results, 0};
	const char *text = fill_text(arena, action->if_skipped, &filling);

	if (filling.missing)
		return;
	results->ids[number - 1] = text;
	results->digests[number - 1] = text;
}

static void mark_text(const struct plan *plan, const char *text, bool *out)
{
	const char *dollar = text ? strchr(text, '$') : NULL;

	for (; dollar; dollar = strchr(dollar + 1, '$')) {
		char *end;
		unsigned long number = strtoul(dollar + 1, &end, 10);

		if (number > 0 && number <= plan->nactions &&
			text_starts(end, ".gateway"))
			out[number - 1] = true;
	}
}

static void mark_node(const struct plan *plan, const struct node *node, bool *out)
{
	if (node->kind == NODE_LIST) {
		for (size_t i = 0; i < node->nitems; i++)
			mark_node(plan, node->items[i], out);
	} else if (node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->npairs; i++)
			mark_node(plan, node->pairs[i].value, out);
	} else if (node->marks & NODE_SLOT) {
		mark_text(plan, node->text, out);
	}
}

void results_mark_gateways(const struct plan *plan, bool *out)
{
	for (size_t i = 0; i < plan->nactions; i++) {
		const struct action *action = &plan->actions[i];
		const struct guard *guard = &action->guard;

		if (action->body)
			mark_node(plan, action->body, out);
		mark_text(plan, action->target, out);
		for (; guard; guard = guard->either)
			if (guard->kind == GUARD_DIFFERS && guard->value == SLOT_GATEWAY)
				out[guard->action - 1] = true;
	}
}
