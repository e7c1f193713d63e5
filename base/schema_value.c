/* SPDX-License-Identifier: Apache-2.0 */
/* One reader a type, in a table by type. */
#include "base/schema_value.h"

#include <math.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "base/units.h"

#define QUOTABLE_BYTES 40 /* of a value that a message says again */

static const char *walk_text(const struct walk *walk, const struct trail *trail,
	const char *format, va_list args)
{
	const char *where = trail_text(walk->arena, trail);
	const char *what = arena_vprintf(walk->arena, format, args);

	return *where ? arena_printf(walk->arena, "%s: %s", where, what) : what;
}

void walk_error(const struct walk *walk, const struct trail *trail,
	const struct node *node, const char *format, ...)
{
	if (node->marks & NODE_TOLD)
		return;
	va_list args;

	va_start(args, format);
	errs_add(walk->errs, node->pos, "%s", walk_text(walk, trail, format, args));
	va_end(args);
}

void walk_warn(const struct walk *walk, const struct trail *trail,
	const struct node *node, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	errs_warn(walk->errs, node->pos, "%s", walk_text(walk, trail, format, args));
	va_end(args);
}

/* Text that is short enough to be said again. */
static bool is_quotable(const struct node *node)
{
	return node_is_scalar(node) && node->kind != NODE_NULL &&
		strlen(node->text) <= QUOTABLE_BYTES && !strchr(node->text, '\n');
}

/* What is to be written where a list was wanted; "": no idea. */
static const char *list_hint(struct arena *arena, const struct node *node)
{
	if (!is_quotable(node))
		return "";
	if (node->kind == NODE_STR && node->text[0] == '-')
		return ": a blank is missing after the \"-\"";
	return arena_printf(arena, ": write \"- %s\" below the key", node->text);
}

void walk_wrong_kind(const struct walk *walk, const struct trail *trail,
	const struct node *node, const char *wanted)
{
	const char *hint = text_eq(wanted, "a list") ? list_hint(walk->arena, node) : "";

	walk_error(walk, trail, node, "must be %s, but is %s%s", wanted,
		node_kind_words(node), hint);
}

/* "- A: b" in a list of texts that could be a mapping as well. */
static void wrong_item(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	const struct node_pair *pair = node->pairs;
	bool names = field->form == FORM_LIST_NULLS || field->form == FORM_DEPENDS;

	if (names)
		walk_error(walk, trail, node,
			"must be a string, but is a mapping: take \"- \" away before "
			"\"%s:\"",
			pair->key);
	else if (is_quotable(pair->value))
		walk_error(walk, trail, node,
			"must be a string, but is a mapping: write \"- %s=%s\", or all "
			"without \"- \"",
			pair->key, pair->value->text);
	else
		walk_wrong_kind(walk, trail, node, "a string");
}

static bool may_be_map(const struct field *field)
{
	return field->form == FORM_LIST_NULLS || field->form == FORM_DEPENDS ||
		field->form == FORM_LIST_PAIRS || field->form == FORM_LIST_OR_PAIRS;
}

/* What a reader is given: the row, the place and the scalar. */
struct reading {
	const struct walk *walk;
	const struct trail *trail;
	const struct field *field;
	const struct node *node;
};

static bool wrong_kind(const struct reading *r, const char *wanted)
{
	walk_wrong_kind(r->walk, r->trail, r->node, wanted);
	return false;
}

static bool wrong_value(const struct reading *r, const char *wanted)
{
	walk_error(r->walk, r->trail, r->node, "must be %s, but is \"%s\"", wanted,
		r->node->text);
	return false;
}

static bool is_number(const struct node *node)
{
	return node->kind == NODE_INT || node->kind == NODE_FLOAT;
}

static bool kind_is_text(const struct field *field, const struct node *node)
{
	return node->kind == NODE_STR ||
		(node->kind == NODE_INT && (field->flags & FIELD_NUMBER));
}

bool item_is_text(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node)
{
	if (kind_is_text(field, node))
		return true;
	if (node->kind == NODE_MAP && node->npairs == 1 && may_be_map(field)) {
		wrong_item(walk, trail, field, node);
		return false;
	}
	walk_wrong_kind(walk, trail, node,
		field->flags & FIELD_NUMBER               ? "a string or a number"
			: field->form == FORM_SCALAR_TEXT ? "a string, true or false"
							  : "a string");
	return false;
}

static const char *words_text(struct arena *arena, const char *const *words)
{
	const char *text = *words;

	for (words++; *words; words++)
		text = arena_printf(
			arena, words[1] ? "%s, %s" : "%s or %s", text, *words);
	return text;
}

static int word_find(const char *const *words, const char *text)
{
	for (int i = 0; words[i]; i++)
		if (text_eq(words[i], text))
			return i;
	return -1;
}

static bool read_text(const struct reading *r, union value *out)
{
	if (!item_is_text(r->walk, r->trail, r->field, r->node))
		return false;
	if (r->field->words && word_find(r->field->words, r->node->text) < 0)
		return wrong_value(r, words_text(r->walk->arena, r->field->words));
	out->text = r->node->text;
	return true;
}

static bool read_word(const struct reading *r, union value *out)
{
	if (r->node->kind != NODE_STR)
		return wrong_kind(r, "a string");
	out->word = word_find(r->field->words, r->node->text);
	return out->word >= 0 ||
		wrong_value(r, words_text(r->walk->arena, r->field->words));
}

static bool read_bool(const struct reading *r, union value *out)
{
	bool value, old = false;

	if (r->node->kind != NODE_BOOL &&
		(r->node->kind != NODE_STR || (r->field->flags & FIELD_STRICT)))
		return wrong_kind(r, "true or false");
	if (!bool_parse(r->node->text, &value, &old))
		return wrong_value(r, "true or false");
	if (old)
		walk_warn(r->walk, r->trail, r->node,
			"\"%s\" is a string in YAML 1.2; write %s", r->node->text,
			value ? "true" : "false");
	if (r->field->type == TYPE_BOOL)
		out->yes = value;
	else
		out->opt_bool = (struct opt_bool){true, value};
	return true;
}

static bool within_limits(const struct reading *r, double value)
{
	const struct field *field = r->field;

	if (field->min == 0 && field->max == 0)
		return true;
	if (value >= (double)field->min && value <= (double)field->max)
		return true;
	if (field->max == INT64_MAX)
		walk_error(r->walk, r->trail, r->node, "must be at least %lld, but is %s",
			(long long)field->min, r->node->text);
	else
		walk_error(r->walk, r->trail, r->node,
			"must be from %lld to %lld, but is %s", (long long)field->min,
			(long long)field->max, r->node->text);
	return false;
}

/* Whole numbers; a float that is whole will do, as in JSON, and one that is not where the row says so. */
static bool number_parse(const struct field *field, const char *text, int64_t *out)
{
	double value;

	if (parse_i64(text, out))
		return true;
	if (!double_parse(text, &value) || !(fabs(value) < 0x1p63))
		return false;
	if (value != floor(value) && !(field->flags & FIELD_NUMBER))
		return false;
	*out = (int64_t)value;
	return true;
}

static bool read_int(const struct reading *r, union value *out)
{
	bool text = r->node->kind == NODE_STR && !(r->field->flags & FIELD_STRICT);
	int64_t value;

	if (!is_number(r->node) && !text)
		return wrong_kind(r, "a number");
	if (text && (r->field->flags & FIELD_ALL) && text_eq(r->node->text, "all"))
		value = -1;
	else if (!number_parse(r->field, r->node->text, &value))
		return wrong_value(r, "a whole number");
	if (!within_limits(r, (double)value))
		return false;
	if (r->field->type == TYPE_I64)
		out->i64 = value;
	else
		out->opt_i64 = (struct opt_i64){true, value};
	return true;
}

static bool read_float(const struct reading *r, union value *out)
{
	double value;

	if (!is_number(r->node) && r->node->kind != NODE_STR)
		return wrong_kind(r, "a number");
	if (!double_parse(r->node->text, &value) || !isfinite(value))
		return wrong_value(r, "a number");
	if (!within_limits(r, value))
		return false;
	if (r->field->type == TYPE_FLOAT32)
		value = (double)(float)value;
	out->opt_double = (struct opt_double){true, value};
	return true;
}

/* 1.5 where the row allows it, and 1e6 everywhere: written as no integer, both count as nothing. */
static bool is_fraction_of_bytes(const struct reading *r)
{
	double value;

	return r->node->kind == NODE_FLOAT && !(r->field->flags & FIELD_STRICT) &&
		double_parse(r->node->text, &value) &&
		((r->field->flags & FIELD_NUMBER) || value == floor(value));
}

static bool read_bytes(const struct reading *r, union value *out)
{
	int64_t value;

	if (is_fraction_of_bytes(r)) {
		walk_warn(r->walk, r->trail, r->node,
			"%s is not a whole number of bytes and counts as nothing; write "
			"a unit: \"1.5g\"",
			r->node->text);
		return true;
	}
	if (r->node->kind == NODE_INT && (r->field->flags & FIELD_STRICT))
		return wrong_kind(r, "a string with a unit, such as \"512m\"");
	if (r->node->kind != NODE_INT && r->node->kind != NODE_STR)
		return wrong_kind(
			r, "a number of bytes or a string with a unit, such as \"512m\"");
	if (!parse_i64(r->node->text, &value) && !bytes_parse(r->node->text, &value))
		return wrong_value(r, "a size, such as \"512m\" or \"1.5g\"");
	out->opt_i64 = (struct opt_i64){true, value};
	return true;
}

static bool read_duration(const struct reading *r, union value *out)
{
	int64_t value;

	if (r->node->kind != NODE_STR)
		return wrong_kind(r, "a string with a unit, such as \"1m30s\"");
	if (!duration_parse(r->node->text, &value))
		return wrong_value(r, "a duration, such as \"1m30s\"");
	out->opt_i64 = (struct opt_i64){true, value};
	return true;
}

static bool read_mode(const struct reading *r, union value *out)
{
	int64_t value;

	if (r->node->kind != NODE_INT && r->node->kind != NODE_STR)
		return wrong_kind(r, "a mode, such as \"0440\"");
	if (r->node->kind == NODE_INT ? !parse_i64(r->node->text, &value)
				      : !mode_parse(r->node->text, &value))
		return wrong_value(r, "an octal mode, such as \"0440\"");
	out->opt_i64 = (struct opt_i64){true, value};
	return true;
}

static const struct {
	bool (*read)(const struct reading *reading, union value *out);
	size_t size; /* of the member */
} types[] = {
	[TYPE_TEXT] = {read_text, sizeof(const char *)},
	[TYPE_BOOL] = {read_bool, sizeof(bool)},
	[TYPE_OPT_BOOL] = {read_bool, sizeof(struct opt_bool)},
	[TYPE_INT] = {read_int, sizeof(struct opt_i64)},
	[TYPE_I64] = {read_int, sizeof(int64_t)},
	[TYPE_FLOAT] = {read_float, sizeof(struct opt_double)},
	[TYPE_FLOAT32] = {read_float, sizeof(struct opt_double)},
	[TYPE_BYTES] = {read_bytes, sizeof(struct opt_i64)},
	[TYPE_DURATION] = {read_duration, sizeof(struct opt_i64)},
	[TYPE_MODE] = {read_mode, sizeof(struct opt_i64)},
	[TYPE_WORD] = {read_word, sizeof(int)},
};

static bool may_still_change(const struct walk *walk, const struct node *node)
{
	return (walk->flags & SCHEMA_RAW) && node->kind == NODE_STR &&
		strchr(node->text, '$');
}

bool value_read(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, union value *out)
{
	const struct reading reading = {walk, trail, field, node};

	memset(out, 0, sizeof(*out));
	if (node->kind == NODE_NULL && (field->flags & FIELD_NULL))
		return true;
	if (may_still_change(walk, node))
		return true;
	return types[field->type].read(&reading, out);
}

void value_store(const struct field *field, const union value *value, void *member)
{
	memcpy(member, value, types[field->type].size);
}
