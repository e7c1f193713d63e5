/* SPDX-License-Identifier: Apache-2.0 */
/* Services and what they need of each other; order of starting, shortest cycles, reach.
 */
#include "compose/graph/graph.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"

#define NONE SIZE_MAX

size_t graph_find(const struct graph *graph, const char *service)
{
	size_t low = 0;
	size_t high = graph->nnodes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(graph->nodes[middle].service->name, service);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NONE;
}

static void add_needs(struct arena *arena, struct graph *graph, struct graph_node *node)
{
	const struct service *service = node->service;

	node->needs = ARENA_NEW_N(arena, service->ndepends_on, const struct dependency *);
	node->need_nodes = ARENA_NEW_N(arena, service->ndepends_on, size_t);
	for (size_t i = 0; i < service->ndepends_on; i++) {
		size_t to = graph_find(graph, service->depends_on[i].service);

		if (to == NONE)
			continue;
		node->needs[node->nneeds] = &service->depends_on[i];
		node->need_nodes[node->nneeds++] = to;
		graph->nodes[to].nneeded_by++;
	}
}

/* Nodes are visited by name, so the lists come out in the order of names. */
static void add_needed_by(struct arena *arena, struct graph *graph)
{
	for (size_t i = 0; i < graph->nnodes; i++) {
		graph->nodes[i].needed_by =
			ARENA_NEW_N(arena, graph->nodes[i].nneeded_by, size_t);
		graph->nodes[i].nneeded_by = 0;
	}
	for (size_t i = 0; i < graph->nnodes; i++)
		for (size_t j = 0; j < graph->nodes[i].nneeds; j++) {
			struct graph_node *to =
				&graph->nodes[graph->nodes[i].need_nodes[j]];

			to->needed_by[to->nneeded_by++] = i;
		}
}

/*
 * Orders by rank, then by name: takes what needs nothing, and then whatever has all it
 * needs (Kahn). Returns how many were taken; fewer than all means a cycle, and the rest
 * still has open > 0.
 */
static size_t order_starts(struct arena *arena, struct graph *graph, size_t *open)
{
	size_t n = 0;
	size_t *order = ARENA_NEW_N(arena, graph->nnodes, size_t);

	for (size_t i = 0; i < graph->nnodes; i++) {
		open[i] = graph->nodes[i].nneeds;
		if (open[i] == 0)
			order[n++] = i;
	}
	for (size_t at = 0; at < n; at++) {
		const struct graph_node *node = &graph->nodes[order[at]];

		for (size_t i = 0; i < node->nneeded_by; i++) {
			struct graph_node *above = &graph->nodes[node->needed_by[i]];

			if (above->rank < node->rank + 1)
				above->rank = node->rank + 1;
			if (--open[node->needed_by[i]] == 0)
				order[n++] = node->needed_by[i];
		}
	}
	graph->start_order = order;
	return n;
}

/* Counting sort by rank, stable over names. */
static void sort_starts(struct arena *arena, struct graph *graph)
{
	size_t *at = ARENA_NEW_N(arena, graph->nnodes + 2, size_t);

	for (size_t i = 0; i < graph->nnodes; i++)
		at[graph->nodes[i].rank + 1]++;
	for (size_t rank = 1; rank <= graph->nnodes; rank++)
		at[rank] += at[rank - 1];
	for (size_t i = 0; i < graph->nnodes; i++)
		graph->start_order[at[graph->nodes[i].rank]++] = i;
}

struct search {
	const size_t *open; /* nodes with 0 are on no cycle */
	size_t *queue;
	size_t *length;
	size_t *came_from;
};

/* Breadth first from a node back to itself; the length, or NONE. */
static size_t find_cycle(const struct graph *graph, struct search *search, size_t from)
{
	size_t n = 0;

	for (size_t i = 0; i < graph->nnodes; i++) {
		search->came_from[i] = NONE;
		search->length[i] = 0;
	}
	search->queue[n++] = from;
	for (size_t at = 0; at < n; at++) {
		size_t here = search->queue[at];
		const struct graph_node *node = &graph->nodes[here];

		for (size_t i = 0; i < node->nneeds; i++) {
			size_t to = node->need_nodes[i];

			if (search->open[to] == 0 || search->came_from[to] != NONE)
				continue;
			search->came_from[to] = here;
			search->length[to] = search->length[here] + 1;
			if (to == from)
				return search->length[to];
			search->queue[n++] = to;
		}
	}
	return NONE;
}

#define CYCLE_TRIES 200 /* starting points that are looked at for the shortest cycle */

static const struct dependency *dependency_on(const struct graph_node *node, size_t to)
{
	for (size_t i = 0; i < node->nneeds; i++)
		if (node->need_nodes[i] == to)
			return node->needs[i];
	return NULL;
}

static void report_cycle(const struct graph *graph, const size_t *came_from, size_t from,
	size_t length, struct errs *errs)
{
	size_t *path = ARENA_NEW_N(errs->arena, length + 1, size_t);
	const struct dependency *closing;
	auto_str text = {0};

	path[length] = from;
	for (size_t i = length; i-- > 0;)
		path[i] = came_from[path[i + 1]];
	for (size_t i = 0; i <= length; i++)
		str_printf(&text, "%s%s", i ? " -> " : "",
			graph->nodes[path[i]].service->name);
	closing = dependency_on(&graph->nodes[path[length - 1]], from);
	errs_add(errs, closing->pos,
		"services.%s.depends_on: dependency cycle: %s; take one of these away",
		graph->nodes[path[length - 1]].service->name, str_text(&text));
}

static void explain_cycle(struct arena *arena, const struct graph *graph,
	const size_t *open, struct errs *errs)
{
	struct search search = {
		.open = open,
		.queue = ARENA_NEW_N(arena, graph->nnodes, size_t),
		.length = ARENA_NEW_N(arena, graph->nnodes, size_t),
		.came_from = ARENA_NEW_N(arena, graph->nnodes, size_t),
	};
	size_t best = NONE;
	size_t best_from = NONE;
	unsigned tries = 0;

	for (size_t i = 0; i < graph->nnodes && tries < CYCLE_TRIES && best > 1; i++) {
		size_t length;

		if (open[i] == 0)
			continue;
		tries++;
		length = find_cycle(graph, &search, i);
		if (length < best) {
			best = length;
			best_from = i;
		}
	}
	if (best == NONE) {
		errs_add(errs, (struct pos){0}, "services: dependency cycle");
		return;
	}
	find_cycle(graph, &search, best_from);
	report_cycle(graph, search.came_from, best_from, best, errs);
}

const struct graph *graph_build(
	struct arena *arena, const struct project *project, struct errs *errs)
{
	struct graph *graph = ARENA_NEW(arena, struct graph);
	size_t *open = ARENA_NEW_N(arena, project->nservices, size_t);

	graph->project = project;
	graph->nnodes = project->nservices;
	graph->nodes = ARENA_NEW_N(arena, graph->nnodes, struct graph_node);
	for (size_t i = 0; i < graph->nnodes; i++)
		graph->nodes[i].service = &project->services[i];
	for (size_t i = 0; i < graph->nnodes; i++)
		add_needs(arena, graph, &graph->nodes[i]);
	add_needed_by(arena, graph);
	if (order_starts(arena, graph, open) < graph->nnodes) {
		explain_cycle(arena, graph, open, errs);
		return NULL;
	}
	sort_starts(arena, graph);
	return graph;
}

static void push_unmarked(size_t *stack, size_t *n, bool *marks, size_t node)
{
	if (marks[node])
		return;
	marks[node] = true;
	stack[(*n)++] = node;
}

void graph_reach(const struct graph *graph, enum graph_direction direction, bool *marks)
{
	size_t *stack = xalloc((graph->nnodes + 1) * sizeof(*stack));
	size_t n = 0;

	for (size_t i = 0; i < graph->nnodes; i++)
		if (marks[i])
			stack[n++] = i;
	while (n > 0) {
		const struct graph_node *node = &graph->nodes[stack[--n]];

		if (direction == GRAPH_NEEDS)
			for (size_t i = 0; i < node->nneeds; i++)
				push_unmarked(stack, &n, marks, node->need_nodes[i]);
		else
			for (size_t i = 0; i < node->nneeded_by; i++)
				push_unmarked(stack, &n, marks, node->needed_by[i]);
	}
	free(stack);
}
