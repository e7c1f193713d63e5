/* SPDX-License-Identifier: Apache-2.0 */
/* The one tree: making, changing, reading. */
#include "base/node.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"

#define INDEX_FROM_PAIRS 16 /* smaller maps are searched in order */

struct node *node_new(struct arena *arena, enum node_kind kind, struct pos pos)
{
	struct node *node = ARENA_NEW(arena, struct node);

	node->kind = kind;
	node->pos = pos;
	return node;
}

struct node *node_text(struct arena *arena, const char *text)
{
	struct node *node = node_new(arena, text ? NODE_STR : NODE_NULL, (struct pos){0});

	node->text = text ? text : "null";
	return node;
}

struct node *node_int(struct arena *arena, int64_t n)
{
	struct node *node = node_new(arena, NODE_INT, (struct pos){0});

	node->text = arena_printf(arena, "%" PRId64, n);
	return node;
}

struct node *node_bool(struct arena *arena, bool yes)
{
	struct node *node = node_new(arena, NODE_BOOL, (struct pos){0});

	node->text = yes ? "true" : "false";
	return node;
}

struct node *node_list(struct arena *arena)
{
	return node_new(arena, NODE_LIST, (struct pos){0});
}

struct node *node_map(struct arena *arena)
{
	return node_new(arena, NODE_MAP, (struct pos){0});
}

static void index_pairs(struct arena *arena, struct node *map)
{
	map->index = ARENA_NEW(arena, struct map);
	map_init(map->index, arena);
	for (size_t i = 0; i < map->npairs; i++)
		map_put(map->index, map->pairs[i].key, (void *)(uintptr_t)(i + 1));
}

/* A copy with the room that arena_grow expects behind n items. */
static void *copy_array(struct arena *arena, const void *items, size_t n, size_t size)
{
	size_t room = 4;
	void *copy;

	if (!n)
		return NULL;
	while (room < n)
		room *= 2;
	copy = arena_array(arena, room, size);
	memcpy(copy, items, n * size);
	return copy;
}

struct node *node_copy_shallow(struct arena *arena, const struct node *node)
{
	struct node *copy = ARENA_NEW(arena, struct node);

	*copy = *node;
	if (node->kind == NODE_LIST) {
		copy->items = copy_array(
			arena, node->items, node->nitems, sizeof(*node->items));
	} else if (node->kind == NODE_MAP) {
		copy->pairs = copy_array(
			arena, node->pairs, node->npairs, sizeof(*node->pairs));
		if (node->index)
			index_pairs(arena, copy);
	}
	return copy;
}

struct node *node_copy(struct arena *arena, const struct node *node)
{
	struct node *copy = node_copy_shallow(arena, node);

	if (node->kind == NODE_LIST)
		for (size_t i = 0; i < copy->nitems; i++)
			copy->items[i] = node_copy(arena, copy->items[i]);
	else if (node->kind == NODE_MAP)
		for (size_t i = 0; i < copy->npairs; i++)
			copy->pairs[i].value = node_copy(arena, copy->pairs[i].value);
	return copy;
}

struct node *node_keep(struct arena *arena, const struct node *node)
{
	struct node *kept = ARENA_NEW(arena, struct node);

	*kept = *node;
	kept->text = arena_strdup(arena, node->text);
	if (node->kind == NODE_LIST) {
		kept->items = NULL;
		kept->nitems = 0;
		for (size_t i = 0; i < node->nitems; i++)
			node_push(arena, kept, node_keep(arena, node->items[i]));
	} else if (node->kind == NODE_MAP) {
		kept->pairs = NULL;
		kept->npairs = 0;
		kept->index = NULL;
		for (size_t i = 0; i < node->npairs; i++) {
			struct node_pair pair = node->pairs[i];

			pair.key = arena_strdup(arena, pair.key);
			pair.value = node_keep(arena, pair.value);
			ARENA_PUSH(arena, kept->pairs, kept->npairs, pair);
		}
		if (kept->npairs > INDEX_FROM_PAIRS)
			index_pairs(arena, kept);
	}
	return kept;
}

struct settling {
	struct arena *arena;
	const struct arena *from;
	struct map *words;
};

static const char *settle_text(const struct settling *settling, const char *text)
{
	return arena_holds(settling->from, text) ? arena_strdup(settling->arena, text)
						 : text;
}

static struct node *settle(const struct settling *settling, struct node *node);

static void settle_items(const struct settling *settling, struct node *list)
{
	struct node *const *items = list->items;

	list->items = ARENA_NEW_N(settling->arena, list->nitems, struct node *);
	for (size_t i = 0; i < list->nitems; i++)
		list->items[i] = settle(settling, items[i]);
}

static void settle_pairs(const struct settling *settling, struct node *map)
{
	const struct node_pair *pairs = map->pairs;

	map->pairs = ARENA_NEW_N(settling->arena, map->npairs, struct node_pair);
	for (size_t i = 0; i < map->npairs; i++)
		map->pairs[i] = (struct node_pair){
			.key = settle_text(settling, pairs[i].key),
			.key_pos = pairs[i].key_pos,
			.value = settle(settling, pairs[i].value),
		};
	if (map->index)
		index_pairs(settling->arena, map);
}

/* A text that lies elsewhere is one of the few that every tree has; others are as good as never met again. */
static bool is_word(const struct settling *settling, const struct node *node)
{
	return node->kind == NODE_STR && !node->marks && !node->pos.file && !node->over &&
		!arena_holds(settling->from, node->text);
}

static struct node *settle_own(const struct settling *settling, const struct node *node)
{
	struct node *settled = ARENA_NEW(settling->arena, struct node);

	*settled = *node;
	settled->text = settle_text(settling, node->text);
	if (node->kind == NODE_LIST)
		settle_items(settling, settled);
	else if (node->kind == NODE_MAP)
		settle_pairs(settling, settled);
	return settled;
}

static struct node *settle(const struct settling *settling, struct node *node)
{
	struct node *settled;

	if (!arena_holds(settling->from, node))
		return node;
	if (!is_word(settling, node))
		return settle_own(settling, node);
	settled = map_get(settling->words, node->text);
	if (!settled) {
		settled = settle_own(settling, node);
		map_put(settling->words, settled->text, settled);
	}
	return settled;
}

const struct node *node_settle(struct arena *arena, struct node *node,
	const struct arena *from, struct map *words)
{
	return settle(&(struct settling){arena, from, words}, node);
}

void node_push(struct arena *arena, struct node *list, struct node *item)
{
	ARENA_PUSH(arena, list->items, list->nitems, item);
}

const struct node_pair *node_pair(const struct node *map, const char *key)
{
	if (!map || map->kind != NODE_MAP)
		return NULL;
	if (map->index) {
		uintptr_t at = (uintptr_t)map_get(map->index, key);

		return at ? &map->pairs[at - 1] : NULL;
	}
	for (size_t i = 0; i < map->npairs; i++)
		if (!strcmp(map->pairs[i].key, key))
			return &map->pairs[i];
	return NULL;
}

void node_set_at(struct arena *arena, struct node *map, const char *key,
	struct pos key_pos, struct node *value)
{
	const struct node_pair *pair = node_pair(map, key);

	if (pair) {
		map->pairs[pair - map->pairs].value = value;
		return;
	}
	ARENA_PUSH(arena, map->pairs, map->npairs,
		((struct node_pair){.key = key, .key_pos = key_pos, .value = value}));
	if (map->index)
		map_put(map->index, key, (void *)(uintptr_t)map->npairs);
	else if (map->npairs > INDEX_FROM_PAIRS)
		index_pairs(arena, map);
}

void node_set(struct arena *arena, struct node *map, const char *key, struct node *value)
{
	node_set_at(arena, map, key, value->pos, value);
}

bool node_remove(struct arena *arena, struct node *map, const char *key)
{
	const struct node_pair *pair = node_pair(map, key);
	size_t at;

	if (!pair)
		return false;
	at = (size_t)(pair - map->pairs);
	memmove(&map->pairs[at], &map->pairs[at + 1],
		(map->npairs - at - 1) * sizeof(*map->pairs));
	map->npairs--;
	if (map->index)
		index_pairs(arena, map);
	return true;
}

void node_set_text(
	struct arena *arena, struct node *map, const char *key, const char *text)
{
	node_set(arena, map, key, node_text(arena, arena_strdup(arena, text)));
}

void node_set_text_opt(
	struct arena *arena, struct node *map, const char *key, const char *text)
{
	if (text)
		node_set_text(arena, map, key, text);
}

void node_set_int(struct arena *arena, struct node *map, const char *key, int64_t n)
{
	node_set(arena, map, key, node_int(arena, n));
}

void node_set_bool(struct arena *arena, struct node *map, const char *key, bool yes)
{
	node_set(arena, map, key, node_bool(arena, yes));
}

struct node *node_get(const struct node *map, const char *key)
{
	const struct node_pair *pair = node_pair(map, key);

	return pair ? pair->value : NULL;
}

struct node *node_path(const struct node *node, const char *dotted)
{
	const char *dot;
	struct node *found = NULL;

	do {
		char key[128];
		size_t len;

		dot = strchr(dotted, '.');
		len = dot ? (size_t)(dot - dotted) : strlen(dotted);
		if (len >= sizeof(key))
			return NULL;
		memcpy(key, dotted, len);
		key[len] = '\0';
		found = node_get(node, key);
		node = found;
		dotted += len + 1;
	} while (dot && found);
	return found;
}

bool node_is_scalar(const struct node *node)
{
	return node && node->kind != NODE_LIST && node->kind != NODE_MAP;
}

const char *node_get_text(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, key);

	return node_is_scalar(node) && node->kind != NODE_NULL ? node->text : NULL;
}

int64_t node_get_int(const struct node *map, const char *key, int64_t fallback)
{
	const char *text = node_get_text(map, key);
	int64_t n;

	return text && parse_i64(text, &n) ? n : fallback;
}

bool node_get_bool(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, key);

	return node && node->kind == NODE_BOOL && !strcmp(node->text, "true");
}

bool node_is_text(const struct node *node, const char *text)
{
	return node_is_scalar(node) && text_eq(node->text, text);
}

bool node_equal(const struct node *a, const struct node *b)
{
	if (!a || !b || a->kind != b->kind)
		return a == b;
	if (a->kind == NODE_LIST) {
		if (a->nitems != b->nitems)
			return false;
		for (size_t i = 0; i < a->nitems; i++)
			if (!node_equal(a->items[i], b->items[i]))
				return false;
		return true;
	}
	if (a->kind == NODE_MAP) {
		if (a->npairs != b->npairs)
			return false;
		for (size_t i = 0; i < a->npairs; i++)
			if (!node_equal(a->pairs[i].value, node_get(b, a->pairs[i].key)))
				return false;
		return true;
	}
	return text_eq(a->text, b->text);
}

const char *node_kind_words(const struct node *node)
{
	if (!node)
		return "nothing";
	switch (node->kind) {
	case NODE_NULL:
		return "null";
	case NODE_BOOL:
		return "true or false";
	case NODE_INT:
	case NODE_FLOAT:
		return "a number";
	case NODE_STR:
		return "a string";
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a mapping";
	}
	return "nothing";
}
