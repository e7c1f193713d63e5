/* SPDX-License-Identifier: Apache-2.0 */
/* The pass that writes down what is meant when nothing is said (reference compose.md 3.1,
 * D1). */
#include "base/arena.h"
#include "base/node.h"
#include "base/scalar.h"
#include "base/schema.h"
#include "compose/loader/load.h"
#include "compose/loader/loading.h"
#include "compose/loader/rewrite.h"
#include "compose/model/fields.h"

static struct node *plain(struct arena *arena, const char *text, struct pos pos)
{
	struct node *node = node_new(arena, NODE_STR, pos);

	node->kind = scalar_resolve(arena, text, &node->text);
	node->marks |= NODE_DEFAULT;
	return node;
}

/*
 * As one would write it; NULL: none. What is required has none, so that the schema says that it is missing. Of
 * devices all are meant, unless some are named.
 */
static const char *fallback_of(const struct field *field, const struct node *map)
{
	if (field->flags & FIELD_ALL)
		return node_get(map, "device_ids") ? NULL : "all";
	return field->flags & FIELD_REQUIRED ? NULL : field->fallback;
}

static struct node *fill_fallbacks(struct rewrite *r, const struct section *section,
	struct node *map, const struct where *where)
{
	struct node *out = map;

	(void)where;
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		const char *fallback = fallback_of(field, map);

		if (!fallback || node_pair(map, field->name))
			continue;
		if (out == map)
			out = node_copy_shallow(r->arena, map);
		node_set_at(r->arena, out, field->name, map->pos,
			plain(r->arena, fallback, map->pos));
	}
	return out;
}

/* A secret's target says where it is, once it is known which secret it is. */
static struct node *fill_targets(struct rewrite *r, const struct field *field,
	struct node *list, const struct where *where)
{
	struct node *out = list;

	(void)where;
	if (field->unique != UNIQUE_SECRET || list->kind != NODE_LIST)
		return list;
	for (size_t i = 0; i < list->nitems; i++) {
		struct node *item = list->items[i];
		const char *source = node_get_text(item, "source");

		if (!source || node_get(item, "target"))
			continue;
		if (out == list)
			out = node_copy_shallow(r->arena, list);
		item = node_copy_shallow(r->arena, item);
		node_set_at(r->arena, item, "target", item->pos,
			plain(r->arena, arena_printf(r->arena, "/run/secrets/%s", source),
				item->pos));
		out->items[i] = item;
	}
	return out;
}

struct node *defaults_pass(struct loading *loading, struct node *model)
{
	struct rewrite rewrite = {.arena = loading->arena,
		.mapping = fill_fallbacks,
		.value = fill_targets};

	return rewrite_tree(&rewrite, &project_section, model, NULL);
}
