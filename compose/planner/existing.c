/* SPDX-License-Identifier: Apache-2.0 */
/* Verbs on containers that are there: start, stop, restart, kill, pause, unpause, rm (compose.md 4.6, 4.7). */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

static void mark_wanted(struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state = &draft->services[i];

		state->targeted = is_wanted(draft, state->service->name);
		state->selected = state->targeted && !state->service->provider.set;
	}
}

/* As they are: nothing is compared, nothing made anew. */
static void keep_all(struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state = &draft->services[i];

		state->replicas = ARENA_NEW_N(draft->arena, state->nlive, struct replica);
		state->nreplicas = state->nlive;
		for (size_t j = 0; j < state->nlive; j++)
			state->replicas[j] = (struct replica){
				.old = state->live[j],
				.name = state->live[j]->name,
				.number = state->live[j]->number,
				.id = state->live[j]->id,
			};
	}
}

static bool needs_containers(const struct draft *draft, struct err *err)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service_state *state = &draft->services[i];

		if (state->targeted && draft->wish->services.n && state->nlive == 0 &&
			!state->service->provider.set)
			return err_set(err, ERR_INPUT,
				"service \"%s\" has no container to start",
				state->service->name);
	}
	return true;
}

bool plan_start(struct draft *draft, struct err *err)
{
	if (!check_directory(draft, err))
		return false;
	select_services(draft);
	collect_containers(draft);
	if (!needs_containers(draft, err))
		return false;
	recover_services(draft);
	keep_all(draft);
	decide_starts(draft);
	start_dns_again(draft);
	if (!create_containers(draft, err))
		return false;
	start_containers(draft);
	return true;
}

static bool has_to_be_stopped(const struct observed_container *container)
{
	return container_runs(container) || container->state == STATE_PAUSED;
}

/* Dependents first; one that will not stop does not keep the others up. */
static void after_dependents(struct draft *draft, size_t at, struct numbers *after)
{
	const struct graph_node *node = &draft->graph->nodes[at];

	for (size_t i = 0; i < node->nneeded_by; i++) {
		const struct service_state *above = &draft->services[node->needed_by[i]];

		for (size_t j = 0; j < above->nreplicas; j++)
			numbers_add(draft->arena, after, above->replicas[j].stop);
		/* A service of which nothing is stopped hands on what it would have waited for. */
		numbers_add_all(draft->arena, after, &above->recovered);
	}
}

static void stop_service(struct draft *draft, size_t at, const char *reason)
{
	struct service_state *state = &draft->services[at];
	struct numbers after = {0};
	bool any = false;

	after_dependents(draft, at, &after);
	for (size_t i = 0; i < state->nreplicas; i++) {
		struct replica *replica = &state->replicas[i];

		if (!state->selected || state->rolls || !has_to_be_stopped(replica->old))
			continue;
		replica->stop = stop_container(draft, replica->old, &after, reason);
		draft->actions[replica->stop - 1].on_fail = FAIL_GO_ON;
		any = true;
	}
	if (!any)
		state->recovered = after;
}

bool plan_stop(struct draft *draft, struct err *err)
{
	if (!check_directory(draft, err))
		return false;
	mark_wanted(draft);
	collect_containers(draft);
	keep_all(draft);
	for (size_t i = draft->graph->nnodes; i-- > 0;)
		stop_service(draft, draft->graph->start_order[i], "running");
	return true;
}

/* Those who asked to go down and up with what they depend on, and who asked so of them. */
static void select_restarted(struct draft *draft)
{
	const struct graph *graph = draft->graph;

	mark_wanted(draft);
	if (draft->wish->no_deps)
		return;
	for (size_t i = 0; i < graph->nnodes; i++) {
		struct service_state *state = &draft->services[graph->start_order[i]];
		const struct graph_node *node = &graph->nodes[graph->start_order[i]];

		for (size_t j = 0; j < node->nneeds && !state->selected; j++)
			state->selected = node->needs[j]->restart &&
				draft->services[node->need_nodes[j]].selected;
	}
}

static unsigned start_again(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct numbers *needs)
{
	struct action action = {
		.kind = ACTION_CONTAINER_START,
		.label = replica->name,
		.service = state->service->name,
		.target = replica->id,
		.reason = replica->stop
			? arena_printf(draft->arena, "stopped by %u", replica->stop)
			: idle_reason(draft, replica->old),
	};
	struct links links = {0};

	numbers_add_all(draft->arena, &links.needs, needs);
	numbers_add(draft->arena, &links.needs, replica->stop);
	numbers_add(draft->arena, &replica->running, draft_add(draft, &action, &links));
	return (unsigned)draft->nactions;
}

/* Stops and starts it, and waits until it is ready, so that the next one may go. */
static unsigned roll_replica(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct numbers *needs, const struct numbers *after)
{
	struct numbers started = {0};
	struct links links = {.needs = *needs, .after = *after};

	if (has_to_be_stopped(replica->old))
		replica->stop = draft_add(draft,
			&(struct action){
				.kind = ACTION_CONTAINER_STOP,
				.label = replica->name,
				.service = state->service->name,
				.target = replica->id,
				.timeout_s = draft->wish->timeout_s,
				.on_fail = FAIL_GO_ON,
				.reason = "restart",
			},
			&links);
	numbers_add(draft->arena, &started, start_again(draft, state, replica, needs));
	links = (struct links){.needs = started};
	return draft_add(draft,
		&(struct action){
			.kind = ACTION_WAIT,
			.label = replica->name,
			.service = state->service->name,
			.target = replica->id,
			.timeout_s = draft->wish->wait_timeout_s,
			.wait = WAIT_READY,
			.reason = "one after the other",
		},
		&links);
}

static void roll_service(struct draft *draft, size_t at, struct numbers *needs,
	const struct numbers *after)
{
	struct service_state *state = &draft->services[at];

	for (size_t i = 0; i < state->nreplicas; i++) {
		struct replica *replica = &state->replicas[i];
		unsigned ready = roll_replica(draft, state, replica, needs, after);

		numbers_add(draft->arena, needs, ready);
		numbers_add(draft->arena, &replica->running, ready);
	}
}

static void restart_service(struct draft *draft, size_t at)
{
	struct service_state *state = &draft->services[at];
	struct numbers needs = {0};
	struct numbers after = {0};

	if (!state->selected)
		return;
	add_dependencies(draft, state, &needs);
	if (state->rolls) {
		after_dependents(draft, at, &after);
		roll_service(draft, at, &needs, &after);
		return;
	}
	for (size_t i = 0; i < state->nreplicas; i++)
		start_again(draft, state, &state->replicas[i], &needs);
}

/* A lone container needs no order, and the engine restarts it also when nobody is left to start it. */
static bool restart_alone(struct draft *draft)
{
	struct service_state *only = NULL;

	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		if (!draft->services[i].selected || draft->services[i].nlive == 0)
			continue;
		if (only || draft->services[i].rolls)
			return false;
		only = &draft->services[i];
	}
	for (size_t i = 0; only && i < only->nlive; i++)
		draft_add(draft,
			&(struct action){
				.kind = ACTION_CONTAINER_RESTART,
				.label = only->live[i]->name,
				.service = only->service->name,
				.target = only->live[i]->id,
				.timeout_s = draft->wish->timeout_s,
				.reason = "asked for",
			},
			NULL);
	return true;
}

bool plan_restart(struct draft *draft, struct err *err)
{
	if (!check_directory(draft, err))
		return false;
	select_restarted(draft);
	collect_containers(draft);
	decide_restart_rolls(draft);
	if (restart_alone(draft))
		return true;
	keep_all(draft);
	for (size_t i = draft->graph->nnodes; i-- > 0;)
		stop_service(draft, draft->graph->start_order[i], "restart");
	for (size_t i = 0; i < draft->graph->nnodes; i++)
		restart_service(draft, draft->graph->start_order[i]);
	return true;
}

static bool may_be_removed(
	const struct draft *draft, const struct observed_container *container)
{
	return draft->wish->stop || !has_to_be_stopped(container);
}

static void rm_service(struct draft *draft, size_t at)
{
	struct service_state *state = &draft->services[at];
	struct numbers after = {0};
	struct numbers removed = {0};

	after_dependents(draft, at, &after);
	for (size_t i = 0; state->selected && i < state->nlive; i++) {
		unsigned number;

		if (!may_be_removed(draft, state->live[i]))
			continue;
		number = remove_container(draft, state->live[i], &after, "asked for");
		draft->actions[number - 1].volumes = draft->wish->volumes;
		numbers_add(draft->arena, &removed, number);
	}
	state->recovered = removed.n ? removed : after;
}

bool plan_rm(struct draft *draft, struct err *err)
{
	if (!check_directory(draft, err))
		return false;
	mark_wanted(draft);
	collect_containers(draft);
	for (size_t i = draft->graph->nnodes; i-- > 0;)
		rm_service(draft, draft->graph->start_order[i]);
	if (draft->nactions == 0)
		draft_note(draft, false, "No stopped containers");
	return true;
}

/* How a verb that acts on each container by itself chooses and acts. */
static const struct {
	enum verb verb;
	enum action_kind kind;
	bool running;
	bool paused;
	const char *none; /* what is said when there is nothing to do; NULL: nothing */
} signals[] = {
	{VERB_KILL, ACTION_CONTAINER_KILL, true, true, "No container to kill"},
	{VERB_PAUSE, ACTION_CONTAINER_PAUSE, true, false, NULL},
	{VERB_UNPAUSE, ACTION_CONTAINER_UNPAUSE, false, true, NULL},
};

bool plan_signal(struct draft *draft, struct err *err)
{
	size_t row = 0;

	if (!check_directory(draft, err))
		return false;
	while (signals[row].verb != draft->wish->verb)
		row++;
	mark_wanted(draft);
	collect_containers(draft);
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service_state *state = &draft->services[i];

		for (size_t j = 0; state->selected && j < state->nlive; j++) {
			const struct observed_container *container = state->live[j];

			if (!(signals[row].running && container_runs(container)) &&
				!(signals[row].paused &&
					container->state == STATE_PAUSED))
				continue;
			draft_add(draft,
				&(struct action){
					.kind = signals[row].kind,
					.label = container->name,
					.service = state->service->name,
					.target = container->id,
					.signal = signals[row].verb == VERB_KILL
						? draft->wish->signal
						: NULL,
					.on_fail = FAIL_GO_ON,
					.reason = "asked for",
				},
				NULL);
		}
	}
	if (draft->wish->verb == VERB_KILL)
		handle_orphans(draft);
	if (draft->nactions == 0 && signals[row].none)
		draft_note(draft, false, "%s", signals[row].none);
	return true;
}
