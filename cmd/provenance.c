/* SPDX-License-Identifier: Apache-2.0 */
/* Values with their places, in the order of the files. */
#include "cmd/provenance.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "base/trail.h"
#include "compose/model/project.h"

struct printing {
	struct arena *arena;
	struct str *str;
};

/* Text in quotes, so that it stays on its line; of what has parts only what it is. */
static void add_value(const struct printing *p, const struct node *node)
{
	if (node->kind == NODE_STR)
		json_print_text(p->str, node->text, JSON_COMPACT);
	else if (node_is_scalar(node))
		str_add(p->str, node->text ? node->text : "null");
	else if (node->kind == NODE_LIST)
		json_print(p->str, node, JSON_COMPACT);
	else
		str_add(p->str, node->npairs ? "{...}" : "{}");
}

static void add_place(const struct printing *p, const struct node *node)
{
	if (node->pos.file)
		str_printf(p->str, "%s:%u:%u", node->pos.file, node->pos.line,
			node->pos.column);
	else
		str_add(p->str, "davit");
}

static void add_line(
	const struct printing *p, const struct trail *trail, const struct node *node)
{
	str_printf(p->str, "%s: ", trail_text(p->arena, trail));
	add_value(p, node);
	str_add(p->str, "  # ");
	add_place(p, node);
	for (const struct node *over = node->over; over; over = over->over) {
		str_add(p->str, ", over ");
		add_value(p, over);
		str_add(p->str, " of ");
		add_place(p, over);
	}
	str_add_c(p->str, '\n');
}

static void add_node(
	const struct printing *p, const struct trail *trail, const struct node *node)
{
	bool empty = node->kind == NODE_MAP ? !node->npairs
		: node->kind == NODE_LIST   ? !node->nitems
					    : true;

	/* What replaced something as a whole has a line of its own. */
	if (empty || node->over)
		add_line(p, trail, node);
	if (node->kind == NODE_LIST && node->over)
		return;
	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		add_node(p, &(struct trail){.up = trail, .index = i}, node->items[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs; i++)
		add_node(p, &(struct trail){.up = trail, .key = node->pairs[i].key},
			node->pairs[i].value);
}

/* Those that are switched off or were not asked for are left out, as in the rest of config. */
static void add_services(const struct printing *p, const struct project *project,
	const struct trail *trail, const struct node *services)
{
	for (size_t i = 0; i < services->npairs; i++)
		if (project_service(project, services->pairs[i].key))
			add_node(p,
				&(struct trail){
					.up = trail, .key = services->pairs[i].key},
				services->pairs[i].value);
}

void provenance_print(struct str *str, const struct project *project)
{
	struct arena arena = {0};
	const struct printing printing = {&arena, str};

	for (size_t i = 0; i < project->node->npairs; i++) {
		const struct node_pair *pair = &project->node->pairs[i];
		const struct trail trail = {.key = pair->key};

		if (text_eq(pair->key, "services"))
			add_services(&printing, project, &trail, pair->value);
		else
			add_node(&printing, &trail, pair->value);
	}
	arena_finish(&arena);
}
