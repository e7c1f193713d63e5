/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "compose/graph/graph.h"

/* A project from "web:db,cache db: cache:"; names must come sorted. */
static struct project project_of(struct arena *arena, const char *text)
{
	struct project project = {.name = "app"};
	char *copy = arena_strdup(arena, text);
	char *rest;

	for (char *word = strtok_r(copy, " ", &rest); word;
		word = strtok_r(NULL, " ", &rest)) {
		struct service service = {.name = word};
		char *deps = strchr(word, ':');
		char *more;

		*deps++ = '\0';
		for (char *dep = strtok_r(deps, ",", &more); dep;
			dep = strtok_r(NULL, ",", &more))
			ARENA_PUSH(arena, service.depends_on, service.ndepends_on,
				((struct dependency){
					.service = dep, .pos = {"compose.yaml", 7, 3}}));
		ARENA_PUSH(arena, project.services, project.nservices, service);
	}
	return project;
}

TEST(graph_starts_dependencies_first)
{
	struct arena arena = {0};
	struct errs errs;
	struct project project = project_of(&arena, "a:b b:c c: d:");
	const struct graph *graph;

	errs_init(&errs, &arena);
	graph = graph_build(&arena, &project, &errs);
	assert_non_null(graph);
	assert_int_equal(graph->start_order[0], 2);
	assert_int_equal(graph->start_order[1], 3);
	assert_int_equal(graph->start_order[2], 1);
	assert_int_equal(graph->start_order[3], 0);
	assert_int_equal(graph->nodes[0].rank, 2);
	assert_int_equal(graph->nodes[2].nneeded_by, 1);
	arena_finish(&arena);
}

TEST(graph_shows_the_shortest_cycle)
{
	struct arena arena = {0};
	struct errs errs;
	struct project project = project_of(&arena, "a:b b:c c:a,d d:c e:");

	errs_init(&errs, &arena);
	assert_null(graph_build(&arena, &project, &errs));
	assert_int_equal(errs.nitems, 1);
	assert_string_equal(errs.items[0].text,
		"services.d.depends_on: dependency cycle: c -> d -> c; take one of these "
		"away");
	assert_int_equal(errs.items[0].pos.line, 7);
	arena_finish(&arena);
}

TEST(graph_shows_a_service_that_needs_itself)
{
	struct arena arena = {0};
	struct errs errs;
	struct project project = project_of(&arena, "a:a b:a");

	errs_init(&errs, &arena);
	assert_null(graph_build(&arena, &project, &errs));
	assert_non_null(strstr(errs.items[0].text, "a -> a"));
	arena_finish(&arena);
}

TEST(graph_reach_follows_both_directions)
{
	struct arena arena = {0};
	struct errs errs;
	struct project project = project_of(&arena, "a:b b:c c: d:c");
	bool up[4] = {[1] = true};
	bool down[4] = {[1] = true};
	const struct graph *graph;

	errs_init(&errs, &arena);
	graph = graph_build(&arena, &project, &errs);
	graph_reach(graph, GRAPH_NEEDS, down);
	graph_reach(graph, GRAPH_NEEDED_BY, up);
	assert_true(!down[0] && down[1] && down[2] && !down[3]);
	assert_true(up[0] && up[1] && !up[2] && !up[3]);
	arena_finish(&arena);
}

TEST(graph_of_ten_thousand_is_quick)
{
	enum { N = 10000 };
	struct arena arena = {0};
	struct errs errs;
	struct project project = {
		.services = ARENA_NEW_N(&arena, N, struct service), .nservices = N};
	const struct graph *graph;

	for (size_t i = 0; i < N; i++) {
		struct service *service = &project.services[i];

		service->name = arena_printf(&arena, "s%05zu", i);
		if (i == 0)
			continue;
		service->depends_on = ARENA_NEW(&arena, struct dependency);
		service->depends_on->service = project.services[i - 1].name;
		service->ndepends_on = 1;
	}
	errs_init(&errs, &arena);
	graph = graph_build(&arena, &project, &errs);
	assert_int_equal(graph->nodes[N - 1].rank, N - 1);
	assert_int_equal(graph_find(graph, "s09999"), N - 1);
	assert_int_equal(graph_find(graph, "nope"), SIZE_MAX);
	arena_finish(&arena);
}
