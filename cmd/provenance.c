/* SPDX-License-Identifier: Apache-2.0 */
/* Values with their places, in the order of output. */
#include "cmd/provenance.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "base/trail.h"
#include "compose/model/fields.h"
#include "compose/model/project.h"

struct printing {
	struct arena *arena;
	struct str *str;
	const struct project *project;
	struct map shown; /* paths of removals that have their line */
};

/* Text in quotes, so that it stays on its line; of a mapping only that it is one. */
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
		str_add(p->str, "default");
}

static void add_history(const struct printing *p, const struct node *over)
{
	for (; over; over = over->over) {
		str_add(p->str, ", over ");
		add_value(p, over);
		str_add(p->str, " of ");
		add_place(p, over);
	}
	str_add_c(p->str, '\n');
}

static void add_line(
	const struct printing *p, const struct trail *trail, const struct node *node)
{
	str_printf(p->str, "%s: ", trail_text(p->arena, trail));
	add_value(p, node);
	str_add(p->str, "  # ");
	add_place(p, node);
	add_history(p, node->over);
}

static void add_removal(const struct printing *p, const struct removal *removal)
{
	str_printf(p->str, "%s: %s  # ", removal->path,
		removal->mark->marks & NODE_RESET ? "!reset" : "!override");
	add_place(p, removal->mark);
	add_history(p, removal->old);
}

/* What was taken away at a path, before what stands there now. */
static void add_removals(struct printing *p, const struct trail *trail)
{
	const struct removals *removals = &p->project->removals;
	const char *path = removals->n ? trail_text(p->arena, trail) : NULL;

	for (size_t i = 0; i < removals->n; i++)
		if (text_eq(removals->items[i].path, path))
			add_removal(p, &removals->items[i]);
	if (path)
		map_put(&p->shown, path, p);
}

static bool has_parts(const struct node *node)
{
	return node->kind == NODE_MAP ? node->npairs
				      : node->kind == NODE_LIST && node->nitems;
}

static void add_node(
	struct printing *p, const struct trail *trail, const struct node *node)
{
	add_removals(p, trail);
	/* What replaced something as a whole has a line of its own. */
	if (!has_parts(node) || node->over)
		add_line(p, trail, node);
	if (node->kind == NODE_LIST && node->over)
		return;
	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		add_node(p, &(struct trail){.up = trail, .index = i}, node->items[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs; i++)
		add_node(p, &(struct trail){.up = trail, .key = node->pairs[i].key},
			node->pairs[i].value);
}

/* Where the project has its name from, for it is not always the files' doing. */
static void add_name(const struct printing *p, const struct node *node)
{
	static const char *const sources[] = {[NAME_FLAG] = "-p",
		[NAME_ENVIRONMENT] = "COMPOSE_PROJECT_NAME",
		[NAME_DIRECTORY] = "the directory"};
	const char *source = sources[p->project->name_source];

	if (p->project->name_source == NAME_FILE) {
		add_line(p, &(struct trail){.key = "name"}, node);
		return;
	}
	str_add(p->str, "name: ");
	add_value(p, node);
	str_printf(p->str, "  # %s", source);
	add_history(p, node_get(p->project->node, "name"));
}

static bool is_of_service(const struct printing *p, const char *path)
{
	for (size_t i = 0; i < p->project->nservices; i++)
		if (text_starts(path,
			    arena_printf(p->arena, "services.%s.",
				    p->project->services[i].name)))
			return true;
	return !text_starts(path, "services.");
}

/* What is gone for good, of those services that are there. */
static void add_gone(const struct printing *p)
{
	const struct removals *removals = &p->project->removals;

	for (size_t i = 0; i < removals->n; i++)
		if (!map_has(&p->shown, removals->items[i].path) &&
			is_of_service(p, removals->items[i].path))
			add_removal(p, &removals->items[i]);
}

void provenance_print(struct str *str, const struct project *project)
{
	struct arena arena = {0};
	struct printing printing = {.arena = &arena, .str = str, .project = project};
	const struct node *root =
		schema_encode(&arena, &project_section, project, ENCODE_PLACES);

	map_init(&printing.shown, &arena);
	for (size_t i = 0; i < root->npairs; i++) {
		const struct node_pair *pair = &root->pairs[i];

		if (text_eq(pair->key, "name"))
			add_name(&printing, pair->value);
		else
			add_node(&printing, &(struct trail){.key = pair->key},
				pair->value);
	}
	add_gone(&printing);
	arena_finish(&arena);
}
