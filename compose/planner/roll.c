/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One replica after the other: services whose clients ask netdns answer all the while, when each replica has been
 * given out no more for a while before it is stopped, and the one before it is back (doc/dns.md).
 */
#include "base/arena.h"
#include "base/node.h"
#include "compose/graph/graph.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

/* Clients see only what netdns says: the engine does not know its service's name. */
static bool is_given_out(
	const struct draft *draft, const struct observed_container *container)
{
	return container && container->state == STATE_RUNNING &&
		dns_answers_alone(draft, container);
}

static bool goes_down_otherwise(const struct draft *draft, const struct replica *replica)
{
	return replica->bounced || (replica->old && is_on_renewed(draft, replica->old));
}

static void decide_roll(const struct draft *draft, struct service_state *state)
{
	size_t staying = 0;
	size_t recreated = 0;

	for (size_t i = 0; i < state->nreplicas; i++) {
		const struct replica *replica = &state->replicas[i];

		if (goes_down_otherwise(draft, replica))
			return;
		if (!is_given_out(draft, replica->old))
			continue;
		if (replica->fate == FATE_RECREATE)
			recreated++;
		else
			staying++;
	}
	state->rolls = recreated && recreated + staying > 1 && !state->one_shot;
	state->lasts = state->rolls || staying;
}

void decide_rolls(struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes && !draft->wish->no_start; i++)
		decide_roll(draft, &draft->services[i]);
}

/* Whose dependencies go down as well goes down whole: they wait for all of it. */
static bool stands_on_restarted(const struct draft *draft, size_t at)
{
	bool *marks = ARENA_NEW_N(draft->arena, draft->graph->nnodes, bool);

	marks[at] = true;
	graph_reach(draft->graph, GRAPH_NEEDS, marks);
	for (size_t i = 0; i < draft->graph->nnodes; i++)
		if (i != at && marks[i] && draft->services[i].selected &&
			draft->services[i].nlive)
			return true;
	return false;
}

void decide_restart_rolls(struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state = &draft->services[i];
		size_t n = 0;

		for (size_t j = 0; state->selected && j < state->nlive; j++)
			n += is_given_out(draft, state->live[j]);
		state->rolls = n > 1 && !stands_on_restarted(draft, i);
		state->lasts = state->rolls;
	}
}
