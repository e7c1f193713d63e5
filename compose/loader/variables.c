/* SPDX-License-Identifier: Apache-2.0 */
/* Which variables the files use: for config --variables. */
#include "compose/loader/variables.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/loader/interp.h"
#include "compose/loader/load.h"
#include "compose/loader/where.h"

struct search {
	struct arena *arena;
	struct map seen; /* name to struct variable */
	struct interp interp;
	const char *text; /* being searched */
	struct errs *errs;
};

static bool says_something(const struct variable *variable)
{
	return variable->required || *variable->default_value ||
		*variable->presence_value;
}

/* As docker compose: within one text the first use that says something counts, else the last one. */
static void note(struct interp *interp, const struct interp_use *use)
{
	struct search *search = interp->ctx;
	const struct variable *earlier = map_get(&search->seen, use->name);
	struct variable *variable;

	if (earlier && earlier->text == search->text && says_something(earlier))
		return;
	variable = ARENA_NEW(search->arena, struct variable);
	*variable = (struct variable){
		.name = use->name,
		.default_value = use->op == '-' ? use->word : "",
		.presence_value = use->op == '+' ? use->word : "",
		.required = use->op == '?',
		.text = search->text,
	};
	map_put(&search->seen, use->name, variable);
}

static void search_node(struct search *search, const struct node *node)
{
	const char *ignored;

	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		search_node(search, node->items[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs; i++)
		search_node(search, node->pairs[i].value);
	search->text = node->text;
	if (node->kind == NODE_STR &&
		!interp_expand(&search->interp, node->text, &ignored))
		errs_add(search->errs, node->pos, "%s", search->interp.error);
}

/* With variables as they stand in the files. NULL: errs. */
static const struct node *load_as_written(
	struct arena *arena, const struct load_opts *opts, struct errs *errs)
{
	struct load_opts raw = *opts;

	raw.no_interpolate = true;
	raw.no_normalize = true;
	return project_load_raw(arena, &raw, errs);
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
	const struct node *root = load_as_written(arena, opts, errs);

	*out = (struct variables){0};
	if (!root)
		return false;
	map_init(&search.seen, arena);
	search.interp = (struct interp){.arena = arena, .met = note, .ctx = &search};
	for (size_t i = 0; i < root->npairs; i++)
		if (!text_eq(root->pairs[i].key, "name")) /* it is settled by now */
			search_node(&search, root->pairs[i].value);
	for (size_t i = 0; i < search.seen.nentries; i++)
		ARENA_PUSH(arena, out->items, out->n,
			*(const struct variable *)search.seen.entries[i].value);
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), by_name);
	errs_sort(errs);
	return !errs_failed(errs);
}

struct place_search {
	struct arena *arena;
	struct interp interp;
	const char *name;
	bool met;
	struct variable_places *out;
};

static void meet(struct interp *interp, const struct interp_use *use)
{
	struct place_search *search = interp->ctx;

	search->met = search->met || text_eq(use->name, search->name);
}

static void search_places(
	struct place_search *search, const struct node *node, const struct where *where)
{
	struct variable_place place = {.pos = node->pos};
	const char *ignored;

	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++)
		search_places(
			search, node->items[i], &(struct where){.up = where, .index = i});
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs; i++)
		search_places(search, node->pairs[i].value,
			&(struct where){.up = where, .key = node->pairs[i].key});
	search->met = false;
	if (node->kind != NODE_STR ||
		!interp_expand(&search->interp, node->text, &ignored) || !search->met)
		return;
	place.path = where_text(search->arena, where);
	ARENA_PUSH(search->arena, search->out->items, search->out->n, place);
}

bool project_variable_places(struct arena *arena, const struct load_opts *opts,
	const char *name, struct variable_places *out, struct errs *errs)
{
	struct place_search search = {.arena = arena, .name = name, .out = out};
	const struct node *root = load_as_written(arena, opts, errs);

	*out = (struct variable_places){0};
	if (!root)
		return false;
	search.interp = (struct interp){.arena = arena, .met = meet, .ctx = &search};
	search_places(&search, root, NULL);
	return true;
}
