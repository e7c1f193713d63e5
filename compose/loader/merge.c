/* SPDX-License-Identifier: Apache-2.0 */
/* One rule a function; the row says which. */
#include "compose/loader/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/loader/load.h"
#include "compose/loader/loading.h"
#include "compose/model/fields.h"

struct merging {
	struct arena *arena;
	struct errs *errs;
};

static struct node *merge_value(const struct merging *m, const struct field *field,
	struct node *base, struct node *over, const struct where *where);

/* A value that stands in another one's place keeps it, for config --provenance. */
static struct node *replacing(
	struct arena *arena, const struct node *old, struct node *value)
{
	struct node *copy;

	if (value == old || value->over)
		return value;
	copy = node_copy_shallow(arena, value);
	copy->over = old;
	return copy;
}

static struct node *strip_list(struct arena *arena, struct node *list)
{
	struct node *out = node_new(arena, NODE_LIST, list->pos);
	bool same = true;

	for (size_t i = 0; i < list->nitems; i++) {
		struct node *item = list->items[i];

		if (!(item->marks & NODE_RESET))
			node_push(arena, out, merge_strip(arena, item));
		same = same && out->nitems == i + 1 && out->items[i] == item;
	}
	out->marks = list->marks;
	return same ? list : out;
}

struct node *merge_strip(struct arena *arena, struct node *node)
{
	struct node *out = node;

	if (node->kind == NODE_LIST)
		return strip_list(arena, node);
	if (node->kind != NODE_MAP)
		return node;
	for (size_t i = 0; i < node->npairs; i++) {
		const struct node_pair *pair = &node->pairs[i];
		bool reset = pair->value->marks & NODE_RESET;
		struct node *value = reset ? NULL : merge_strip(arena, pair->value);

		if (value == pair->value)
			continue;
		if (out == node)
			out = node_copy_shallow(arena, node);
		if (reset)
			node_remove(arena, out, pair->key);
		else
			node_set(arena, out, pair->key, value);
	}
	return out;
}

static void note_removal(struct arena *arena, const struct where *where,
	const struct node *mark, const struct node *old, struct removals *removals)
{
	const struct removal removal = {
		.path = where_text(arena, where), .mark = mark, .old = old};

	if (removals)
		ARENA_PUSH(arena, removals->items, removals->n, removal);
}

struct node *merge_resets(struct arena *arena, struct node *base, const struct node *over,
	const struct where *where, struct removals *removals)
{
	struct node *out = base;

	if (base->kind != NODE_MAP || over->kind != NODE_MAP)
		return base;
	for (size_t i = 0; i < over->npairs; i++) {
		const struct node_pair *pair = &over->pairs[i];
		bool gone = pair->value->marks & (NODE_RESET | NODE_OVERRIDE);
		struct where here = {.up = where, .key = pair->key};
		struct node *old = node_get(out, pair->key), *value = NULL;

		if (!old)
			continue;
		if (gone)
			note_removal(arena, &here, pair->value, old, removals);
		else
			value = merge_resets(arena, old, pair->value, &here, removals);
		if (value == old)
			continue;
		if (out == base)
			out = node_copy_shallow(arena, base);
		if (gone)
			node_remove(arena, out, pair->key);
		else
			node_set(arena, out, pair->key, value);
	}
	return out;
}

static const char *place_text(const struct merging *m, const struct node *node)
{
	if (!node->pos.file)
		return "";
	return arena_printf(m->arena, " of %s:%u", node->pos.file, node->pos.line);
}

static struct node *mismatch(const struct merging *m, struct node *base,
	struct node *over, const struct where *where)
{
	errs_add(m->errs, over->pos, "%s: cannot override %s%s with %s",
		where_text(m->arena, where), node_kind_words(base), place_text(m, base),
		node_kind_words(over));
	return base;
}

static struct node *append(
	const struct merging *m, const struct node *base, const struct node *over)
{
	struct node *out = node_copy_shallow(m->arena, base);

	for (size_t i = 0; i < over->nitems; i++)
		if (!(over->items[i]->marks & NODE_RESET))
			node_push(m->arena, out, over->items[i]);
	return out;
}

static bool has_text(const struct node *list, const struct node *item)
{
	for (size_t i = 0; i < list->nitems; i++)
		if (text_eq(list->items[i]->text, item->text))
			return true;
	return false;
}

static struct node *append_new(
	const struct merging *m, const struct node *base, const struct node *over)
{
	struct node *out = node_copy_shallow(m->arena, base);

	for (size_t i = 0; i < over->nitems; i++)
		if (!has_text(base, over->items[i]))
			node_push(m->arena, out, over->items[i]);
	return out;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(
		((const struct node_pair *)a)->key, ((const struct node_pair *)b)->key);
}

static void push_pair(const struct merging *m, struct node *list,
	const struct node_pair *pair, const struct node *value)
{
	struct node *item = node_new(m->arena, NODE_STR, pair->key_pos);

	item->text = value->kind == NODE_NULL
		? pair->key
		: arena_printf(m->arena, "%s=%s", pair->key, value->text);
	node_push(m->arena, list, item);
}

/* A mapping as a list of K=V in the order of keys; a list as it is. NULL: it is neither,
 * or holds more than texts. */
static struct node *as_list(const struct merging *m, struct node *node)
{
	struct node *list, *sorted;

	if (node->kind == NODE_LIST)
		return node;
	if (node->kind != NODE_MAP)
		return NULL;
	list = node_new(m->arena, NODE_LIST, node->pos);
	sorted = node_copy_shallow(m->arena, node);
	if (sorted->npairs)
		qsort(sorted->pairs, sorted->npairs, sizeof(*sorted->pairs), by_key);
	for (size_t i = 0; i < sorted->npairs; i++) {
		const struct node_pair *pair = &sorted->pairs[i];
		const struct node *value = pair->value;

		for (size_t j = 0; value->kind == NODE_LIST && j < value->nitems; j++)
			if (node_is_scalar(value->items[j]))
				push_pair(m, list, pair, value->items[j]);
		if (value->kind == NODE_MAP)
			return NULL;
		if (value->kind != NODE_LIST && !(value->marks & NODE_RESET))
			push_pair(m, list, pair, value);
	}
	return list;
}

static struct node *merge_lists(const struct merging *m, struct node *base,
	struct node *over, const struct where *where, bool only_new)
{
	struct node *a = as_list(m, base), *b = as_list(m, over);

	if (!a || !b)
		return mismatch(m, base, over, where);
	return only_new ? append_new(m, a, b) : append(m, a, b);
}

static struct node *text_list(const struct merging *m, struct node *node)
{
	struct node *list;

	if (!node_is_scalar(node))
		return node;
	list = node_new(m->arena, NODE_LIST, node->pos);
	node_push(m->arena, list, node);
	return list;
}

/* logging: options of one driver mean nothing to another. */
static bool same_driver(const struct node *base, const struct node *over)
{
	const char *a = node_get_text(base, "driver"), *b = node_get_text(over, "driver");

	return !a || !b || !strcmp(a, b);
}

/* The override's subnets, each merged over the base's entry for the same one. */
static struct node *merge_subnets(const struct merging *m, const struct field *field,
	struct node *base, struct node *over, const struct where *where)
{
	struct node *out = node_copy_shallow(m->arena, over);

	for (size_t i = 0; i < over->nitems; i++) {
		const char *subnet = node_get_text(over->items[i], "subnet");
		size_t at = 0;

		while (subnet && at < base->nitems &&
			!text_eq(node_get_text(base->items[at], "subnet"), subnet))
			at++;
		if (subnet && at < base->nitems)
			out->items[i] = merge_maps(m->arena, m->errs, field->section,
				base->items[at], over->items[i], where);
	}
	return out;
}

static struct node *replace_entries(
	const struct merging *m, const struct node *base, const struct node *over)
{
	struct node *out = node_copy_shallow(m->arena, base);

	for (size_t i = 0; i < over->npairs; i++)
		node_set_at(m->arena, out, over->pairs[i].key, over->pairs[i].key_pos,
			over->pairs[i].value);
	return out;
}

static struct node *merge_entries(const struct merging *m, const struct section *section,
	struct node *base, struct node *over, const struct where *where)
{
	/* Entries have no row of their own, only a section. */
	struct field entry = {.type = TYPE_SECTION, .section = section};
	struct node *out = node_copy_shallow(m->arena, base);

	for (size_t i = 0; i < over->npairs; i++) {
		const struct node_pair *pair = &over->pairs[i];
		struct where here = {.up = where, .key = pair->key};
		struct node *old = node_get(base, pair->key), *value = pair->value;

		if (value->marks & NODE_RESET) {
			node_remove(m->arena, out, pair->key);
			continue;
		}
		if (old && !(value->marks & NODE_OVERRIDE))
			value = merge_value(m, &entry, old, value, &here);
		if (old && value == pair->value)
			value = replacing(m->arena, old, value);
		node_set_at(m->arena, out, pair->key, pair->key_pos, value);
	}
	return out;
}

static struct node *merge_by_kind(const struct merging *m, const struct field *field,
	struct node *base, struct node *over, const struct where *where)
{
	if (base->kind == NODE_MAP && over->kind == NODE_MAP) {
		if (field && field->type == TYPE_MAP)
			return merge_entries(m, field->section, base, over, where);
		return merge_maps(m->arena, m->errs, field ? field->section : NULL, base,
			over, where);
	}
	if (base->kind == NODE_LIST && over->kind == NODE_LIST)
		return append(m, base, over);
	if (node_is_scalar(base) && node_is_scalar(over))
		return over;
	return mismatch(m, base, over, where);
}

static struct node *merge_value(const struct merging *m, const struct field *field,
	struct node *base, struct node *over, const struct where *where)
{
	enum field_merge rule = field ? field->merge : MERGE_DEFAULT;
	bool maps = base->kind == NODE_MAP && over->kind == NODE_MAP;
	bool lists = base->kind == NODE_LIST && over->kind == NODE_LIST;

	if (rule == MERGE_REPLACE)
		return over;
	if (over->kind == NODE_NULL)
		return base;
	if (base->kind == NODE_NULL)
		return over;
	if (rule == MERGE_PAIRS)
		return merge_lists(m, base, over, where, false);
	if (rule == MERGE_HOSTS)
		return merge_lists(m, base, over, where, true);
	if (rule == MERGE_TEXT_LIST)
		return merge_by_kind(
			m, field, text_list(m, base), text_list(m, over), where);
	if (rule == MERGE_DRIVER && maps && !same_driver(base, over))
		return over;
	if (rule == MERGE_SUBNET && lists)
		return merge_subnets(m, field, base, over, where);
	if (rule == MERGE_REPLACE_ITEM && maps)
		return replace_entries(m, base, over);
	return merge_by_kind(m, field, base, over, where);
}

struct node *merge_maps(struct arena *arena, struct errs *errs,
	const struct section *section, struct node *base, struct node *over,
	const struct where *where)
{
	const struct merging m = {.arena = arena, .errs = errs};
	struct node *out;

	if (base->kind != NODE_MAP || over->kind != NODE_MAP)
		return over->kind == NODE_NULL ? base : mismatch(&m, base, over, where);
	out = node_copy_shallow(arena, base);
	out->marks |= over->marks & NODE_TOLD;
	for (size_t i = 0; i < over->npairs; i++) {
		const struct node_pair *pair = &over->pairs[i];
		struct where here = {.up = where, .key = pair->key};
		struct node *old = node_get(base, pair->key), *value = pair->value;

		if (value->marks & NODE_RESET) {
			node_remove(arena, out, pair->key);
			continue;
		}
		if (old && !(value->marks & NODE_OVERRIDE))
			value = merge_value(&m,
				section ? section_field(section, pair->key) : NULL, old,
				value, &here);
		if (old && value == pair->value)
			value = replacing(arena, old, value);
		node_set_at(arena, out, pair->key, pair->key_pos, value);
	}
	return out;
}

bool reset_pass(struct document *document)
{
	struct loading *loading = document->scope->loading;

	if (document->has_marks)
		document->model =
			merge_resets(loading->arena, document->model, document->root,
				NULL, document->is_base ? NULL : &loading->removals);
	return true;
}

bool merge_pass(struct document *document)
{
	struct loading *loading = document->scope->loading;
	struct node *root = document->root;

	if (document->has_marks)
		root = merge_strip(loading->arena, root);
	if (document->model->npairs == 0)
		document->model = root;
	else
		document->model = merge_maps(loading->arena, loading->errs,
			&project_section, document->model, root, NULL);
	return true;
}
