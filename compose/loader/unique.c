/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass that lets a later item of a list replace an earlier one that means the same
 * thing, at the place of the earlier (reference compose.md 3.5). A table from rules to
 * what two such items have in common.
 */
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/node.h"
#include "base/schema.h"
#include "compose/loader/load.h"
#include "compose/loader/loading.h"
#include "compose/loader/rewrite.h"
#include "compose/model/fields.h"

static const char *key_of_pair(struct arena *arena, const struct node *item)
{
	const char *equals;

	if (!node_is_scalar(item))
		return NULL;
	equals = strchr(item->text, '=');
	return equals ? arena_strndup(arena, item->text, (size_t)(equals - item->text))
		      : item->text;
}

static const char *key_of_text(struct arena *arena, const struct node *item)
{
	(void)arena;
	return node_is_scalar(item) ? item->text : NULL;
}

static const char *key_of_path(struct arena *arena, const struct node *item)
{
	return item->kind == NODE_MAP ? node_get_text(item, "path")
				      : key_of_text(arena, item);
}

static const char *key_of_mount(struct arena *arena, const struct node *item)
{
	(void)arena;
	return node_get_text(item, "target");
}

static const char *key_of_device(struct arena *arena, const struct node *item)
{
	const char *target = node_get_text(item, "target");

	(void)arena;
	return target ? target : node_get_text(item, "source");
}

static const char *key_of_port(struct arena *arena, const struct node *item)
{
	const char *host = node_get_text(item, "host_ip");
	const char *published = node_get_text(item, "published");
	const char *target = node_get_text(item, "target");
	const char *protocol = node_get_text(item, "protocol");

	if (item->kind != NODE_MAP)
		return key_of_text(arena, item);
	if (!target)
		return NULL;
	return arena_printf(arena, "%s:%s:%s/%s", host ? host : "0.0.0.0",
		published ? published : "", target, protocol ? protocol : "tcp");
}

static const char *key_under(
	struct arena *arena, const struct node *item, const char *dir)
{
	const char *target = node_get_text(item, "target"),
		   *source = node_get_text(item, "source");

	if (target)
		return target;
	return source ? arena_printf(arena, "%s/%s", dir, source) : NULL;
}

static const char *key_of_config(struct arena *arena, const struct node *item)
{
	return key_under(arena, item, "");
}

static const char *key_of_secret(struct arena *arena, const struct node *item)
{
	return key_under(arena, item, "/run/secrets");
}

static const char *(*const keys[])(struct arena *arena, const struct node *item) = {
	[UNIQUE_KEY] = key_of_pair,
	[UNIQUE_TEXT] = key_of_text,
	[UNIQUE_PATH] = key_of_path,
	[UNIQUE_MOUNT] = key_of_mount,
	[UNIQUE_DEVICE] = key_of_device,
	[UNIQUE_PORT] = key_of_port,
	[UNIQUE_CONFIG] = key_of_config,
	[UNIQUE_SECRET] = key_of_secret,
};

static struct node *make_unique(struct rewrite *r, const struct field *field,
	struct node *list, const struct where *where)
{
	struct map seen; /* key to position + 1 in out */
	struct node *out;

	(void)where;
	if (field->unique == UNIQUE_NONE || list->kind != NODE_LIST || list->nitems < 2)
		return list;
	out = node_new(r->arena, NODE_LIST, list->pos);
	out->marks = list->marks;
	map_init(&seen, r->arena);
	for (size_t i = 0; i < list->nitems; i++) {
		const char *key = keys[field->unique](r->arena, list->items[i]);
		size_t at = key ? (size_t)map_get(&seen, key) : 0;

		if (at) {
			struct node *item = node_copy_shallow(r->arena, list->items[i]);

			item->over = out->items[at - 1];
			out->items[at - 1] = item;
			continue;
		}
		node_push(r->arena, out, list->items[i]);
		if (key)
			map_put(&seen, key, (void *)out->nitems);
	}
	return out->nitems == list->nitems ? list : out;
}

struct node *unique_pass(struct loading *loading, struct node *model)
{
	struct rewrite rewrite = {.arena = loading->arena, .value = make_unique};

	return rewrite_tree(&rewrite, &project_section, model, NULL);
}
