/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What needs what in a project: services, and the networks, volumes, configs and secrets that they use.
 *
 * Edges between services come from depends_on, links, volumes_from and network_mode/ipc/pid: service:x
 * (compose-spec services). The graph is const after graph_build and lives in its arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "compose/model/project.h"

struct arena;
struct errs;

struct graph_node {
	const struct service *service;
	const struct dependency *
		*needs;     /* to services that are in the graph, in the order of names */
	size_t *need_nodes; /* their indices, beside needs */
	size_t nneeds;
	size_t *needed_by; /* indices, in the order of names */
	size_t nneeded_by;
	unsigned
		rank; /* longest way down to a service that needs nothing: those have 0 */
};

struct graph {
	const struct project *project;
	struct graph_node *nodes; /* as project->services: sorted by name */
	size_t nnodes;
	size_t *start_order; /* dependencies before dependents; ties by name */
};

/*
 * Builds. Errors, with positions: a cycle (shown as the shortest one, "a -> b -> a", at the depends_on that
 * closes it). A dependency that is not in the project was refused or dropped by the loader. NULL on errors.
 */
const struct graph *graph_build(
	struct arena *arena, const struct project *project, struct errs *errs);

/* The index of a service, or SIZE_MAX. */
size_t graph_find(const struct graph *graph, const char *service);

enum graph_direction {
	GRAPH_NEEDS,     /* what the given ones need */
	GRAPH_NEEDED_BY, /* what needs the given ones */
};

/* Marks in out (nnodes long, given marks included) everything reachable from the marked nodes. */
void graph_reach(const struct graph *graph, enum graph_direction direction, bool *marks);
