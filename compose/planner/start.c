/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of starting, which is only here: every start needs what its service depends on, and a recreate swaps
 * old for new at the moment when the new one may start (stop old, rename both, start new, remove old).
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

#define ID_PREFIX 12
#define NAMES_SHOWN 3

const char *idle_reason(struct draft *draft, const struct observed_container *container)
{
	switch (container->state) {
	case STATE_CREATED:
		return "never started";
	case STATE_PAUSED:
		return "paused";
	case STATE_EXITED:
		return arena_printf(draft->arena, "exited (%d)", container->exit_code);
	case STATE_RUNNING:
	case STATE_RESTARTING:
	case STATE_REMOVING:
	case STATE_DEAD:
		break;
	}
	return "not running";
}

static size_t index_of(const struct draft *draft, const struct service_state *state)
{
	return (size_t)(state - draft->services);
}

/* "depends_on of web, worker": everybody who waits for the same thing. */
static const char *wait_reason(
	struct draft *draft, const struct service_state *state, enum condition condition)
{
	const struct graph_node *node = &draft->graph->nodes[index_of(draft, state)];
	size_t n = 0;
	auto_str text = {0};

	for (size_t i = 0; i < node->nneeded_by; i++) {
		const struct graph_node *above = &draft->graph->nodes[node->needed_by[i]];

		for (size_t j = 0; j < above->nneeds; j++) {
			if (above->need_nodes[j] != index_of(draft, state) ||
				above->needs[j]->condition != condition)
				continue;
			if (n < NAMES_SHOWN)
				str_printf(&text, "%s%s", n ? ", " : "depends_on of ",
					above->service->name);
			n++;
		}
	}
	if (n > NAMES_SHOWN)
		str_printf(&text, " and %zu more", n - NAMES_SHOWN);
	return arena_strndup(draft->arena, str_text(&text), text.len);
}

static unsigned add_wait(struct draft *draft, const struct service_state *state,
	struct replica *replica, enum wait_for wait, const char *reason)
{
	struct action action = {
		.kind = ACTION_WAIT,
		.label = replica->name,
		.service = state->service->name,
		.target = replica->id,
		.timeout_s = draft->wish->wait_timeout_s,
		.wait = wait,
		.no_healthcheck_fails = wait == WAIT_HEALTHY,
		.reason = reason,
	};
	struct links links = {0};

	numbers_add_all(draft->arena, &links.needs, &replica->running);
	return draft_add(draft, &action, &links);
}

static bool is_untouched(const struct replica *replica)
{
	return replica->old && replica->running.n == 0 && replica->fate == FATE_KEEP;
}

/* Nothing to wait for: it is so already, and this plan does not touch it. */
static bool holds_already(const struct replica *replica, enum wait_for wait)
{
	const struct observed_container *old = replica->old;

	if (!is_untouched(replica))
		return false;
	switch (wait) {
	case WAIT_HEALTHY:
		return old->health == HEALTH_HEALTHY;
	case WAIT_COMPLETED:
		return old->state == STATE_EXITED && old->exit_code == 0;
	case WAIT_READY:
		return old->state == STATE_RUNNING &&
			(old->health == HEALTH_HEALTHY ||
				(old->health == HEALTH_NONE && old->status &&
					!strstr(old->status, "Less than a second")));
	case WAIT_EXITED:
	case WAIT_ANSWERS:
	case WAIT_DRAINED:
		break;
	}
	return false;
}

/* The wait for a dependency: one action, whoever needs it, unless it may fail for some of them. */
static unsigned wait_for_dependency(struct draft *draft,
	const struct service_state *state, struct replica *replica,
	const struct dependency *dependency)
{
	enum wait_for wait = dependency->condition == CONDITION_HEALTHY ? WAIT_HEALTHY
									: WAIT_COMPLETED;
	unsigned *cached =
		dependency->required ? &replica->waits[wait] : &replica->soft_waits[wait];

	if (*cached || holds_already(replica, wait))
		return *cached;
	*cached = add_wait(draft, state, replica, wait,
		wait_reason(draft, state, dependency->condition));
	if (!dependency->required)
		draft->actions[*cached - 1].on_fail = FAIL_WARN;
	return *cached;
}

static void add_dependency(struct draft *draft, struct service_state *on,
	const struct dependency *dependency, struct numbers *out)
{
	for (size_t i = 0; i < on->nreplicas; i++) {
		struct replica *replica = &on->replicas[i];

		if (!on->selected && replica->running.n == 0)
			continue;
		numbers_add_all(draft->arena, out, &replica->running);
		if (dependency->condition != CONDITION_STARTED)
			numbers_add(draft->arena, out,
				wait_for_dependency(draft, on, replica, dependency));
	}
}

void add_dependencies(
	struct draft *draft, const struct service_state *state, struct numbers *out)
{
	const struct graph_node *node = &draft->graph->nodes[index_of(draft, state)];

	for (size_t i = 0; i < node->nneeds; i++)
		add_dependency(draft, &draft->services[node->need_nodes[i]],
			node->needs[i], out);
}

/* Stops of dependents that go down with this service come first. */
static void need_bounced(
	struct draft *draft, const struct service_state *state, struct numbers *needs)
{
	const struct graph_node *node = &draft->graph->nodes[index_of(draft, state)];

	for (size_t i = 0; i < node->nneeded_by; i++) {
		const struct service_state *above = &draft->services[node->needed_by[i]];

		for (size_t j = 0; j < above->nreplicas; j++)
			if (above->replicas[j].bounced)
				numbers_add(draft->arena, needs, above->replicas[j].stop);
	}
}

static const char *made_by(struct draft *draft, const struct replica *replica)
{
	return arena_printf(draft->arena, "created by %u", replica->create);
}

static const char *replaced_by(struct draft *draft, const struct replica *replica)
{
	return arena_printf(draft->arena, "replaced by %u", replica->create);
}

static bool has_to_be_stopped(const struct replica *replica)
{
	return replica->old &&
		(container_runs(replica->old) || replica->old->state == STATE_PAUSED);
}

static void stop_old(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct numbers *needs)
{
	struct action action = {
		.kind = ACTION_CONTAINER_STOP,
		.label = replica->name,
		.service = state->service->name,
		.target = replica->old->id,
		.timeout_s = draft->wish->timeout_s,
		.on_fail = FAIL_UNDO,
		.undo = replica->group->undo,
	};
	struct links links = {0};

	if (!has_to_be_stopped(replica) || replica->stop)
		return;
	in_swap(replica, &action);
	if (replica->fate == FATE_RECREATE) {
		action.reason = replaced_by(draft, replica);
	} else {
		action.reason = "a dependency with restart: true is recreated";
		if (replica->bounce_guard) {
			action.guard = *replica->bounce_guard;
			action.if_text = "if it is recreated";
		}
	}
	numbers_add_all(draft->arena, &links.needs, &replica->prepared);
	numbers_add_all(draft->arena, &links.needs, needs);
	numbers_add_all(draft->arena, &links.needs, &state->recovered);
	replica->stop = draft_add(draft, &action, &links);
}

static unsigned rename_to(struct draft *draft, const struct service_state *state,
	const struct replica *replica, const char *name, unsigned need)
{
	bool old = replica->rename_old == 0;
	struct action action = {
		.kind = ACTION_CONTAINER_RENAME,
		.label = old ? replica->name : draft->actions[replica->create - 1].name,
		.service = state->service->name,
		.target = old ? replica->old->id : replica->id,
		.name = name,
		.reason = old ? replaced_by(draft, replica) : made_by(draft, replica),
	};
	struct links links = {0};

	in_swap(replica, &action);
	numbers_add_all(draft->arena, &links.needs, &replica->prepared);
	numbers_add_all(draft->arena, &links.needs, &state->recovered);
	numbers_add(draft->arena, &links.needs, need);
	return draft_add(draft, &action, &links);
}

static void swap_names(
	struct draft *draft, const struct service_state *state, struct replica *replica)
{
	const char *aside = arena_printf(
		draft->arena, "%.*s_%s_old", ID_PREFIX, replica->old->id, replica->name);

	replica->rename_old = rename_to(draft, state, replica, aside, replica->stop);
	replica->rename_new =
		rename_to(draft, state, replica, replica->name, replica->rename_old);
	replica->last = replica->rename_new;
}

/* Of a service that is made anew one replica after the other. */
static bool goes_before_another(
	const struct service_state *state, const struct replica *replica)
{
	if (!state->rolls || replica->fate != FATE_RECREATE)
		return false;
	for (size_t i = (size_t)(replica - state->replicas) + 1; i < state->nreplicas;
		i++)
		if (state->replicas[i].fate == FATE_RECREATE)
			return true;
	return false;
}

static enum wait_for last_wait(
	const struct draft *draft, const struct service_state *state)
{
	const struct graph_node *node = &draft->graph->nodes[index_of(draft, state)];

	if (state->one_shot)
		return WAIT_COMPLETED;
	for (size_t i = 0; i < node->nneeded_by; i++) {
		const struct graph_node *above = &draft->graph->nodes[node->needed_by[i]];

		for (size_t j = 0; j < above->nneeds; j++)
			if (above->need_nodes[j] == index_of(draft, state) &&
				above->needs[j]->condition == CONDITION_HEALTHY &&
				above->needs[j]->required)
				return WAIT_HEALTHY;
	}
	return WAIT_READY;
}

/* The new one has to prove itself while the old one can still be put back: with --wait, and before the next one goes. */
static void wait_until_ready(
	struct draft *draft, struct service_state *state, struct replica *replica)
{
	enum wait_for wait = last_wait(draft, state);
	struct action *action;

	if (!(draft->wish->wait || goes_before_another(state, replica)) ||
		holds_already(replica, wait))
		return;
	if (!replica->waits[wait])
		replica->waits[wait] = add_wait(draft, state, replica, wait,
			draft->wish->wait ? "--wait" : "one after the other");
	action = &draft->actions[replica->waits[wait] - 1];
	if (replica->fate == FATE_RECREATE) {
		in_swap(replica, action);
		replica->last = replica->waits[wait];
	}
}

static void start_one(struct draft *draft, const struct service_state *state,
	struct replica *replica, struct action *action, const struct numbers *needs)
{
	struct links links = {0};

	action->label = replica->name;
	action->service = state->service->name;
	numbers_add_all(draft->arena, &links.after, &draft->orphans_removed);
	numbers_add_all(draft->arena, &links.after, &draft->twins_removed);
	numbers_add_all(draft->arena, &links.needs, &replica->prepared);
	numbers_add_all(draft->arena, &links.needs, needs);
	numbers_add_all(draft->arena, &links.needs, &state->recovered);
	numbers_add(draft->arena, &links.needs, replica->rename_new);
	numbers_add(draft->arena, &links.needs, replica->stop);
	numbers_add(draft->arena, &replica->running, draft_add(draft, action, &links));
}

void start_prepared(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct numbers *needs)
{
	struct action action = {
		.kind = ACTION_CONTAINER_START,
		.target = replica->id,
		.reason = made_by(draft, replica),
	};

	in_swap(replica, &action);
	start_one(draft, state, replica, &action, needs);
	replica->last = (unsigned)draft->nactions;
}

static void start_old(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct numbers *needs)
{
	struct action action = {
		.kind = replica->old->state == STATE_PAUSED ? ACTION_CONTAINER_UNPAUSE
							    : ACTION_CONTAINER_START,
		.target = replica->old->id,
		.reason = idle_reason(draft, replica->old),
	};

	if (replica->guard) {
		action.guard = *replica->guard;
		action.if_text = replica->if_text;
	}
	start_one(draft, state, replica, &action, needs);
}

/* The old one does not run, and may turn out to be up to date after all: then it is started as it is. */
static void start_if_kept(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct numbers *needs)
{
	struct action action = {
		.kind = ACTION_CONTAINER_START,
		.target = replica->old->id,
		.guard = {.kind = GUARD_NOT_DONE, .action = replica->create},
		.reason = replica->bounced ? "stopped with its dependency"
					   : idle_reason(draft, replica->old),
		.if_text = arena_printf(
			draft->arena, "if %u is not needed", replica->create),
	};

	if (!replica->guard || (container_runs(replica->old) && !replica->bounced) ||
		(state->one_shot && replica->old->exit_code == 0))
		return;
	start_one(draft, state, replica, &action, needs);
}

static void start_bounced(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct numbers *needs)
{
	struct action action = {
		.kind = ACTION_CONTAINER_START,
		.target = replica->old->id,
		.reason = arena_printf(draft->arena, "stopped by %u", replica->stop),
		.on_fail = FAIL_UNDO,
		.undo = replica->group->undo,
	};

	if (replica->bounce_guard) {
		action.guard = *replica->bounce_guard;
		action.if_text = "if it was stopped";
	}
	start_one(draft, state, replica, &action, needs);
}

static void start_replica(struct draft *draft, struct service_state *state,
	struct replica *replica, const struct numbers *needs)
{
	switch (replica->fate) {
	case FATE_CREATE:
		start_prepared(draft, state, replica, needs);
		break;
	case FATE_RECREATE:
		stop_old(draft, state, replica, needs);
		swap_names(draft, state, replica);
		start_prepared(draft, state, replica, needs);
		start_if_kept(draft, state, replica, needs);
		break;
	case FATE_START:
		start_old(draft, state, replica, needs);
		break;
	case FATE_KEEP:
		if (replica->bounced)
			start_bounced(draft, state, replica, needs);
		else if (state->selected && container_runs(replica->old))
			ARENA_PUSH(draft->arena, draft->untouched, draft->nuntouched,
				replica->name);
		break;
	}
	if (state->selected)
		wait_until_ready(draft, state, replica);
}

/*
 * This one has been swapped, and nothing of those that are undone together went wrong. Those that turned out to be
 * up to date are skipped, so theirs need not be done.
 */
static struct guard is_through(struct draft *draft, const struct replica *replica)
{
	const struct numbers *lasts = &replica->group->lasts;
	struct guard guard = {.kind = GUARD_DONE, .action = replica->last};

	for (size_t i = lasts->n; i-- > 0;) {
		struct guard *other;

		if (lasts->items[i] == replica->last)
			continue;
		other = ARENA_NEW(draft->arena, struct guard);
		*other = (struct guard){.kind = GUARD_WENT_WELL,
			.action = lasts->items[i],
			.also = guard.also};
		guard.also = other;
	}
	return guard;
}

/*
 * Where a failure elsewhere calls the removal off, it is done all the same if the swap was complete, so that no
 * temporary name stays.
 */
static const struct undo *removal_anyway(
	struct draft *draft, const struct replica *replica, const struct action *removal)
{
	struct undo *undo = ARENA_NEW(draft->arena, struct undo);

	undo->actions = ARENA_NEW(draft->arena, struct action);
	undo->nactions = 1;
	undo->actions[0] = *removal;
	undo->actions[0].guard = is_through(draft, replica);
	return undo;
}

/* The old one is removed when all that are undone together have made it. */
static void remove_old(
	struct draft *draft, const struct service_state *state, struct replica *replica)
{
	struct group *group = replica->group;
	struct action action = {
		.kind = ACTION_CONTAINER_REMOVE,
		.label = draft->actions[replica->rename_old - 1].name,
		.service = state->service->name,
		.target = replica->old->id,
		.force = true,
		.volumes = draft->wish->renew_anon_volumes,
		.reason = replaced_by(draft, replica),
	};
	const struct undo *anyway = removal_anyway(draft, replica, &action);
	struct links links = {0};
	unsigned number;

	in_swap(replica, &action);
	action.undo = anyway;
	numbers_add(draft->arena, &links.needs, replica->last);
	if (group->first_removal)
		numbers_add(draft->arena, &links.needs, group->first_removal);
	else
		numbers_add_all(draft->arena, &links.needs, &group->lasts);
	number = draft_add(draft, &action, &links);
	if (!group->first_removal)
		group->first_removal = number;
}

static void note_last(struct draft *draft, const struct replica *replica)
{
	if (replica->fate == FATE_RECREATE)
		numbers_add(draft->arena, &replica->group->lasts, replica->last);
}

static bool is_complete(const struct group *group)
{
	for (size_t i = 0; i < group->nmembers; i++)
		if (group->members[i]->fate == FATE_RECREATE && !group->members[i]->last)
			return false;
	return true;
}

static void finish_group(struct draft *draft, struct group *group)
{
	if (group->first_removal || !is_complete(group))
		return;
	for (size_t i = group->nmembers; i-- > 0;) {
		struct replica *member = group->members[i];

		if (member->fate == FATE_RECREATE)
			remove_old(draft, draft_service(draft, member->old->service),
				member);
	}
}

/* Nobody goes down before what they wait for has at least been made. */
static void need_replacements(
	struct draft *draft, const struct service_state *state, struct numbers *needs)
{
	const struct graph_node *node = &draft->graph->nodes[index_of(draft, state)];

	for (size_t i = 0; i < node->nneeds; i++) {
		const struct service_state *on = &draft->services[node->need_nodes[i]];

		for (size_t j = 0; node->needs[i]->restart && j < on->nreplicas; j++)
			if (on->replicas[j].fate == FATE_RECREATE)
				numbers_add_all(
					draft->arena, needs, &on->replicas[j].prepared);
	}
}

/* Those that go down before their dependency is recreated: dependents first. */
static void stop_bounced(struct draft *draft)
{
	for (size_t i = draft->graph->nnodes; i-- > 0;) {
		struct service_state *state =
			&draft->services[draft->graph->start_order[i]];
		struct numbers needs = {0};

		need_bounced(draft, state, &needs);
		need_replacements(draft, state, &needs);
		for (size_t j = 0; j < state->nreplicas; j++)
			if (state->replicas[j].bounced)
				stop_old(draft, state, &state->replicas[j], &needs);
	}
}

static void start_service(struct draft *draft, struct service_state *state)
{
	struct numbers needs = {0};

	add_dependencies(draft, state, &needs);
	need_answers(draft, state->service, &needs);
	need_bounced(draft, state, &needs);
	for (size_t i = 0; i < state->nreplicas; i++) {
		struct replica *replica = &state->replicas[i];

		start_replica(draft, state, replica, &needs);
		note_last(draft, replica);
		if (goes_before_another(state, replica))
			numbers_add(draft->arena, &needs, replica->last);
	}
	for (size_t i = 0; i < state->nreplicas; i++)
		if (state->replicas[i].fate == FATE_RECREATE)
			finish_group(draft, state->replicas[i].group);
}

/* --no-start: the new ones take the place of the old ones, and that is all. */
static void swap_service(struct draft *draft, struct service_state *state)
{
	const struct numbers none = {0};

	for (size_t i = 0; i < state->nreplicas; i++) {
		struct replica *replica = &state->replicas[i];

		if (replica->fate != FATE_RECREATE)
			continue;
		stop_old(draft, state, replica, &none);
		swap_names(draft, state, replica);
		note_last(draft, replica);
	}
	for (size_t i = 0; i < state->nreplicas; i++)
		if (state->replicas[i].fate == FATE_RECREATE)
			finish_group(draft, state->replicas[i].group);
}

void start_containers(struct draft *draft)
{
	if (!draft->wish->no_start)
		stop_bounced(draft);
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state =
			&draft->services[draft->graph->start_order[i]];

		if (draft->wish->no_start)
			swap_service(draft, state);
		else
			start_service(draft, state);
	}
}
