/* SPDX-License-Identifier: Apache-2.0 */
/* Which variables the files use, in one walk: for config --variables and env --explain. */
#include "compose/loader/variables.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/loader/env.h"
#include "compose/loader/interp.h"
#include "compose/loader/load.h"
#include "compose/loader/raw.h"
#include "compose/loader/tree.h"
#include "compose/loader/where.h"

struct search {
	struct arena *arena;
	struct map seen; /* name to struct variable */
	struct interp interp;
	const struct node *node; /* being searched */
	const struct where *where;
	struct errs *errs;
};

static bool says_something(const struct variable *variable)
{
	return variable->required || *variable->default_value ||
		*variable->presence_value;
}

static struct variable *find(struct search *search, const char *name)
{
	struct variable *variable = map_get(&search->seen, name);

	if (variable)
		return variable;
	variable = ARENA_NEW(search->arena, struct variable);
	*variable = (struct variable){
		.name = name, .default_value = "", .presence_value = ""};
	map_put(&search->seen, name, variable);
	return variable;
}

/* One text may hold a variable twice. */
static void note_place(struct search *search, struct variable *variable)
{
	const struct variable_place place = {
		.path = where_text(search->arena, search->where),
		.pos = search->node->pos,
	};

	if (variable->text != search->node->text)
		ARENA_PUSH(search->arena, variable->places, variable->nplaces, place);
}

/* As docker compose: within one text the first use that says something counts, else the last one. */
static void note(struct interp *interp, const struct interp_use *use)
{
	struct search *search = interp->ctx;
	struct variable *variable = find(search, use->name);

	note_place(search, variable);
	if (variable->text == search->node->text && says_something(variable))
		return;
	variable->default_value = use->op == '-' ? use->word : "";
	variable->presence_value = use->op == '+' ? use->word : "";
	variable->required = use->op == '?';
	variable->text = search->node->text;
}

static void search_node(
	struct search *search, const struct node *node, const struct where *where)
{
	const char *ignored;

	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		search_node(
			search, node->items[i], &(struct where){.up = where, .index = i});
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs; i++)
		search_node(search, node->pairs[i].value,
			&(struct where){.up = where, .key = node->pairs[i].key});
	search->node = node;
	search->where = where;
	if (node->kind == NODE_STR &&
		!interp_expand(&search->interp, node->text, &ignored))
		errs_add(search->errs, node->pos, "%s", search->interp.error);
	search->where = NULL;
}

static void search_all(
	struct search *search, const struct tree *tree, const struct node *root)
{
	map_init(&search->seen, search->arena);
	search->interp =
		(struct interp){.arena = search->arena, .met = note, .ctx = search};
	for (size_t i = 0; i < tree->own_texts.n; i++)
		search_node(search, tree->own_texts.items[i].node,
			&(struct where){.key = tree->own_texts.items[i].path});
	for (size_t i = 0; i < root->npairs; i++)
		if (!text_eq(root->pairs[i].key, "name")) /* it is settled by now */
			search_node(search, root->pairs[i].value,
				&(struct where){.key = root->pairs[i].key});
}

/* With variables as they stand in the files. NULL: errs. */
static const struct node *load_as_written(struct arena *arena,
	const struct load_opts *opts, struct tree *out, struct errs *errs)
{
	struct load_opts raw = *opts;

	raw.no_interpolate = true;
	raw.no_normalize = true;
	return raw_load(arena, &raw, out, errs);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct variable *)a)->name, ((const struct variable *)b)->name);
}

bool project_variables(struct arena *arena, const struct load_opts *opts,
	struct variables *out, struct errs *errs)
{
	struct search search = {.arena = arena, .errs = errs};
	struct tree tree;
	const struct node *root = load_as_written(arena, opts, &tree, errs);

	*out = (struct variables){0};
	if (!root)
		return false;
	search_all(&search, &tree, root);
	for (size_t i = 0; i < search.seen.nentries; i++)
		ARENA_PUSH(arena, out->items, out->n,
			*(const struct variable *)search.seen.entries[i].value);
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), by_name);
	errs_sort(errs);
	return !errs_failed(errs);
}

/* The project's name is a variable because the loader says so: that is nobody's value. */
static void trace(
	struct arena *arena, const struct env *env, const char *name, struct pairs *out)
{
	env_trace(arena, env, name, out);
	if (out->n && text_eq(name, "COMPOSE_PROJECT_NAME")) {
		out->items++;
		out->n--;
	}
}

static void trace_included(struct arena *arena, const struct inclusion *inclusion,
	const char *name, struct explanation *out)
{
	const struct env own = {.own = inclusion->env->own};
	struct included_values included = {
		.file = inclusion->file,
		.pos = inclusion->pos,
		.is_hidden = env_get(inclusion->env->above, name),
	};

	env_trace(arena, &own, name, &included.values);
	if (included.values.n)
		ARENA_PUSH(arena, out->included, out->nincluded, included);
}

bool project_explain(struct arena *arena, const struct load_opts *opts, const char *name,
	struct explanation *out, struct errs *errs)
{
	struct search search = {.arena = arena, .errs = errs};
	struct tree tree;
	const struct node *root = load_as_written(arena, opts, &tree, errs);

	*out = (struct explanation){0};
	if (!root)
		return false;
	search_all(&search, &tree, root);
	out->variable = map_get(&search.seen, name);
	trace(arena, tree.env, name, &out->values);
	for (size_t i = 0; i < tree.inclusions.n; i++)
		trace_included(arena, &tree.inclusions.items[i], name, out);
	return !errs_failed(errs);
}
