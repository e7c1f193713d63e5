/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a project away: containers in reverse order, then networks, images and volumes (compose.md 4.7). */
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/images.h"
#include "compose/planner/parts.h"

/* The removals so far: what networks, images and volumes wait for. */
struct removed {
	struct numbers all;
	struct numbers *of_service; /* beside the graph's nodes: stops, for those below */
};

static bool is_ours(const struct draft *draft, const struct observed_container *container)
{
	return container->service && container->config_hash &&
		text_eq(container->project, draft->project->name);
}

/* The named ones and everything that depends on them. */
static void select_dependents(struct draft *draft)
{
	bool *marks = ARENA_NEW_N(draft->arena, draft->graph->nnodes, bool);

	for (size_t i = 0; i < draft->graph->nnodes; i++)
		marks[i] = is_wanted(draft, draft->services[i].service->name);
	graph_reach(draft->graph, GRAPH_NEEDED_BY, marks);
	for (size_t i = 0; i < draft->graph->nnodes; i++)
		draft->services[i].selected = marks[i];
}

static unsigned take_down(struct draft *draft, const struct observed_container *container,
	const struct numbers *after, struct removed *removed)
{
	unsigned number = remove_container(draft, container, after, "asked for");
	struct action *action = &draft->actions[number - 1];

	action->volumes = draft->wish->volumes;
	action->on_fail = FAIL_GO_ON;
	if (action->nneeds) {
		draft->actions[action->needs[0] - 1].on_fail = FAIL_GO_ON;
		number = action->needs[0];
	}
	numbers_add(draft->arena, &removed->all, (unsigned)draft->nactions);
	return number;
}

static void take_down_service(struct draft *draft, size_t at, struct removed *removed)
{
	const struct graph_node *node = &draft->graph->nodes[at];
	struct service_state *state = &draft->services[at];
	struct numbers after = {0};

	for (size_t i = 0; i < node->nneeded_by; i++)
		numbers_add_all(
			draft->arena, &after, &removed->of_service[node->needed_by[i]]);
	for (size_t i = 0; state->selected && i < state->nlive; i++)
		numbers_add(draft->arena, &removed->of_service[at],
			take_down(draft, state->live[i], &after, removed));
	if (removed->of_service[at].n == 0)
		removed->of_service[at] = after;
}

static bool is_disabled(const struct project *project, const char *service)
{
	for (size_t i = 0; i < project->ndisabled; i++)
		if (text_eq(project->disabled[i].name, service))
			return true;
	return false;
}

/* One-offs and containers of unknown services, with --remove-orphans; switched-off services' in any case. */
static void take_down_others(struct draft *draft, struct removed *removed)
{
	for (size_t i = 0; i < draft->observed->ncontainers; i++) {
		const struct observed_container *container =
			&draft->observed->containers[i];
		bool disabled = container->service && !container->oneoff &&
			is_disabled(draft->project, container->service);
		bool orphan = container->oneoff ||
			(container->service && !draft_service(draft, container->service));

		if (!is_ours(draft, container) || draft->wish->services.n ||
			map_has(&draft->freed, container->name))
			continue;
		if (disabled || (orphan && draft->wish->remove_orphans))
			take_down(draft, container, NULL, removed);
	}
}

static bool is_attached_to_kept(
	const struct draft *draft, const struct observed_network *network)
{
	for (size_t i = 0; i < draft->observed->ncontainers; i++) {
		const struct observed_container *container =
			&draft->observed->containers[i];

		if (is_attached(container, network->id) && container_runs(container) &&
			!map_has(&draft->freed, container->name))
			return true;
	}
	return false;
}

static bool network_goes(
	const struct draft *draft, const struct observed_network *network)
{
	const struct network_state *declared =
		network->key ? draft_network(draft, network->key) : NULL;

	if (!network->key || !text_eq(network->project, draft->project->name))
		return false;
	if (declared && declared->network->external)
		return false;
	return declared || draft->wish->remove_orphans;
}

static void remove_networks(struct draft *draft, const struct removed *removed)
{
	const struct links links = {.after = removed->all};

	for (size_t i = 0; i < draft->observed->nnetworks; i++) {
		const struct observed_network *network = &draft->observed->networks[i];

		if (!network_goes(draft, network))
			continue;
		if (is_attached_to_kept(draft, network)) {
			draft_note(draft, true,
				"network %s stays: containers are still on it",
				network->name);
			continue;
		}
		draft_add(draft,
			&(struct action){
				.kind = ACTION_NETWORK_REMOVE,
				.label = network->name,
				.target = network->id,
				.on_fail = FAIL_WARN,
				.reason = "asked for",
			},
			&links);
	}
}

static void remove_volumes(struct draft *draft, const struct removed *removed)
{
	const struct links links = {.after = removed->all};

	for (size_t i = 0; i < draft->observed->nvolumes; i++) {
		const struct observed_volume *volume = &draft->observed->volumes[i];
		bool declared = false;

		for (size_t j = 0; j < draft->project->nvolumes && !declared; j++)
			declared = !draft->project->volumes[j].external &&
				text_eq(draft->project->volumes[j].name, volume->name);
		if (!declared)
			continue;
		draft_add(draft,
			&(struct action){
				.kind = ACTION_VOLUME_REMOVE,
				.label = volume->name,
				.target = volume->name,
				.force = true,
				.on_fail = FAIL_WARN,
				.reason = "--volumes",
			},
			&links);
	}
}

static void remove_image(struct draft *draft, const char *ref, const struct links *links)
{
	if (map_has(&draft->freed, ref) || !observed_image(draft->observed, ref))
		return;
	map_put(&draft->freed, ref, draft);
	draft_add(draft,
		&(struct action){
			.kind = ACTION_IMAGE_REMOVE,
			.label = ref,
			.target = ref,
			.on_fail = FAIL_WARN,
			.reason =
				arena_printf(draft->arena, "--rmi %s", draft->wish->rmi),
		},
		links);
}

static bool is_built_for(const struct draft *draft, const struct observed_image *image)
{
	return text_eq(node_get_text(image->labels, "com.docker.compose.project"),
		draft->project->name);
}

/* "local": what was built for the project; "all": what it names as well. */
static void remove_images(struct draft *draft, const struct removed *removed)
{
	const struct links links = {.after = removed->all};

	for (size_t i = 0; i < draft->observed->nimages; i++) {
		const struct observed_image *image = &draft->observed->images[i];

		if (is_built_for(draft, image) && image->tags.n)
			remove_image(draft, image->tags.items[0], &links);
	}
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service *service = draft->services[i].service;

		if (text_eq(draft->wish->rmi, "all") || !service->image)
			remove_image(draft,
				service_image(draft->arena, draft->project, service),
				&links);
	}
}

bool plan_down(struct draft *draft, struct err *err)
{
	struct removed removed = {
		.of_service =
			ARENA_NEW_N(draft->arena, draft->graph->nnodes, struct numbers),
	};

	if (!check_directory(draft, err))
		return false;
	select_dependents(draft);
	collect_containers(draft);
	for (size_t i = draft->graph->nnodes; i-- > 0;)
		take_down_service(draft, draft->graph->start_order[i], &removed);
	take_down_others(draft, &removed);
	remove_dns(draft, &removed.all);
	remove_networks(draft, &removed);
	if (draft->wish->rmi)
		remove_images(draft, &removed);
	if (draft->wish->volumes)
		remove_volumes(draft, &removed);
	if (draft->nactions == 0)
		draft_note(draft, true, "No resource found to remove for project \"%s\".",
			draft->project->name);
	return true;
}
