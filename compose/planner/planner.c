/* SPDX-License-Identifier: Apache-2.0 */
/* From a wish to a plan: which function plans which verb. */
#include "compose/planner/planner.h"

#include "base/arena.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

typedef bool plan_verb(struct draft *draft, struct err *err);

static plan_verb *const verbs[] = {
	[VERB_UP] = plan_up,
	[VERB_CREATE] = plan_up,
	[VERB_START] = plan_start,
	[VERB_STOP] = plan_stop,
	[VERB_RESTART] = plan_restart,
	[VERB_DOWN] = plan_down,
	[VERB_RM] = plan_rm,
	[VERB_KILL] = plan_signal,
	[VERB_PAUSE] = plan_signal,
	[VERB_UNPAUSE] = plan_signal,
	[VERB_PULL] = plan_pull,
	[VERB_BUILD] = plan_build,
	[VERB_PUSH] = plan_push,
	[VERB_SCALE] = plan_up,
	[VERB_NETDNS_START] = plan_netdns_start,
	[VERB_NETDNS_STOP] = plan_netdns_stop,
	[VERB_RUN] = plan_run,
};

/* What a verb means beyond its flags. */
static struct wish complete(struct arena *arena, const struct wish *given)
{
	struct wish wish = *given;

	if (wish.verb == VERB_CREATE)
		wish.no_start = true;
	if (wish.verb == VERB_SCALE && wish.services.n == 0)
		for (size_t i = 0; i < wish.nscales; i++)
			strings_push(arena, &wish.services, wish.scales[i].service);
	return wish;
}

const struct plan *plan_make(
	struct arena *arena, const struct plan_input *input, struct err *err)
{
	struct draft draft;
	struct wish *wish = ARENA_NEW(arena, struct wish);
	struct plan_input completed = *input;

	*wish = complete(arena, input->wish);
	completed.wish = wish;
	draft_init(&draft, arena, &completed);
	return verbs[wish->verb](&draft, err) && builds_are_possible(&draft, err)
		? draft_finish(&draft)
		: NULL;
}
