/* SPDX-License-Identifier: Apache-2.0 */
/* One definition a section, one property a row. */
#include "base/schema_json.h"

#include "base/arena.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/schema_walk.h"
#include "base/str.h"

#define OPEN "|\\$" /* or a variable is in it */
#define NUMBER "^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$" OPEN
#define TRUTH                                                                           \
	"^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[yYnN]|[yY][eE][sS]|[nN][oO]|[oO][nN]" \
	"|[oO][fF][fF])$" OPEN
#define BYTES "^[0-9.]+ ?([bBkKmMgGtTpP][iI]?[bB]?)?$|^-1$" OPEN
#define DURATION "^[-+]?([0-9.]+(ns|us|µs|ms|s|m|h|d|w))+$|^0$" OPEN
#define NAMES "^[a-zA-Z0-9._-]+$"

struct export
{
	struct arena *arena;
	struct section_entries entries;
};

static struct node *typed(const struct export *e, const char *type)
{
	struct node *map = node_map(e->arena);

	node_set_text(e->arena, map, "type", type);
	return map;
}

static struct node *pattern(const struct export *e, const char *text)
{
	struct node *map = typed(e, "string");

	node_set_text(e->arena, map, "pattern", text);
	return map;
}

/* What any of some schemas describes; grows with or_else. */
static struct node *any_of(const struct export *e, struct node *first)
{
	struct node *map = node_map(e->arena), *list = node_list(e->arena);

	node_push(e->arena, list, first);
	node_set(e->arena, map, "anyOf", list);
	return map;
}

static void or_else(const struct export *e, struct node *any, struct node *schema)
{
	node_push(e->arena, node_get(any, "anyOf"), schema);
}

static struct node *words(const struct export *e, const char *const *words)
{
	struct node *map = node_map(e->arena), *list = node_list(e->arena);
	struct node *any;

	for (; *words; words++)
		node_push(e->arena, list, node_text(e->arena, *words));
	node_set(e->arena, map, "enum", list);
	any = any_of(e, map);
	or_else(e, any, pattern(e, "\\$"));
	return any;
}

static struct node *text(const struct export *e, const struct field *field)
{
	struct node *any;

	if (field->words)
		return words(e, field->words);
	any = any_of(e, typed(e, "string"));
	if (field->flags & FIELD_NUMBER)
		or_else(e, any, typed(e, "number"));
	if (field->form == FORM_SCALAR_TEXT)
		or_else(e, any, typed(e, "boolean"));
	return any;
}

static struct node *number(const struct export *e, const struct field *field)
{
	bool whole = (field->type == TYPE_INT || field->type == TYPE_I64) &&
		!(field->flags & FIELD_NUMBER);
	struct node *map = typed(e, whole ? "integer" : "number"), *any;

	if (field->min || field->max) {
		node_set_int(e->arena, map, "minimum", field->min);
		if (field->max != INT64_MAX)
			node_set_int(e->arena, map, "maximum", field->max);
	}
	any = any_of(e, map);
	if (!(field->flags & FIELD_STRICT))
		or_else(e, any, pattern(e, NUMBER));
	if (field->flags & FIELD_ALL)
		or_else(e, any, pattern(e, "^all$"));
	return any;
}

static struct node *truth(const struct export *e, const struct field *field)
{
	struct node *any = any_of(e, typed(e, "boolean"));

	if (!(field->flags & FIELD_STRICT))
		or_else(e, any, pattern(e, TRUTH));
	if (field->form == FORM_EXTERNAL)
		or_else(e, any, typed(e, "object"));
	return any;
}

static struct node *or_number(
	const struct export *e, const struct field *field, struct node *schema)
{
	struct node *any = any_of(e, schema);

	if (!(field->flags & FIELD_STRICT))
		or_else(e, any,
			typed(e, field->flags & FIELD_NUMBER ? "number" : "integer"));
	return any;
}

static struct node *list_of(
	const struct export *e, const struct field *field, struct node *items)
{
	struct node *map = typed(e, "array");

	node_set(e->arena, map, "items", items);
	/* Where a rule says what makes items equal, the later one has the word instead. */
	if ((field->flags & FIELD_UNIQUE_ITEMS) && field->unique == UNIQUE_NONE)
		node_set_bool(e->arena, map, "uniqueItems", true);
	return map;
}

static struct node *strings(const struct export *e, const struct field *field)
{
	struct node *any = any_of(e, list_of(e, field, text(e, field)));

	if (field->form == FORM_TEXT_LIST || field->form == FORM_SHELL_TEST ||
		field->type == TYPE_COMMAND)
		or_else(e, any, typed(e, "string"));
	return any;
}

static struct node *scalar_or_null(const struct export *e)
{
	struct node *any = any_of(e, typed(e, "string"));

	or_else(e, any, typed(e, "number"));
	or_else(e, any, typed(e, "boolean"));
	or_else(e, any, typed(e, "null"));
	return any;
}

static struct node *pairs(const struct export *e, const struct field *field)
{
	const struct field items = {.type = TYPE_STRINGS,
		.flags = FIELD_UNIQUE_ITEMS,
		.unique = field->unique};
	struct node *map = typed(e, "object"), *any = any_of(e, map), *value;

	value = field->form == FORM_ONE ? text(e, field) : scalar_or_null(e);
	if (field->form == FORM_ONE && (field->flags & FIELD_NULL))
		or_else(e, value, typed(e, "null"));
	if (field->form == FORM_HOSTS)
		or_else(e, value, typed(e, "array"));
	node_set(e->arena, map, "additionalProperties", value);
	if (field->form != FORM_ONE)
		or_else(e, any, list_of(e, &items, typed(e, "string")));
	return any;
}

/* A mapping that a section describes, or its short form. */
static struct node *one(const struct export *e, const struct field *field)
{
	struct node *map = node_map(e->arena), *any = any_of(e, map);

	node_set_text(e->arena, map, "$ref",
		arena_printf(e->arena, "#/definitions/%s",
			section_entry_of(&e->entries, field->section)->name));
	switch (field->form) {
	case FORM_TEXT_AS:
	case FORM_ENV_FILE:
	case FORM_MOUNT:
	case FORM_DEVICE:
		or_else(e, any, typed(e, "string"));
		break;
	case FORM_PORT:
		or_else(e, any, typed(e, "string"));
		or_else(e, any, typed(e, "number"));
		break;
	case FORM_ULIMIT:
		or_else(e, any, typed(e, "integer"));
		or_else(e, any, pattern(e, NUMBER));
		break;
	default:
		break;
	}
	if (field->flags & FIELD_NULL)
		or_else(e, any, typed(e, "null"));
	return any;
}

static struct node *list(const struct export *e, const struct field *field)
{
	struct node *any = any_of(e, list_of(e, field, one(e, field)));

	if (field->form == FORM_ENV_FILE)
		or_else(e, any, typed(e, "string"));
	if (field->form == FORM_GPUS)
		or_else(e, any, pattern(e, "^all$" OPEN));
	return any;
}

static struct node *mapping(const struct export *e, const struct field *field)
{
	const struct field names = {.type = TYPE_STRINGS};
	struct node *map = typed(e, "object"), *any = any_of(e, map);
	struct node *patterns = node_map(e->arena);

	if (field->flags & FIELD_NAMES) {
		node_set(e->arena, patterns, NAMES, one(e, field));
		node_set(e->arena, map, "patternProperties", patterns);
		node_set_bool(e->arena, map, "additionalProperties", false);
	} else {
		node_set(e->arena, map, "additionalProperties", one(e, field));
	}
	if (field->form == FORM_LIST_NULLS || field->form == FORM_DEPENDS)
		or_else(e, any, list_of(e, &names, typed(e, "string")));
	return any;
}

static struct node *value_of(const struct export *e, const struct field *field)
{
	switch (field->type) {
	case TYPE_TEXT:
	case TYPE_WORD:
		return text(e, field);
	case TYPE_BOOL:
	case TYPE_OPT_BOOL:
		return truth(e, field);
	case TYPE_INT:
	case TYPE_I64:
	case TYPE_FLOAT:
	case TYPE_FLOAT32:
		return number(e, field);
	case TYPE_BYTES:
		return or_number(e, field, pattern(e, BYTES));
	case TYPE_DURATION:
		return any_of(e, pattern(e, DURATION));
	case TYPE_MODE:
		return or_number(e, field, pattern(e, "^[0-7]+$" OPEN));
	case TYPE_STRINGS:
	case TYPE_COMMAND:
		return strings(e, field);
	case TYPE_PAIRS:
		return pairs(e, field);
	case TYPE_SECTION:
	case TYPE_POINTER:
		return one(e, field);
	case TYPE_LIST:
		return list(e, field);
	case TYPE_MAP:
		return mapping(e, field);
	case TYPE_ANY:
	case TYPE_END:
		break;
	}
	return NULL;
}

static struct node *property(const struct export *e, const struct field *field)
{
	struct node *map = value_of(e, field);
	bool null_too = (field->flags & FIELD_NULL) && field->type != TYPE_MAP &&
		field->type != TYPE_PAIRS && field->type != TYPE_SECTION &&
		field->type != TYPE_POINTER;

	if (map && null_too)
		or_else(e, map, typed(e, "null"));
	if (!map)
		map = node_map(e->arena);
	node_set_text(e->arena, map, "description", field->help);
	if (field->fallback)
		node_set_text(e->arena, map, "default", field->fallback);
	if (field->flags & FIELD_DEPRECATED)
		node_set_bool(e->arena, map, "deprecated", true);
	return map;
}

static void describe(
	const struct export *e, const struct section *section, struct node *map)
{
	struct node *properties = node_map(e->arena), *required = node_list(e->arena);
	struct node *patterns = node_map(e->arena);

	node_set_text(e->arena, map, "type", "object");
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		node_set(e->arena, properties, field->name, property(e, field));
		if (field->flags & FIELD_REQUIRED)
			node_push(e->arena, required, node_text(e->arena, field->name));
	}
	node_set(e->arena, map, "properties", properties);
	if (required->nitems)
		node_set(e->arena, map, "required", required);
	if (section_has_extension(section, "x-")) {
		node_set(e->arena, patterns, "^x-", node_map(e->arena));
		node_set(e->arena, map, "patternProperties", patterns);
	}
	node_set_bool(e->arena, map, "additionalProperties", false);
}

struct node *schema_json(struct arena *arena, const struct section *root)
{
	struct export e = {.arena = arena};
	struct node *out = node_map(arena), *definitions = node_map(arena);

	schema_walk(arena, root, &e.entries);
	node_set_text(arena, out, "$schema", "http://json-schema.org/draft-07/schema#");
	node_set_text(arena, out, "title", "Compose file, as davit reads it");
	describe(&e, root, out);
	for (size_t i = 1; i < e.entries.n; i++) {
		struct node *map = node_map(arena);

		describe(&e, e.entries.items[i].section, map);
		node_set(arena, definitions, e.entries.items[i].name, map);
	}
	node_set(arena, out, "definitions", definitions);
	return out;
}
