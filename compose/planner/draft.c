/* SPDX-License-Identifier: Apache-2.0 */
/* The growing plan, and what all its parts ask of it. */
#include "compose/planner/draft.h"
#include "compose/planner/dns.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/labels.h"
#include "compose/planner/parts.h"

static const char *const verbs[] = {
	[VERB_UP] = "up",
	[VERB_CREATE] = "create",
	[VERB_START] = "start",
	[VERB_STOP] = "stop",
	[VERB_RESTART] = "restart",
	[VERB_DOWN] = "down",
	[VERB_RM] = "rm",
	[VERB_KILL] = "kill",
	[VERB_PAUSE] = "pause",
	[VERB_UNPAUSE] = "unpause",
	[VERB_PULL] = "pull",
	[VERB_BUILD] = "build",
	[VERB_PUSH] = "push",
	[VERB_SCALE] = "scale",
	[VERB_NETDNS_START] = "netdns start",
	[VERB_NETDNS_STOP] = "netdns stop",
	[VERB_RUN] = "run",
};

void numbers_add(struct arena *arena, struct numbers *numbers, unsigned number)
{
	if (number == 0)
		return;
	for (size_t i = 0; i < numbers->n; i++)
		if (numbers->items[i] == number)
			return;
	ARENA_PUSH(arena, numbers->items, numbers->n, number);
}

void numbers_add_all(
	struct arena *arena, struct numbers *numbers, const struct numbers *more)
{
	for (size_t i = 0; i < more->n; i++)
		numbers_add(arena, numbers, more->items[i]);
}

void strings_push(struct arena *arena, struct strings *strings, const char *text)
{
	ARENA_PUSH(arena, strings->items, strings->n, text);
	strings->set = true;
}

void draft_init(struct draft *draft, struct arena *arena, const struct plan_input *input)
{
	const struct graph *graph = input->graph;

	*draft = (struct draft){
		.arena = arena,
		.project = input->project,
		.graph = graph,
		.observed = input->observed,
		.wish = input->wish,
		.services = ARENA_NEW_N(arena, graph->nnodes, struct service_state),
		.networks = ARENA_NEW_N(
			arena, input->project->nnetworks, struct network_state),
		.volumes =
			ARENA_NEW_N(arena, input->project->nvolumes, struct volume_state),
	};
	draft->project_labels = project_labels(arena, input->project);
	draft->words = ARENA_NEW(arena, struct map);
	map_init(draft->words, arena);
	map_init(&draft->images, arena);
	map_init(&draft->freed, arena);
	find_dns_users(draft);
	for (size_t i = 0; i < graph->nnodes; i++)
		draft->services[i].service = graph->nodes[i].service;
	for (size_t i = 0; i < input->project->nnetworks; i++)
		draft->networks[i].network = &input->project->networks[i];
	for (size_t i = 0; i < input->project->nvolumes; i++)
		draft->volumes[i].volume = &input->project->volumes[i];
}

const struct plan *draft_finish(struct draft *draft)
{
	struct plan *plan = ARENA_NEW(draft->arena, struct plan);

	*plan = (struct plan){
		.command = verbs[draft->wish->verb],
		.project = draft->project->name,
		.actions = draft->actions,
		.nactions = draft->nactions,
		.notes = draft->notes,
		.nnotes = draft->nnotes,
		.untouched = draft->untouched,
		.nuntouched = draft->nuntouched,
	};
	return plan;
}

/* Sorted, since people read them and waits for the latest are found at the end. */
static unsigned *sorted_copy(struct arena *arena, const struct numbers *numbers)
{
	unsigned *copy = ARENA_NEW_N(arena, numbers->n, unsigned);

	for (size_t i = 0; i < numbers->n; i++) {
		size_t at = i;

		for (; at > 0 && copy[at - 1] > numbers->items[i]; at--)
			copy[at] = copy[at - 1];
		copy[at] = numbers->items[i];
	}
	return copy;
}

#define IMPLIED_DEPTH 6  /* how far needs of needs are followed */
#define IMPLIED_NEEDS 16 /* longer lists are taken as they are */

static bool is_implied(
	const struct draft *draft, unsigned by, unsigned number, unsigned depth)
{
	const struct action *action = &draft->actions[by - 1];

	if (depth == 0 || action->nneeds > IMPLIED_NEEDS)
		return false;
	for (size_t i = action->nneeds; i-- > 0 && action->needs[i] >= number;)
		if (action->needs[i] == number ||
			is_implied(draft, action->needs[i], number, depth - 1))
			return true;
	return false;
}

/* Leaves out what another need has needed already, for whoever reads the plan. */
static struct numbers essential(const struct draft *draft, const struct numbers *numbers)
{
	struct numbers out = {0};

	if (numbers->n > IMPLIED_NEEDS)
		return *numbers;
	for (size_t i = 0; i < numbers->n; i++) {
		bool implied = false;

		for (size_t j = 0; j < numbers->n && !implied; j++)
			implied = numbers->items[j] > numbers->items[i] &&
				is_implied(draft, numbers->items[j], numbers->items[i],
					IMPLIED_DEPTH);
		if (!implied)
			numbers_add(draft->arena, &out, numbers->items[i]);
	}
	return out;
}

unsigned draft_add(
	struct draft *draft, const struct action *action, const struct links *links)
{
	struct action copy = *action;
	unsigned before =
		hooks_before(draft, action, drain_first(draft, action, links), links);

	if (before) {
		struct numbers needs = {&before, 1};

		copy.needs = sorted_copy(draft->arena, &needs);
		copy.nneeds = 1;
	} else if (links) {
		struct numbers needs = essential(draft, &links->needs);

		copy.needs = sorted_copy(draft->arena, &needs);
		copy.nneeds = needs.n;
		copy.after = sorted_copy(draft->arena, &links->after);
		copy.nafter = links->after.n;
	}
	ARENA_PUSH(draft->arena, draft->actions, draft->nactions, copy);
	return hooks_after(draft, action, (unsigned)draft->nactions);
}

void draft_note(struct draft *draft, bool warning, const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = arena_vprintf(draft->arena, format, args);
	va_end(args);
	ARENA_PUSH(draft->arena, draft->notes, draft->nnotes,
		((struct plan_note){.text = text, .warning = warning}));
}

const char *container_name(struct arena *arena, const struct project *project,
	const struct service *service, int64_t number)
{
	if (service->container_name)
		return service->container_name;
	return arena_printf(
		arena, "%s-%s-%" PRId64, project->name, service->name, number);
}

struct service_state *draft_service(const struct draft *draft, const char *name)
{
	size_t at = graph_find(draft->graph, name);

	return at == SIZE_MAX ? NULL : &draft->services[at];
}

struct network_state *draft_network(const struct draft *draft, const char *key)
{
	const struct network *network = project_network(draft->project, key);

	return network ? &draft->networks[network - draft->project->networks] : NULL;
}

struct volume_state *draft_volume(const struct draft *draft, const char *key)
{
	const struct volume *volume = project_volume(draft->project, key);

	return volume ? &draft->volumes[volume - draft->project->volumes] : NULL;
}

const struct replica *draft_first(const struct draft *draft, const char *service)
{
	const struct service_state *state = draft_service(draft, service);
	const struct replica *first = NULL;

	for (size_t i = 0; state && i < state->nreplicas; i++)
		if (!first || strcmp(state->replicas[i].name, first->name) < 0)
			first = &state->replicas[i];
	return first;
}

const char *service_of_mode(const char *mode)
{
	return mode && text_starts(mode, "service:") ? mode + strlen("service:") : NULL;
}

bool container_runs(const struct observed_container *container)
{
	return container->state == STATE_RUNNING || container->state == STATE_RESTARTING;
}
