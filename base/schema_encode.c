/* SPDX-License-Identifier: Apache-2.0 */
/* From structs to a tree, by the rows: what the decoding undone looks like in docker compose's output. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/scalar.h"
#include "base/schema.h"
#include "base/schema_places.h"
#include "base/str.h"
#include "base/units.h"

/* One row of one struct on its way out. */
struct encoding {
	struct arena *arena;
	const struct field *field;
	unsigned flags;
	bool is_set;   /* the file had it, though it may be empty */
	bool is_empty; /* false, 0, "", no items */
};

static struct node *number(struct arena *arena, int64_t value)
{
	return node_int(arena, value);
}

static struct node *encode_text(struct encoding *e, const void *member)
{
	const char *const *text = member;

	e->is_set = *text;
	e->is_empty = !*text || !**text;
	return node_text(e->arena, *text ? *text : "");
}

static struct node *encode_bool(struct encoding *e, const void *member)
{
	const bool *yes = member;

	e->is_empty = !*yes;
	return node_bool(e->arena, *yes);
}

static struct node *encode_opt_bool(struct encoding *e, const void *member)
{
	const struct opt_bool *opt = member;

	e->is_set = opt->set;
	e->is_empty = !opt->value;
	return node_bool(e->arena, opt->value);
}

static struct node *encode_int(struct encoding *e, const void *member)
{
	const struct opt_i64 *opt = member;

	e->is_set = opt->set;
	e->is_empty = opt->value == 0;
	return number(e->arena, opt->value);
}

static struct node *encode_i64(struct encoding *e, const void *member)
{
	const int64_t *value = member;

	e->is_empty = *value == 0;
	return number(e->arena, *value);
}

static struct node *encode_float(struct encoding *e, const void *member)
{
	const struct opt_double *opt = member;
	int bits = e->field->type == TYPE_FLOAT32 ? 32 : 64;
	struct node *node = node_new(e->arena, NODE_FLOAT, (struct pos){0});

	e->is_set = opt->set;
	e->is_empty = opt->value == 0;
	node->text = e->flags & ENCODE_JSON
		? scalar_float_json(e->arena, opt->value, bits)
		: scalar_float_text(e->arena, opt->value, bits);
	return node;
}

static struct node *encode_bytes(struct encoding *e, const void *member)
{
	const struct opt_i64 *opt = member;

	e->is_set = opt->set;
	e->is_empty = opt->value == 0;
	return node_text(e->arena, arena_printf(e->arena, "%lld", (long long)opt->value));
}

static struct node *encode_duration(struct encoding *e, const void *member)
{
	const struct opt_i64 *opt = member;

	e->is_set = opt->set;
	e->is_empty = opt->value == 0;
	return node_text(e->arena, duration_text(e->arena, opt->value));
}

static struct node *encode_mode(struct encoding *e, const void *member)
{
	const struct opt_i64 *opt = member;

	e->is_set = opt->set;
	e->is_empty = opt->value == 0;
	if (e->field->flags & FIELD_NUMBER)
		return number(e->arena, opt->value);
	return node_text(e->arena,
		arena_printf(e->arena, "0%llo", (unsigned long long)opt->value));
}

static struct node *encode_word(struct encoding *e, const void *member)
{
	int word;

	memcpy(&word, member, sizeof(word));
	return node_text(e->arena, e->field->words[word]);
}

static struct node *encode_strings(struct encoding *e, const void *member)
{
	const struct strings *strings = member;
	struct node *list;

	e->is_set = strings->set;
	e->is_empty = strings->n == 0;
	if (!strings->set)
		return node_text(e->arena, NULL);
	list = node_list(e->arena);
	for (size_t i = 0; i < strings->n; i++) {
		struct node *item = node_text(e->arena, strings->items[i]);

		if (strings->places)
			item->pos = strings->places[i];
		node_push(e->arena, list, item);
	}
	return list;
}

static int text_compare(const void *a, const void *b)
{
	return strcmp((*(const struct node *const *)a)->text,
		(*(const struct node *const *)b)->text);
}

/* As a list of "key=value", in order of text. */
static struct node *encode_pair_list(struct encoding *e, const struct pairs *pairs)
{
	struct node *list = node_list(e->arena);

	for (size_t i = 0; i < pairs->n; i++) {
		const struct pair *pair = &pairs->items[i];
		const char *text =
			pair->value && (*pair->value || e->field->form == FORM_HOSTS)
			? arena_printf(e->arena, "%s=%s", pair->key, pair->value)
			: pair->key;
		struct node *item = node_text(e->arena, text);

		if (e->flags & ENCODE_PLACES)
			place_pair(e->arena, item, pair);
		node_push(e->arena, list, item);
	}
	if (list->nitems)
		qsort(list->items, list->nitems, sizeof(*list->items), text_compare);
	return list;
}

static struct node *encode_pairs(struct encoding *e, const void *member)
{
	const struct pairs *pairs = member;
	struct node *map;

	e->is_set = pairs->set;
	e->is_empty = pairs->n == 0;
	if (e->field->form == FORM_HOSTS || e->field->form == FORM_NAMES)
		return encode_pair_list(e, pairs);
	map = node_map(e->arena);
	for (size_t i = 0; i < pairs->n; i++) {
		struct node *value = node_text(e->arena, pairs->items[i].value);

		if (e->flags & ENCODE_PLACES)
			place_pair(e->arena, value, &pairs->items[i]);
		node_set(e->arena, map, pairs->items[i].key, value);
	}
	return node_sorted(e->arena, map, e->flags);
}

static bool section_is_set(const struct section *section, const char *in)
{
	const struct node *node;

	if (section->set_offset != NO_MEMBER)
		return *(const bool *)(const void *)(in + section->set_offset);
	if (section->node_offset == NO_MEMBER)
		return true;
	memcpy(&node, in + section->node_offset, sizeof(node));
	return node && node->kind != NODE_NULL;
}

static struct node *encode_section(struct encoding *e, const void *member)
{
	struct node *node = schema_encode(e->arena, e->field->section, member, e->flags);

	e->is_set = section_is_set(e->field->section, member);
	e->is_empty = node->kind == NODE_MAP && node->npairs == 0;
	return node;
}

static struct node *encode_pointer(struct encoding *e, const void *member)
{
	const void *in;

	memcpy(&in, member, sizeof(in));
	e->is_set = in;
	e->is_empty = !in;
	if (in)
		return schema_encode(e->arena, e->field->section, in, e->flags);
	if (!(e->field->flags & (FIELD_ALWAYS | FIELD_ALWAYS_JSON)))
		return node_map(e->arena);
	return schema_encode(e->arena, e->field->section,
		arena_alloc(e->arena, e->field->size), e->flags);
}

static const char *items_of(const void *member)
{
	const char *items;

	memcpy(&items, member, sizeof(items));
	return items;
}

static struct node *encode_list(struct encoding *e, const void *member, size_t n)
{
	struct node *list = node_list(e->arena);
	const char *items = items_of(member);

	e->is_empty = n == 0;
	for (size_t i = 0; i < n; i++)
		node_push(e->arena, list,
			schema_encode(e->arena, e->field->section,
				items + i * e->field->size, e->flags));
	return list;
}

static struct node *encode_entry(struct encoding *e, const char *item)
{
	struct node *node = schema_encode(e->arena, e->field->section, item, e->flags);
	bool empty = node->kind == NODE_MAP && node->npairs == 0;

	if (empty && (e->field->flags & FIELD_NULL_VALUES) &&
		!section_is_set(e->field->section, item))
		return node_text(e->arena, NULL);
	return node;
}

static int pair_compare(const void *a, const void *b)
{
	return key_compare(
		((const struct node_pair *)a)->key, ((const struct node_pair *)b)->key);
}

static int pair_compare_bytes(const void *a, const void *b)
{
	return strcmp(
		((const struct node_pair *)a)->key, ((const struct node_pair *)b)->key);
}

static struct node *encode_map(struct encoding *e, const void *member, size_t n)
{
	struct node *map = node_map(e->arena);
	const char *items = items_of(member), *key;

	e->is_empty = n == 0;
	map->npairs = n;
	map->pairs = ARENA_NEW_N(e->arena, n, struct node_pair);
	for (size_t i = 0; i < n; i++) {
		const char *item = items + i * e->field->size;

		memcpy(&key, item + e->field->section->key_offset, sizeof(key));
		map->pairs[i].key = key;
		map->pairs[i].value = encode_entry(e, item);
	}
	if (n)
		qsort(map->pairs, n, sizeof(*map->pairs),
			e->flags & ENCODE_JSON ? pair_compare_bytes : pair_compare);
	return map;
}

/* Each value as a list of text, also where one alone was written. */
static struct node *text_lists(struct arena *arena, const struct node *map)
{
	struct node *out = node_map(arena);

	for (size_t i = 0; i < map->npairs; i++) {
		const struct node *value = map->pairs[i].value;
		struct node *list = node_list(arena);

		if (value->text)
			node_push(arena, list, node_text(arena, value->text));
		for (size_t j = 0; value->kind == NODE_LIST && j < value->nitems; j++)
			node_push(arena, list, node_text(arena, value->items[j]->text));
		node_set(arena, out, map->pairs[i].key, list);
	}
	return out;
}

static struct node *encode_any(struct encoding *e, const void *member)
{
	const struct node *node;

	memcpy(&node, member, sizeof(node));
	e->is_empty = !node || (node->kind == NODE_MAP && node->npairs == 0);
	if (node && node->kind == NODE_MAP && e->field->form == FORM_TEXT_LIST)
		node = text_lists(e->arena, node);
	return node ? node_sorted(e->arena, node, e->flags) : node_text(e->arena, NULL);
}

static struct node *(*const encoders[])(struct encoding *, const void *) = {
	[TYPE_TEXT] = encode_text,
	[TYPE_BOOL] = encode_bool,
	[TYPE_OPT_BOOL] = encode_opt_bool,
	[TYPE_INT] = encode_int,
	[TYPE_I64] = encode_i64,
	[TYPE_FLOAT] = encode_float,
	[TYPE_FLOAT32] = encode_float,
	[TYPE_BYTES] = encode_bytes,
	[TYPE_DURATION] = encode_duration,
	[TYPE_MODE] = encode_mode,
	[TYPE_WORD] = encode_word,
	[TYPE_STRINGS] = encode_strings,
	[TYPE_COMMAND] = encode_strings,
	[TYPE_PAIRS] = encode_pairs,
	[TYPE_SECTION] = encode_section,
	[TYPE_POINTER] = encode_pointer,
	[TYPE_ANY] = encode_any,
};

static struct node *encode_value(struct encoding *e, const char *in)
{
	const void *member = in + e->field->offset;
	size_t n = 0;

	if (e->field->type != TYPE_LIST && e->field->type != TYPE_MAP)
		return encoders[e->field->type](e, member);
	memcpy(&n, in + e->field->count_offset, sizeof(n));
	return e->field->type == TYPE_LIST ? encode_list(e, member, n)
					   : encode_map(e, member, n);
}

/* How much of the struct a member takes; 0: its zero means something. */
static size_t member_size(const struct field *field)
{
	switch (field->type) {
	case TYPE_TEXT:
	case TYPE_POINTER:
	case TYPE_ANY:
		return sizeof(void *);
	case TYPE_BOOL:
		return sizeof(bool);
	case TYPE_OPT_BOOL:
		return sizeof(struct opt_bool);
	case TYPE_I64:
		return sizeof(int64_t);
	case TYPE_INT:
	case TYPE_BYTES:
	case TYPE_DURATION:
	case TYPE_MODE:
		return sizeof(struct opt_i64);
	case TYPE_FLOAT:
	case TYPE_FLOAT32:
		return sizeof(struct opt_double);
	case TYPE_STRINGS:
	case TYPE_COMMAND:
		return sizeof(struct strings);
	case TYPE_PAIRS:
		return sizeof(struct pairs);
	case TYPE_SECTION:
		return field->size;
	case TYPE_LIST:
	case TYPE_MAP:
		return sizeof(void *);
	case TYPE_WORD:
	case TYPE_END:
		return 0;
	}
	return 0;
}

/* Most members of most structs are unset: they cost a look at their bytes and no more. */
static bool is_zero(const struct field *field, const char *in)
{
	size_t size = member_size(field);

	for (size_t i = 0; i < size; i++)
		if (in[field->offset + i])
			return false;
	return size > 0;
}

static bool is_always_printed(const struct field *field, unsigned flags)
{
	unsigned here = flags & ENCODE_JSON ? FIELD_ALWAYS_JSON : FIELD_ALWAYS_YAML;

	return field->flags & (FIELD_ALWAYS | here);
}

static bool is_left_out(const struct field *field, const char *in, unsigned flags)
{
	if (field->offset == NO_MEMBER || (field->flags & FIELD_HIDDEN))
		return true;
	if ((flags & ENCODE_HASH) && (field->flags & FIELD_UNHASHED))
		return true;
	if (!(flags & ENCODE_UNMERGED) && (field->flags & FIELD_MERGED))
		return true;
	return !is_always_printed(field, flags) && is_zero(field, in);
}

static bool is_printed(const struct encoding *e)
{
	return !e->is_empty || is_always_printed(e->field, e->flags) ||
		((e->field->flags & FIELD_KEEP_EMPTY) && e->is_set);
}

static void encode_extensions(struct arena *arena, const struct section *section,
	const char *in, struct node *out)
{
	const struct node *extensions;

	if (section->x_offset == NO_MEMBER)
		return;
	memcpy(&extensions, in + section->x_offset, sizeof(extensions));
	if (!extensions)
		return;
	const struct node *sorted = node_sorted(arena, extensions, 0);
	for (size_t i = 0; i < sorted->npairs; i++)
		node_set(arena, out, sorted->pairs[i].key, sorted->pairs[i].value);
}

static void place_all(const struct section *section, const char *in, struct node *out)
{
	const struct node *from;

	if (section->node_offset == NO_MEMBER)
		return;
	memcpy(&from, in + section->node_offset, sizeof(from));
	if (from)
		place_tree(out, from);
}

struct node *schema_encode(struct arena *arena, const struct section *section,
	const void *in, unsigned flags)
{
	struct node *out = section->encode ? section->encode(arena, in) : NULL;

	if (out)
		return out;
	out = node_map(arena);
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		struct encoding encoding = {
			.arena = arena, .field = field, .flags = flags};

		if (is_left_out(field, in, flags))
			continue;
		struct node *value = encode_value(&encoding, in);
		if (is_printed(&encoding))
			node_set(arena, out,
				flags & ENCODE_JSON && field->json_name ? field->json_name
									: field->name,
				value);
	}
	if (!(flags & ENCODE_JSON))
		encode_extensions(arena, section, in, out);
	if (flags & ENCODE_PLACES)
		place_all(section, in, out);
	return out;
}
