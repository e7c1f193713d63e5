/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a container is as a wait wants it, from its inspect (DESIGN.md "scheduler",
 * compose.md 4.6). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct action;
struct err;
struct node;

enum {
	READY_AFTER_MS =
		1000, /* without a healthcheck: it ran for this long since StartedAt */
	CRASH_LOOP_DEATHS = 3, /* within one wait */
};

enum verdict {
	VERDICT_YES,
	VERDICT_NO,      /* cannot come true any more; err says why */
	VERDICT_NOT_YET, /* the next event will tell */
	VERDICT_LATER,   /* unless an event comes before, look again after *out_ms */
};

struct verdict_facts {
	const struct action *action;
	const struct node *inspect;
	unsigned deaths;      /* within this wait */
	int64_t clock_s;      /* the engine's, seconds cut off; 0: unknown */
	bool ran_long_enough; /* the time that VERDICT_LATER asked for has passed since
				 this StartedAt */
};

enum verdict verdict_give(
	const struct verdict_facts *facts, int64_t *out_ms, struct err *err);
