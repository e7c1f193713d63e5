/* SPDX-License-Identifier: Apache-2.0 */
/* From a tree to structs, by the rows. */
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/node.h"
#include "base/scalar.h"
#include "base/schema.h"
#include "base/schema_value.h"
#include "base/str.h"
#include "base/words.h"

static void decode_section(const struct walk *walk, const struct trail *trail,
	const struct section *section, const struct node *node, char *out);

static void *member_of(char *base, size_t offset)
{
	return base + offset;
}

static void decode_value(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, void *member)
{
	union value value;

	if (value_read(walk, trail, field, node, &value))
		value_store(field, &value, member);
}

static void strings_add(
	struct arena *arena, struct strings *strings, const char *text, struct pos pos)
{
	size_t n = strings->n;

	ARENA_PUSH(arena, strings->items, n, text);
	ARENA_PUSH(arena, strings->places, strings->n, pos);
}

static void decode_items(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, struct strings *out)
{
	if (node->nitems) {
		out->items = ARENA_NEW_N(walk->arena, node->nitems, const char *);
		out->places = ARENA_NEW_N(walk->arena, node->nitems, struct pos);
	}
	for (size_t i = 0; i < node->nitems; i++) {
		const struct trail here = {trail, NULL, i};

		if (!item_is_text(walk, &here, field, node->items[i]))
			continue;
		out->items[out->n] = node->items[i]->text;
		out->places[out->n++] = node->items[i]->pos;
	}
}

static void decode_strings(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, void *member)
{
	struct strings *out = member;

	if (node->kind == NODE_LIST) {
		decode_items(walk, trail, field, node, out);
	} else if (node->kind == NODE_STR && field->form == FORM_SHELL_TEST) {
		strings_add(walk->arena, out, "CMD-SHELL", node->pos);
		strings_add(walk->arena, out, node->text, node->pos);
	} else if (node->kind == NODE_STR && field->form == FORM_TEXT_LIST) {
		strings_add(walk->arena, out, node->text, node->pos);
	} else {
		walk_wrong_kind(walk, trail, node, "a list");
		return;
	}
	out->set = true;
}

static void decode_command(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, void *member)
{
	struct strings *out = member;

	if (node->kind == NODE_NULL)
		return;
	if (node->kind != NODE_STR) {
		decode_strings(walk, trail, field, node, member);
		return;
	}
	if (words_split(walk->arena, node->text, out) == WORDS_WRONG)
		walk_error(walk, trail, node, "invalid command line string: \"%s\"",
			node->text);
	if (out->n)
		out->places = ARENA_NEW_N(walk->arena, out->n, struct pos);
	for (size_t i = 0; i < out->n; i++)
		out->places[i] = node->pos;
}

static void pair_add(const struct walk *walk, const struct field *field,
	struct pairs *pairs, struct pair pair)
{
	if (!pair.value && !(field->flags & FIELD_NULL_VALUES))
		pair.value = "";
	ARENA_PUSH(walk->arena, pairs->items, pairs->n, pair);
}

/* "K=V" or "K" */
static struct pair pair_split(
	struct arena *arena, const struct node *node, const char *separators)
{
	struct pair pair = {.key = node->text, .pos = node->pos};
	const char *end = NULL;

	for (; *separators && !end; separators++)
		end = strchr(node->text, *separators);
	if (end) {
		pair.key = arena_strndup(arena, node->text, (size_t)(end - node->text));
		pair.value = end + 1;
	}
	return pair;
}

/* As Go writes it. */
static const char *pair_text(const struct node *node)
{
	if (node->kind != NODE_FLOAT || !strpbrk(node->text, "in"))
		return node->text;
	if (text_eq(node->text, ".nan"))
		return "NaN";
	return *node->text == '-' ? "-Inf" : "+Inf";
}

/* Takes over what the node replaced; separators NULL: it is a value alone. */
static void pair_trace(struct arena *arena, struct pair *pair, const struct node *node,
	const char *separators)
{
	for (node = node->over; node && node->text; node = node->over) {
		struct pair *old = ARENA_NEW(arena, struct pair);

		if (separators)
			*old = pair_split(arena, node, separators);
		else
			*old = (struct pair){.key = pair->key,
				.value = pair_text(node),
				.pos = node->pos};
		pair->over = old;
		pair = old;
	}
}

static struct pair pair_of_item(
	struct arena *arena, const struct node *item, const char *separators)
{
	struct pair pair = pair_split(arena, item, separators);

	pair_trace(arena, &pair, item, separators);
	return pair;
}

/* "[::1]" is "::1". */
static const char *without_brackets(struct arena *arena, const char *address)
{
	size_t len = strlen(address);

	if (len < 2 || address[0] != '[' || address[len - 1] != ']')
		return address;
	return arena_strndup(arena, address + 1, len - 2);
}

static void decode_host_item(const struct walk *walk, const struct trail *trail,
	const struct node *node, struct pairs *out)
{
	struct pair pair = pair_of_item(walk->arena, node, "=:");

	if (!pair.value || !*pair.value || !*pair.key) {
		walk_error(walk, trail, node, "must be host=address, but is \"%s\"",
			node->text);
		return;
	}
	pair.value = without_brackets(walk->arena, pair.value);
	ARENA_PUSH(walk->arena, out->items, out->n, pair);
}

static void decode_pair_items(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, struct pairs *out)
{
	for (size_t i = 0; i < node->nitems; i++) {
		const struct trail here = {trail, NULL, i};
		const struct node *item = node->items[i];

		if (item->kind != NODE_STR)
			walk_wrong_kind(walk, &here, item, "a string");
		else if (field->form == FORM_HOSTS)
			decode_host_item(walk, &here, item, out);
		else
			pair_add(walk, field, out, pair_of_item(walk->arena, item, "="));
	}
}

static void decode_host_values(const struct walk *walk, const struct trail *trail,
	const struct node_pair *entry, struct pairs *out)
{
	struct pair pair = {.key = entry->key, .pos = entry->key_pos};
	const struct node *node = entry->value;
	size_t n = node->kind == NODE_LIST ? node->nitems : 1;

	for (size_t i = 0; i < n; i++) {
		const struct node *item = node->kind == NODE_LIST ? node->items[i] : node;

		if (item->kind != NODE_STR) {
			walk_wrong_kind(walk, trail, item, "an address");
			continue;
		}
		pair.value = without_brackets(walk->arena, item->text);
		ARENA_PUSH(walk->arena, out->items, out->n, pair);
	}
}

/* Whether a value of a mapping of text will do: L in compose.md 2 takes any scalar. */
static bool is_pair_value(const struct field *field, const struct node *node)
{
	if (field->form != FORM_ONE)
		return node_is_scalar(node);
	if (node->kind == NODE_NULL)
		return field->flags & FIELD_NULL;
	if (node->kind == NODE_INT || node->kind == NODE_FLOAT)
		return field->flags & FIELD_NUMBER;
	return node->kind == NODE_STR;
}

static void decode_pair(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node_pair *entry, struct pairs *out)
{
	const struct trail here = {trail, entry->key, 0};
	const struct node *node = entry->value;
	struct pair pair = {.key = entry->key, .pos = entry->key_pos};

	if (field->form == FORM_HOSTS) {
		decode_host_values(walk, &here, entry, out);
		return;
	}
	if (!is_pair_value(field, node)) {
		walk_wrong_kind(walk, &here, node, "a string or a number");
		return;
	}
	pair.value = node->kind == NODE_NULL ? NULL : pair_text(node);
	pair_trace(walk->arena, &pair, node, NULL);
	pair_add(walk, field, out, pair);
}

/* Of equal keys in a list the last one counts, at the first one's place. */
static void pairs_unique(struct arena *arena, struct pairs *pairs)
{
	struct map seen;
	size_t n = 0;

	map_init(&seen, arena);
	for (size_t i = 0; i < pairs->n; i++) {
		struct pair *earlier = map_get(&seen, pairs->items[i].key);

		if (earlier) {
			*earlier = pairs->items[i];
			continue;
		}
		pairs->items[n] = pairs->items[i];
		map_put(&seen, pairs->items[n].key, &pairs->items[n]);
		n++;
	}
	pairs->n = n;
}

static void decode_pairs(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, void *member)
{
	struct pairs *out = member;

	if (node->kind == NODE_NULL && (field->flags & FIELD_NULL))
		return;
	if (node->kind == NODE_LIST && field->form != FORM_ONE) {
		decode_pair_items(walk, trail, field, node, out);
		if (out->n > 1 && field->form != FORM_HOSTS)
			pairs_unique(walk->arena, out);
	} else if (node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->npairs; i++)
			decode_pair(walk, trail, field, &node->pairs[i], out);
	} else {
		walk_wrong_kind(walk, trail, node, "a mapping");
		return;
	}
	out->set = true;
}

static void decode_pointer(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, void *member)
{
	void *made;

	if (node->kind == NODE_NULL && (field->flags & FIELD_NULL))
		return;
	if (node->kind != NODE_MAP) {
		walk_wrong_kind(walk, trail, node, "a mapping");
		return;
	}
	made = arena_alloc(walk->arena, field->size);
	decode_section(walk, trail, field->section, node, made);
	memcpy(member, &made, sizeof(made));
}

static void decode_nested(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, void *member)
{
	if (node->kind == NODE_NULL && (field->flags & FIELD_NULL))
		return;
	decode_section(walk, trail, field->section, node, member);
}

static char *array_new(
	const struct walk *walk, const struct field *field, size_t n, void *member)
{
	char *items = n ? arena_array(walk->arena, n, field->size) : NULL;

	memcpy(member, &items, sizeof(items));
	return items;
}

static void decode_list(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, void *member, size_t *count)
{
	if (node->kind != NODE_LIST) {
		walk_wrong_kind(walk, trail, node, "a list");
		return;
	}
	char *items = array_new(walk, field, node->nitems, member);
	for (size_t i = 0; i < node->nitems; i++) {
		const struct trail here = {trail, NULL, i};

		decode_section(walk, &here, field->section, node->items[i],
			items + i * field->size);
	}
	*count = node->nitems;
}

static void decode_map(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, void *member, size_t *count)
{
	const struct section *section = field->section;

	if (node->kind != NODE_MAP) {
		walk_wrong_kind(walk, trail, node, "a mapping");
		return;
	}
	char *items = array_new(walk, field, node->npairs, member);
	for (size_t i = 0; i < node->npairs; i++) {
		const struct node_pair *pair = &node->pairs[i];
		const struct node *value = pair->value;
		const struct trail here = {trail, pair->key, 0};
		char *item = items + i * field->size;

		memcpy(item + section->key_offset, &pair->key, sizeof(pair->key));
		if (section->pos_offset != NO_MEMBER)
			memcpy(item + section->pos_offset, &pair->key_pos,
				sizeof(pair->key_pos));
		if (value->kind != NODE_NULL || !(field->flags & FIELD_NULL))
			decode_section(walk, &here, section, value, item);
		else if (section->node_offset != NO_MEMBER)
			memcpy(item + section->node_offset, &value, sizeof(value));
	}
	*count = node->npairs;
}

static void decode_field(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, char *out)
{
	void *member = member_of(out, field->offset);

	if (field->offset == NO_MEMBER)
		return;
	switch (field->type) {
	case TYPE_STRINGS:
		decode_strings(walk, trail, field, node, member);
		return;
	case TYPE_COMMAND:
		decode_command(walk, trail, field, node, member);
		return;
	case TYPE_PAIRS:
		decode_pairs(walk, trail, field, node, member);
		return;
	case TYPE_SECTION:
		decode_nested(walk, trail, field, node, member);
		return;
	case TYPE_POINTER:
		decode_pointer(walk, trail, field, node, member);
		return;
	case TYPE_LIST:
		decode_list(walk, trail, field, node, member,
			member_of(out, field->count_offset));
		return;
	case TYPE_MAP:
		decode_map(walk, trail, field, node, member,
			member_of(out, field->count_offset));
		return;
	case TYPE_ANY:
		memcpy(member, &node, sizeof(node));
		return;
	case TYPE_TEXT:
	case TYPE_BOOL:
	case TYPE_OPT_BOOL:
	case TYPE_INT:
	case TYPE_I64:
	case TYPE_FLOAT:
	case TYPE_FLOAT32:
	case TYPE_BYTES:
	case TYPE_DURATION:
	case TYPE_MODE:
	case TYPE_WORD:
		decode_value(walk, trail, field, node, member);
		return;
	case TYPE_END:
		return;
	}
}

/* What the section as a whole keeps: its node, that it was there, its x-* keys. */
static void decode_traces(const struct walk *walk, const struct section *section,
	const struct node *node, char *out)
{
	struct node *extensions = NULL;

	if (section->node_offset != NO_MEMBER)
		memcpy(out + section->node_offset, &node, sizeof(node));
	if (section->set_offset != NO_MEMBER)
		memcpy(out + section->set_offset, &(bool){true}, sizeof(bool));
	if (section->pos_offset != NO_MEMBER && section->key_offset == NO_MEMBER)
		memcpy(out + section->pos_offset, &node->pos, sizeof(node->pos));
	if (section->x_offset == NO_MEMBER)
		return;
	for (size_t i = 0; i < node->npairs; i++) {
		const struct node_pair *pair = &node->pairs[i];

		if (!section_has_extension(section, pair->key))
			continue;
		if (!extensions)
			extensions = node_map(walk->arena);
		node_set_at(
			walk->arena, extensions, pair->key, pair->key_pos, pair->value);
	}
	memcpy(out + section->x_offset, &extensions, sizeof(extensions));
}

static void decode_fallbacks(const struct walk *walk, const struct section *section,
	const struct node *node, char *out)
{
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		if (!field->fallback || field->offset == NO_MEMBER ||
			node_get(node, field->name))
			continue;
		struct node *fallback = node_text(walk->arena, field->fallback);

		fallback->kind =
			scalar_resolve(walk->arena, field->fallback, &fallback->text);
		decode_field(walk, NULL, field, fallback, out);
	}
}

static void decode_scalar(const struct walk *walk, const struct trail *trail,
	const struct section *section, const struct node *node, char *out)
{
	struct err err = {0};

	if (!section->decode_scalar || !node->text || node->kind == NODE_NULL) {
		walk_wrong_kind(walk, trail, node, "a mapping");
		return;
	}
	if (!section->decode_scalar(walk->arena, node, out, &err))
		walk_error(walk, trail, node, "%s", err.text);
}

static void decode_section(const struct walk *walk, const struct trail *trail,
	const struct section *section, const struct node *node, char *out)
{
	if (node->kind != NODE_MAP) {
		decode_scalar(walk, trail, section, node, out);
		return;
	}
	decode_traces(walk, section, node, out);
	for (size_t i = 0; i < node->npairs; i++) {
		const struct node_pair *pair = &node->pairs[i];
		const struct trail here = {trail, pair->key, 0};
		const struct field *field = section_field(section, pair->key);

		if (field)
			decode_field(walk, &here, field, pair->value, out);
	}
	decode_fallbacks(walk, section, node, out);
}

void schema_decode(struct arena *arena, const struct section *section,
	const struct node *node, void *out, struct errs *errs)
{
	const struct walk walk = {.arena = arena, .errs = errs};

	decode_section(&walk, NULL, section, node, out);
}
