/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a killed run left behind. A recreate names its new container "<first 12 of the old id>_<name>", and sets
 * the old one aside as "<first 12 of its own id>_<name>_old" (docker compose leaves only the former). So a name
 * tells which of the two a container is, and the label davit.state names the old one to the new one that already
 * has its final name. The new one is kept if it runs, else the old one is put back.
 */
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

#define ID_PREFIX 12
static const char interrupted[] = "left by an interrupted update";

/* "0123456789ab_name" */
bool has_temporary_name(const struct observed_container *container)
{
	return strspn(container->name, "0123456789abcdef") == ID_PREFIX &&
		container->name[ID_PREFIX] == '_';
}

static bool is_set_aside(const struct observed_container *container)
{
	return has_temporary_name(container) &&
		!strncmp(container->name, container->id, ID_PREFIX);
}

/* The container that this one was made to replace, if it is still there. */
static const struct observed_container *old_of(
	const struct service_state *state, const struct observed_container *container)
{
	const char *id = node_get_text(container->davit, "old");

	for (size_t i = 0; i < state->nlive; i++) {
		const struct observed_container *other = state->live[i];

		if (other == container)
			continue;
		if (id ? text_eq(id, other->id)
		       : has_temporary_name(container) &&
					!strncmp(container->name, other->id, ID_PREFIX))
			return other;
	}
	return NULL;
}

static void drop(struct service_state *state, const struct observed_container *container)
{
	size_t kept = 0;

	for (size_t i = 0; i < state->nlive; i++)
		if (state->live[i] != container)
			state->live[kept++] = state->live[i];
	state->nlive = kept;
}

static unsigned take_away(struct draft *draft, struct service_state *state,
	const struct observed_container *container)
{
	unsigned number = remove_container(draft, container, NULL, interrupted);

	numbers_add(draft->arena, &state->recovered, number);
	drop(state, container);
	return number;
}

static void name_back(struct draft *draft, struct service_state *state,
	const struct observed_container *container)
{
	const char *name = container_name(
		draft->arena, draft->project, state->service, container->number);
	struct links links = {0};

	if (!strcmp(container->name, name))
		return;
	if (is_set_aside(container))
		strings_push(draft->arena, &state->interrupted, container->id);
	numbers_add_all(draft->arena, &links.needs, &state->recovered);
	numbers_add(draft->arena, &state->recovered,
		draft_add(draft,
			&(struct action){
				.kind = ACTION_CONTAINER_RENAME,
				.label = container->name,
				.service = state->service->name,
				.target = container->id,
				.name = name,
				.reason = interrupted,
			},
			&links));
}

static bool runs_as_wanted(const struct observed_container *container)
{
	return container_runs(container) && container->health != HEALTH_UNHEALTHY &&
		!has_temporary_name(container);
}

static bool name_is_taken(const struct draft *draft, const struct service_state *state,
	const struct observed_container *container)
{
	const char *name = container_name(
		draft->arena, draft->project, state->service, container->number);

	for (size_t i = 0; i < state->nlive; i++)
		if (state->live[i] != container && !strcmp(state->live[i]->name, name))
			return true;
	return false;
}

/* True when something was changed, and the list has to be looked at again. */
static bool recover_one(struct draft *draft, struct service_state *state,
	const struct observed_container *container)
{
	const struct observed_container *old = old_of(state, container);

	if (old && runs_as_wanted(container)) {
		take_away(draft, state, old);
		return true;
	}
	if (old) {
		strings_push(draft->arena, &state->interrupted, old->id);
		take_away(draft, state, container);
		return true;
	}
	if (has_temporary_name(container) && !is_set_aside(container) &&
		name_is_taken(draft, state, container)) {
		take_away(draft, state, container);
		return true;
	}
	return false;
}

static void recover_service(struct draft *draft, struct service_state *state)
{
	for (size_t i = 0; i < state->nlive;)
		i = recover_one(draft, state, state->live[i]) ? 0 : i + 1;
	for (size_t i = 0; i < state->nlive; i++)
		if (has_temporary_name(state->live[i]) && state->live[i]->number)
			name_back(draft, state, state->live[i]);
}

void recover_services(struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++)
		if (draft->services[i].selected)
			recover_service(draft, &draft->services[i]);
}
