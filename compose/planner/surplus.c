/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that are too many: stopped and removed, or told of. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

static bool has_to_be_stopped(const struct observed_container *container)
{
	return container_runs(container) || container->state == STATE_PAUSED;
}

unsigned stop_container(struct draft *draft, const struct observed_container *container,
	const struct numbers *after, const char *reason)
{
	struct links links = {0};

	if (!has_to_be_stopped(container))
		return 0;
	if (after)
		links.after = *after;
	return draft_add(draft,
		&(struct action){
			.kind = ACTION_CONTAINER_STOP,
			.label = container->name,
			.service = container->service,
			.target = container->id,
			.timeout_s = draft->wish->timeout_s,
			.reason = reason,
		},
		&links);
}

unsigned remove_container(struct draft *draft, const struct observed_container *container,
	const struct numbers *after, const char *reason)
{
	struct links links = {0};
	unsigned number;

	numbers_add(draft->arena, &links.needs,
		stop_container(draft, container, after, reason));
	if (after && !links.needs.n)
		links.after = *after;
	number = draft_add(draft,
		&(struct action){
			.kind = ACTION_CONTAINER_REMOVE,
			.label = container->name,
			.service = container->service,
			.target = container->id,
			.force = true,
			.reason = reason,
		},
		&links);
	map_put(&draft->freed, container->name, (void *)(uintptr_t)number);
	return number;
}

void remove_surplus(struct draft *draft)
{
	for (size_t i = draft->graph->nnodes; i-- > 0;) {
		struct service_state *state =
			&draft->services[draft->graph->start_order[i]];
		const char *reason =
			arena_printf(draft->arena, "scale %zu", state->nreplicas);

		for (size_t j = 0; j < state->nsurplus; j++)
			remove_container(draft, state->surplus[j], NULL, reason);
	}
}

static bool is_known(const struct draft *draft, const char *service)
{
	const struct project *project = draft->project;

	if (project_service(project, service))
		return true;
	for (size_t i = 0; i < project->ndisabled; i++)
		if (text_eq(project->disabled[i].name, service))
			return true;
	return false;
}

static bool is_orphan(
	const struct draft *draft, const struct observed_container *container)
{
	if (!container->service || !container->config_hash ||
		!text_eq(container->project, draft->project->name))
		return false;
	if (container->oneoff)
		return container->state == STATE_EXITED || container->state == STATE_DEAD;
	return !is_known(draft, container->service);
}

static void add_name(struct str *names, const char *name)
{
	str_printf(names, "%s%s", names->len ? ", " : "", name);
}

void handle_orphans(struct draft *draft)
{
	const struct observed *observed = draft->observed;
	auto_str names = {0};

	for (size_t i = 0; i < observed->ncontainers; i++) {
		const struct observed_container *container = &observed->containers[i];

		if (!is_orphan(draft, container) ||
			map_has(&draft->freed, container->name))
			continue;
		if (draft->wish->remove_orphans)
			numbers_add(draft->arena, &draft->orphans_removed,
				remove_container(draft, container, NULL, "orphan"));
		else
			add_name(&names, container->name);
	}
	if (names.len && !draft->wish->ignore_orphans)
		draft_note(draft, true,
			"Found orphan containers (%s) for this project. If you removed "
			"or renamed this "
			"service in your compose file, you can run this command with the "
			"--remove-orphans flag to clean it up.",
			str_text(&names));
}
