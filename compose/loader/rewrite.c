/* SPDX-License-Identifier: Apache-2.0 */
/* Copy on write, down the rows of sections. */
#include "compose/loader/rewrite.h"

#include "base/arena.h"
#include "base/node.h"
#include "base/schema.h"

static struct node *replace_pair(struct rewrite *r, struct node *map,
	const struct node *original, size_t i, struct node *value)
{
	if (map->pairs[i].value == value)
		return map;
	if (map == original)
		map = node_copy_shallow(r->arena, original);
	map->pairs[i].value = value;
	return map;
}

static struct node *rewrite_entries(struct rewrite *r, const struct section *section,
	struct node *map, const struct where *where)
{
	struct node *out = map;

	if (map->kind != NODE_MAP)
		return map;
	for (size_t i = 0; i < map->npairs; i++) {
		struct where here = {.up = where, .key = map->pairs[i].key};

		out = replace_pair(r, out, map, i,
			rewrite_tree(r, section, map->pairs[i].value, &here));
	}
	return out;
}

static struct node *rewrite_items(struct rewrite *r, const struct section *section,
	struct node *list, const struct where *where)
{
	struct node *out = list;

	if (list->kind != NODE_LIST)
		return list;
	for (size_t i = 0; i < list->nitems; i++) {
		struct where here = {.up = where, .index = i};
		struct node *item = rewrite_tree(r, section, list->items[i], &here);

		if (item == list->items[i])
			continue;
		if (out == list)
			out = node_copy_shallow(r->arena, list);
		out->items[i] = item;
	}
	return out;
}

static struct node *rewrite_inside(struct rewrite *r, const struct field *field,
	struct node *value, const struct where *where)
{
	switch (field->type) {
	case TYPE_SECTION:
	case TYPE_POINTER:
		return rewrite_tree(r, field->section, value, where);
	case TYPE_LIST:
		return rewrite_items(r, field->section, value, where);
	case TYPE_MAP:
		return rewrite_entries(r, field->section, value, where);
	default:
		return value;
	}
}

struct node *rewrite_tree(struct rewrite *r, const struct section *section,
	struct node *map, const struct where *where)
{
	struct node *out;

	if (!section || map->kind != NODE_MAP)
		return map;
	if (r->mapping)
		map = r->mapping(r, section, map, where);
	out = map;
	for (size_t i = 0; i < map->npairs; i++) {
		const struct field *field = section_field(section, map->pairs[i].key);
		struct where here = {.up = where, .key = map->pairs[i].key};
		struct node *value = map->pairs[i].value;

		if (!field)
			continue;
		r->parent = map;
		if (r->value)
			value = r->value(r, field, value, &here);
		out = replace_pair(
			r, out, map, i, rewrite_inside(r, field, value, &here));
	}
	return out;
}
