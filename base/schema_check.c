/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a tree, by the rows: shapes here, single values in schema_value.c. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/schema_suggest.h"
#include "base/schema_value.h"
#include "base/str.h"
#include "base/words.h"

#define OWN_KEYS "; keys of your own begin with \"x-\""

/* A check knows where it began, to say where a key belongs. */
struct check {
	struct walk walk;
	const struct section *root;
};

static void check_section(const struct check *check, const struct trail *trail,
	const struct section *section, const struct node *node);

static bool is_text_or_number(const struct node *node)
{
	return node->kind == NODE_STR || node->kind == NODE_INT ||
		node->kind == NODE_FLOAT;
}

/* Text for comparing items; NULL for what is not a scalar. */
static const char *item_text(struct arena *arena, const struct node *node)
{
	if (!node_is_scalar(node))
		return NULL;
	return arena_printf(
		arena, "%d %s", (int)node->kind, node->text ? node->text : "");
}

static void check_unique(
	const struct check *check, const struct trail *trail, const struct node *list)
{
	struct map seen;
	const size_t *earlier;

	map_init(&seen, check->walk.arena);
	for (size_t i = 0; i < list->nitems; i++) {
		const char *text = item_text(check->walk.arena, list->items[i]);
		size_t *place = arena_alloc(check->walk.arena, sizeof(*place));

		*place = i;
		if (text && (earlier = map_put(&seen, text, place)))
			walk_error(&check->walk, trail, list->items[i],
				"items at %zu and %zu are equal: \"%s\"", *earlier, i,
				list->items[i]->text);
	}
}

static void check_text_items(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *list)
{
	for (size_t i = 0; i < list->nitems; i++) {
		const struct trail here = {trail, NULL, i};

		item_is_text(&check->walk, &here, field, list->items[i]);
	}
	if ((field->flags & FIELD_UNIQUE_ITEMS) && list->nitems > 1)
		check_unique(check, trail, list);
}

static void check_strings(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	bool text_too = field->form == FORM_TEXT_LIST || field->form == FORM_SHELL_TEST;

	if (node->kind == NODE_LIST)
		check_text_items(check, trail, field, node);
	else if (node->kind != NODE_STR || !text_too)
		walk_wrong_kind(&check->walk, trail, node,
			text_too ? "a string or a list" : "a list");
}

static void check_command(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	struct strings words = {0};

	if (node->kind == NODE_NULL && (field->flags & FIELD_NULL))
		return;
	if (node->kind == NODE_LIST) {
		check_text_items(check, trail, field, node);
		return;
	}
	if (node->kind != NODE_STR) {
		walk_wrong_kind(&check->walk, trail, node, "a string or a list");
		return;
	}
	switch (words_split(check->walk.arena, node->text, &words)) {
	case WORDS_OK:
		return;
	case WORDS_CUT:
		walk_warn(&check->walk, trail, node,
			"an unquoted ; & | < or > ends the command, and the rest is "
			"dropped: write [sh, -c, \"...\"] "
			"to run it in a shell, or quote it");
		return;
	case WORDS_WRONG:
		walk_error(&check->walk, trail, node,
			"invalid command line string: \"%s\"", node->text);
		return;
	}
}

static bool is_pair_value(const struct field *field, const struct node *node)
{
	if (field->form == FORM_HOSTS)
		return node->kind == NODE_STR || node->kind == NODE_LIST;
	if (field->form != FORM_ONE)
		return node_is_scalar(node);
	if (node->kind == NODE_NULL)
		return field->flags & FIELD_NULL;
	return node->kind == NODE_STR ||
		(is_text_or_number(node) && (field->flags & FIELD_NUMBER));
}

static void check_pair_map(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	for (size_t i = 0; i < node->npairs; i++) {
		const struct trail here = {trail, node->pairs[i].key, 0};

		if (!is_pair_value(field, node->pairs[i].value))
			walk_wrong_kind(&check->walk, &here, node->pairs[i].value,
				"a string or a number");
	}
}

static void check_pairs(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	const struct field items = {
		.type = TYPE_STRINGS, .form = field->form, .flags = FIELD_UNIQUE_ITEMS};

	if (node->kind == NODE_MAP)
		check_pair_map(check, trail, field, node);
	else if (node->kind == NODE_LIST && field->form != FORM_ONE)
		check_text_items(check, trail, &items, node);
	else
		walk_wrong_kind(&check->walk, trail, node,
			field->form != FORM_ONE ? "a mapping or a list of key=value"
						: "a mapping");
}

/* Short forms that are scalars. */
static bool is_short_section(const struct field *field, const struct node *node)
{
	switch (field->form) {
	case FORM_TEXT_AS:
	case FORM_ENV_FILE:
	case FORM_MOUNT:
	case FORM_DEVICE:
		return node->kind == NODE_STR;
	case FORM_PORT:
		return is_text_or_number(node);
	case FORM_ULIMIT:
		return node->kind == NODE_INT || node->kind == NODE_STR;
	default:
		return false;
	}
}

/* "./data : /data": blanks around the colon made a mapping of it. */
static bool is_torn(const struct field *field, const struct node *node)
{
	bool short_too = field->form == FORM_MOUNT || field->form == FORM_PORT ||
		field->form == FORM_DEVICE;

	return short_too && node->npairs == 1 &&
		!section_field(field->section, node->pairs[0].key) &&
		is_text_or_number(node->pairs[0].value);
}

static void torn_text(
	const struct check *check, const struct trail *trail, const struct node *node)
{
	walk_error(&check->walk, trail, node,
		"unknown key \"%s\": was \"%s:%s\" meant, without the blank?",
		node->pairs[0].key, node->pairs[0].key, node->pairs[0].value->text);
}

static void check_one(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	struct err err = {0};

	if (node->kind == NODE_NULL && (field->flags & FIELD_NULL))
		return;
	if (node->kind == NODE_MAP) {
		if (is_torn(field, node))
			torn_text(check, trail, node);
		else
			check_section(check, trail, field->section, node);
		return;
	}
	if (!is_short_section(field, node)) {
		walk_wrong_kind(&check->walk, trail, node,
			field->form == FORM_ONE ? "a mapping"
						: "a mapping or its short form");
		return;
	}
	if (field->section->decode_scalar) {
		void *room = arena_alloc(check->walk.arena, field->section->size);

		if (!field->section->decode_scalar(check->walk.arena, node, room, &err) &&
			!((check->walk.flags & SCHEMA_RAW) && strchr(node->text, '$')))
			walk_error(&check->walk, trail, node, "%s", err.text);
	}
}

static void check_list(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	bool scalar_too = field->form == FORM_ENV_FILE || field->form == FORM_GPUS;

	if (node->kind == NODE_STR && scalar_too) {
		if (field->form == FORM_GPUS && !strchr(node->text, '$'))
			walk_error(&check->walk, trail, node,
				"must be \"all\" or a list, but is \"%s\"", node->text);
		return;
	}
	if (node->kind != NODE_LIST) {
		walk_wrong_kind(&check->walk, trail, node,
			scalar_too ? "a string or a list" : "a list");
		return;
	}
	for (size_t i = 0; i < node->nitems; i++) {
		const struct trail here = {trail, NULL, i};

		check_one(check, &here, field, node->items[i]);
	}
	if ((field->flags & FIELD_UNIQUE_ITEMS) && node->nitems > 1)
		check_unique(check, trail, node);
}

/* Where variables stay variables they may become a name. */
static bool is_name(const struct check *check, const char *text)
{
	if ((check->walk.flags & SCHEMA_RAW) && strchr(text, '$'))
		return true;
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			return false;
	return *text;
}

static void check_name(const struct check *check, const struct trail *trail,
	const struct node_pair *pair)
{
	errs_add(check->walk.errs, pair->key_pos,
		"%s: invalid name \"%s\": letters, digits and . _ - only",
		trail_text(check->walk.arena, trail), pair->key);
}

/* A key of the entries where the name of an entry is wanted: "services: {image: x}". */
static bool is_stray(const struct field *field, const struct node_pair *pair)
{
	const struct node *value = pair->value;

	if (value->kind == NODE_NULL || !section_field(field->section, pair->key) ||
		is_short_section(field, value))
		return false;
	for (size_t i = 0; value->kind == NODE_MAP && i < value->npairs; i++)
		if (section_field(field->section, value->pairs[i].key) ||
			section_has_extension(field->section, value->pairs[i].key))
			return false;
	return value->kind != NODE_MAP || value->npairs > 0;
}

static void stray_key(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node_pair *pair)
{
	const char *where = trail_text(check->walk.arena, trail);

	errs_add(check->walk.errs, pair->key_pos,
		"%s: \"%s\" is a key of a %s: it belongs in %s.NAME", where, pair->key,
		field->section->name, where);
}

/* "volumes: [data]" at the top level: people know lists of names from services. */
static void not_a_map(const struct check *check, const struct trail *trail,
	const struct node *node, const char *wanted)
{
	const struct node *first =
		node->kind == NODE_LIST && node->nitems ? node->items[0] : NULL;

	if (first && first->kind == NODE_STR)
		walk_error(&check->walk, trail, node,
			"must be %s, but is a list: write \"%s:\" instead of \"- %s\"",
			wanted, first->text, first->text);
	else
		walk_wrong_kind(&check->walk, trail, node, wanted);
}

static void check_map(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	bool list_too = field->form == FORM_LIST_NULLS || field->form == FORM_DEPENDS;
	const struct field names = {
		.type = TYPE_STRINGS, .form = field->form, .flags = FIELD_UNIQUE_ITEMS};

	if (node->kind == NODE_LIST && list_too) {
		check_text_items(check, trail, &names, node);
		return;
	}
	if (node->kind != NODE_MAP) {
		not_a_map(check, trail, node,
			list_too ? "a mapping or a list" : "a mapping");
		return;
	}
	for (size_t i = 0; i < node->npairs; i++) {
		const struct node_pair *pair = &node->pairs[i];
		const struct trail here = {trail, pair->key, 0};

		if (is_stray(field, pair)) {
			stray_key(check, trail, field, pair);
			continue;
		}
		if ((field->flags & FIELD_NAMES) && !is_name(check, pair->key))
			check_name(check, trail, pair);
		check_one(check, &here, field, pair->value);
	}
}

static void check_scalar(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	union value value;

	if (field->form == FORM_EXTERNAL && node->kind == NODE_MAP)
		return;
	value_read(&check->walk, trail, field, node, &value);
}

static void check_field(const struct check *check, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	switch (field->type) {
	case TYPE_STRINGS:
		check_strings(check, trail, field, node);
		return;
	case TYPE_COMMAND:
		check_command(check, trail, field, node);
		return;
	case TYPE_PAIRS:
		check_pairs(check, trail, field, node);
		return;
	case TYPE_SECTION:
	case TYPE_POINTER:
		check_one(check, trail, field, node);
		return;
	case TYPE_LIST:
		check_list(check, trail, field, node);
		return;
	case TYPE_MAP:
		check_map(check, trail, field, node);
		return;
	case TYPE_ANY:
	case TYPE_END:
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
		check_scalar(check, trail, field, node);
		return;
	}
}

static void unknown_key(const struct check *check, const struct trail *trail,
	const struct section *section, const struct node_pair *pair)
{
	struct arena *arena = check->walk.arena;
	const char *where = trail_text(arena, trail);
	const char *hint = errs_is_crowded(check->walk.errs)
		? NULL
		: suggest_key(arena, check->root, section, trail, pair);
	const char *other = section->no_extensions ? "" : OWN_KEYS;

	errs_add(check->walk.errs, pair->key_pos, "%s%sunknown key \"%s\"%s%s", where,
		*where ? ": " : "", pair->key, hint ? ": " : "", hint ? hint : other);
}

/* Is it there under a key that is told of as a slip for it? */
static bool is_misspelt(
	const struct section *section, const struct node *node, const char *name)
{
	for (size_t i = 0; i < node->npairs; i++)
		if (!section_field(section, node->pairs[i].key) &&
			text_eq(suggest_spelling(section, node->pairs[i].key), name))
			return true;
	return false;
}

static bool is_extension(
	const struct check *check, const struct section *section, const char *key)
{
	return section_has_extension(section, key) ||
		((check->walk.flags & SCHEMA_EXTENDED) && text_starts(key, "x-"));
}

static void check_required(const struct check *check, const struct trail *trail,
	const struct section *section, const struct node *node)
{
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++)
		if ((field->flags & FIELD_REQUIRED) && !node_pair(node, field->name) &&
			!is_misspelt(section, node, field->name))
			walk_error(&check->walk, trail, node, "\"%s\" is missing",
				field->name);
}

static void check_section(const struct check *check, const struct trail *trail,
	const struct section *section, const struct node *node)
{
	for (size_t i = 0; i < node->npairs; i++) {
		const struct node_pair *pair = &node->pairs[i];
		const struct field *field = section_field(section, pair->key);
		const struct trail here = {trail, pair->key, 0};

		if (field)
			check_field(check, &here, field, pair->value);
		else if (!is_extension(check, section, pair->key))
			unknown_key(check, trail, section, pair);
	}
	check_required(check, trail, section, node);
}

void schema_check(const struct section *root, const struct node *node, unsigned flags,
	struct errs *errs)
{
	struct arena arena = {0};
	const struct check check = {{&arena, errs, flags}, root};

	if (node->kind == NODE_MAP)
		check_section(&check, NULL, root, node);
	else
		walk_wrong_kind(&check.walk, NULL, node, "a mapping");
	arena_finish(&arena);
}

bool schema_check_part(const struct section *root, const struct trail *trail,
	const struct field *field, const struct node *node, struct errs *errs)
{
	struct arena arena = {0};
	const struct check check = {{&arena, errs, SCHEMA_EXTENDED}, root};
	size_t before = errs->nerrors;

	check_field(&check, trail, field, node);
	arena_finish(&arena);
	return errs->nerrors == before;
}
