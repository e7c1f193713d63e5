/* SPDX-License-Identifier: Apache-2.0 */
/* Whose output an attached `up` shows. */
#include "cmd/attach-set.h"

#include "base/arena.h"
#include "cmd/attached.h"
#include "compose/graph/graph.h"
#include "compose/model/project.h"

static bool is_selected(const struct strings *selected, const char *name)
{
	return selected->n == 0 || strings_has(selected, name);
}

/* Beside the graph's nodes: the selected services and, where asked, what they need. */
static bool *mark_selected(struct arena *arena, const struct graph *graph,
	const struct strings *selected, bool with_dependencies)
{
	bool *marks = ARENA_NEW_N(arena, graph->nnodes + 1, bool);

	for (size_t i = 0; i < graph->nnodes; i++)
		marks[i] = is_selected(selected, graph->nodes[i].service->name);
	if (with_dependencies)
		graph_reach(graph, GRAPH_NEEDS, marks);
	return marks;
}

struct strings attach_set(struct arena *arena, const struct project *project,
	const struct graph *graph, const struct strings *selected,
	const struct attached_opts *opts)
{
	const bool *marks =
		mark_selected(arena, graph, selected, opts->attach_dependencies);
	struct strings set = {0};

	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = &project->services[i];
		bool named = strings_has(opts->attach, service->name);
		bool shown = opts->attach->n ? named
					     : marks[graph_find(graph, service->name)] &&
				opt_bool_or(service->attach, true);

		if (shown && !strings_has(opts->no_attach, service->name))
			ARENA_PUSH(arena, set.items, set.n, service->name);
	}
	return set;
}
