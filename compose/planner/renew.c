/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network that differs is made anew, though containers are on it: they are stopped, dependents first, the old
 * network goes, the new one comes, and they are recreated on it (addresses and gateway may be others now).
 * Containers that are nobody's to recreate, one-offs and orphans, are moved over.
 */
#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

static bool is_stopped_here(const struct replica *replica)
{
	return replica->fate == FATE_RECREATE && replica->group->renews_networks &&
		(container_runs(replica->old) || replica->old->state == STATE_PAUSED);
}

static void need_dependents(struct draft *draft, size_t at, struct numbers *needs)
{
	const struct graph_node *node = &draft->graph->nodes[at];

	for (size_t i = 0; i < node->nneeded_by; i++) {
		const struct service_state *above = &draft->services[node->needed_by[i]];

		for (size_t j = 0; j < above->nreplicas; j++)
			numbers_add(draft->arena, needs, above->replicas[j].stop);
	}
}

static void stop_users(struct draft *draft, size_t at, struct numbers *stops)
{
	struct service_state *state = &draft->services[at];
	struct links links = {0};

	need_dependents(draft, at, &links.needs);
	numbers_add_all(draft->arena, &links.needs, &state->recovered);
	for (size_t i = 0; i < state->nreplicas; i++) {
		struct replica *replica = &state->replicas[i];
		struct action action = {
			.kind = ACTION_CONTAINER_STOP,
			.label = replica->name,
			.service = state->service->name,
			.timeout_s = draft->wish->timeout_s,
			.reason = "its network is recreated",
		};

		if (!is_stopped_here(replica))
			continue;
		action.target = replica->old->id;
		in_swap(replica, &action);
		replica->stop = draft_add(draft, &action, &links);
		numbers_add(draft->arena, stops, replica->stop);
	}
}

static bool is_recreated(
	const struct draft *draft, const struct observed_container *container)
{
	const struct service_state *state =
		container->service ? draft_service(draft, container->service) : NULL;

	for (size_t i = 0; state && i < state->nreplicas; i++)
		if (state->replicas[i].old == container)
			return state->replicas[i].fate == FATE_RECREATE;
	return false;
}

/* Who is on the network and is neither recreated nor removed. */
static bool is_moved(const struct draft *draft, const struct network_state *state,
	const struct observed_container *container)
{
	return is_attached(container, state->observed->id) &&
		!is_recreated(draft, container) &&
		!map_has(&draft->freed, container->name);
}

static void in_renewal(struct draft *draft, unsigned number)
{
	struct action *action = &draft->actions[number - 1];

	action->on_fail = FAIL_UNDO;
	action->undo = renewal_group(draft)->undo;
}

static unsigned disconnect(struct draft *draft, const struct network_state *state,
	const struct observed_container *container)
{
	unsigned number = draft_add(draft,
		&(struct action){
			.kind = ACTION_NETWORK_DISCONNECT,
			.label = arena_printf(draft->arena, "%s from %s", container->name,
				state->network->name),
			.target = state->observed->id,
			.body = body_disconnect(draft->arena, container),
			.force = true,
			.reason = "its network is recreated",
		},
		NULL);

	in_renewal(draft, number);
	return number;
}

/* The network can go when nobody is on it any more. */
static void let_go(
	struct draft *draft, struct network_state *state, struct numbers *needs)
{
	for (size_t i = 0; i < draft->observed->ncontainers; i++) {
		struct move move = {.container = &draft->observed->containers[i]};

		if (is_attached(move.container, state->observed->id))
			numbers_add(draft->arena, needs,
				(unsigned)(uintptr_t)map_get(
					&draft->freed, move.container->name));
		if (!is_moved(draft, state, move.container))
			continue;
		move.let_go = disconnect(draft, state, move.container);
		numbers_add(draft->arena, needs, move.let_go);
		ARENA_PUSH(draft->arena, state->moves, state->nmoves, move);
	}
}

/* The old containers stay until those that were moved have arrived, too. */
static void take_in(struct draft *draft, struct network_state *state)
{
	struct links links = {0};

	numbers_add(draft->arena, &links.needs, state->create);
	for (size_t i = 0; i < state->nmoves; i++) {
		struct move *move = &state->moves[i];

		move->take_in = draft_add(draft,
			&(struct action){
				.kind = ACTION_NETWORK_CONNECT,
				.label = arena_printf(draft->arena, "%s to %s",
					move->container->name, state->network->name),
				.target = state->ref,
				.body = body_connect_again(draft->arena, move->container,
					state->network->name),
				.reason = arena_printf(
					draft->arena, "created by %u", state->create),
			},
			&links);
		in_renewal(draft, move->take_in);
		numbers_add(draft->arena, &renewal_group(draft)->lasts, move->take_in);
	}
}

static void renew(
	struct draft *draft, struct network_state *state, const struct numbers *stops)
{
	const char *reason = diff_network(draft, state);
	struct links links = {0};

	numbers_add_all(draft->arena, &links.needs, stops);
	let_go(draft, state, &links.needs);
	state->remove = draft_add(draft,
		&(struct action){
			.kind = ACTION_NETWORK_REMOVE,
			.label = state->network->name,
			.target = state->observed->id,
			.reason = reason,
		},
		&links);
	in_renewal(draft, state->remove);
	create_network(draft, state, reason);
	in_renewal(draft, state->create);
	take_in(draft, state);
}

void replace_networks(struct draft *draft)
{
	struct numbers stops = {0};

	if (draft->renewal)
		for (size_t i = draft->graph->nnodes; i-- > 0;)
			stop_users(draft, draft->graph->start_order[i], &stops);
	for (size_t i = 0; i < draft->project->nnetworks; i++)
		if (draft->networks[i].diverged)
			renew(draft, &draft->networks[i], &stops);
}
