/* SPDX-License-Identifier: Apache-2.0 */
/* What of a tree is wrong, entry by entry: only asked when something is. */
#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/model/fields.h"
#include "compose/model/passes.h"

/* Did a pass before the check find something in it? */
static bool is_told(const struct node *node)
{
	bool told = node->marks & NODE_TOLD;

	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems && !told; i++)
		told = is_told(node->items[i]);
	for (size_t i = 0; node->kind == NODE_MAP && i < node->npairs && !told; i++)
		told = is_told(node->pairs[i].value);
	return told;
}

static bool is_wrong(struct arena *arena, const struct section *section,
	const struct node *node, unsigned flags)
{
	struct errs errs;

	errs_init(&errs, arena);
	schema_check(section, node, flags, &errs);
	return errs_failed(&errs) || is_told(node);
}

static void find_entries(struct arena *arena, const struct field *field,
	const struct node *entries, unsigned flags, struct map *out)
{
	for (size_t i = 0; i < entries->npairs; i++)
		if (is_wrong(arena, field->section, entries->pairs[i].value, flags))
			map_put(out, entries->pairs[i].key, entries->pairs[i].value);
}

/* Whose entries are of interest; NULL: nobody asks. */
static struct map *map_of(struct suspects *suspects, const char *key)
{
	if (text_eq(key, "services"))
		return &suspects->services;
	if (text_eq(key, "configs"))
		return &suspects->configs;
	return text_eq(key, "secrets") ? &suspects->secrets : NULL;
}

static void find_in(struct arena *arena, const struct node_pair *pair, unsigned flags,
	struct suspects *out)
{
	const struct field *field = section_field(&project_section, pair->key);
	struct map *map = map_of(out, pair->key);

	if (!field) /* "netwroks: {front: {}}" */
		out->names = out->names ||
			(pair->value->kind == NODE_MAP &&
				!section_has_extension(&project_section, pair->key));
	else if (field->type == TYPE_MAP && pair->value->kind != NODE_MAP)
		out->names = out->names || pair->value->kind != NODE_NULL;
	else if (map)
		find_entries(arena, field, pair->value, flags, map);
}

void suspects_find(struct arena *arena, const struct node *root, unsigned flags,
	struct suspects *out)
{
	*out = (struct suspects){.names = root->kind != NODE_MAP};
	map_init(&out->services, arena);
	map_init(&out->configs, arena);
	map_init(&out->secrets, arena);
	for (size_t i = 0; root->kind == NODE_MAP && i < root->npairs; i++)
		find_in(arena, &root->pairs[i], flags, out);
}
