/* SPDX-License-Identifier: Apache-2.0 */
/* JSON reading by cJSON, writing by hand: bodies and hashes must not depend on how cJSON prints numbers. */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"

static bool is_number_byte(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' ||
		c == 'E';
}

/*
 * cJSON keeps only a double of a number. Every number is handed to it as a string that starts with a
 * byte which JSON text cannot hold unescaped (U+0001), so that its own text comes back.
 */
#define NUMBER_MARK '\x01'

/* From after a string's first quote to after its last. */
static const char *skip_string(const char *p, const char *end)
{
	for (; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p + 1 : end;
}

/* What is no number is copied in spans as long as can be. */
static void quote_numbers(struct str *out, const char *text, size_t len)
{
	const char *end = text + len, *copied = text, *p = text;

	while (p < end) {
		const char *from = p;

		if (*p == '"') {
			p = skip_string(p + 1, end);
			continue;
		}
		p++;
		if (*from != '-' && (*from < '0' || *from > '9'))
			continue;
		while (p < end && is_number_byte(*p))
			p++;
		str_add_n(out, copied, (size_t)(from - copied));
		str_add(out, "\"\\u0001");
		str_add_n(out, from, (size_t)(p - from));
		str_add_c(out, '"');
		copied = p;
	}
	str_add_n(out, copied, (size_t)(end - copied));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 8259 6. */
static bool is_number(const char *p, bool *out_int)
{
	*out_int = true;
	p += *p == '-';
	if (!is_digit(*p) || (*p == '0' && is_digit(p[1])))
		return false;
	while (is_digit(*p))
		p++;
	if (*p == '.') {
		*out_int = false;
		if (!is_digit(*++p))
			return false;
		while (is_digit(*p))
			p++;
	}
	if (*p == 'e' || *p == 'E') {
		*out_int = false;
		p++;
		p += *p == '-' || *p == '+';
		if (!is_digit(*p))
			return false;
		while (is_digit(*p))
			p++;
	}
	return !*p;
}

static struct node *convert_scalar(struct arena *arena, const cJSON *json)
{
	struct node *node;
	bool whole;

	if (cJSON_IsBool(json))
		return node_bool(arena, cJSON_IsTrue(json));
	if (cJSON_IsNull(json))
		return node_text(arena, NULL);
	node = node_new(arena, NODE_STR, (struct pos){0});
	node->text = arena_strdup(arena, json->valuestring);
	if (*node->text == NUMBER_MARK && is_number(node->text + 1, &whole)) {
		node->text++;
		node->kind = whole ? NODE_INT : NODE_FLOAT;
	}
	return node;
}

/* Recursion is bounded by cJSON's own CJSON_NESTING_LIMIT. */
static struct node *convert(struct arena *arena, const cJSON *json)
{
	const cJSON *child;
	struct node *node;

	if (!cJSON_IsArray(json) && !cJSON_IsObject(json))
		return convert_scalar(arena, json);
	node = node_new(
		arena, cJSON_IsArray(json) ? NODE_LIST : NODE_MAP, (struct pos){0});
	cJSON_ArrayForEach(child, json)
	{
		struct node *value = convert(arena, child);

		if (node->kind == NODE_LIST)
			node_push(arena, node, value);
		else
			node_set(arena, node, arena_strdup(arena, child->string), value);
	}
	return node;
}

static bool has_broken_number(const struct node *node)
{
	if (node->kind == NODE_LIST) {
		for (size_t i = 0; i < node->nitems; i++)
			if (has_broken_number(node->items[i]))
				return true;
	} else if (node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->npairs; i++)
			if (*node->pairs[i].key == NUMBER_MARK ||
				has_broken_number(node->pairs[i].value))
				return true;
	} else if (node->kind == NODE_STR && *node->text == NUMBER_MARK) {
		return true;
	}
	return false;
}

static bool only_blanks(const char *p)
{
	return !p[strspn(p, " \t\r\n")];
}

bool json_parse(struct arena *arena, const char *text, size_t len, struct node **out,
	struct err *err)
{
	auto_str quoted = {0};
	const char *end = NULL;
	struct node *node;
	cJSON *json;

	quote_numbers(&quoted, text, len);
	json = cJSON_ParseWithLengthOpts(str_text(&quoted), quoted.len + 1, &end, false);
	if (!json || !only_blanks(end)) {
		cJSON_Delete(json);
		return err_set(err, ERR_INPUT, "not valid JSON");
	}
	node = convert(arena, json);
	cJSON_Delete(json);
	if (has_broken_number(node))
		return err_set(err, ERR_INPUT, "not valid JSON: a malformed number");
	*out = node;
	return true;
}

/* The bytes of U+2028 or U+2029 at p. */
static bool is_line_separator(const char *p)
{
	return p[0] == '\xe2' && p[1] == '\x80' && (p[2] == '\xa8' || p[2] == '\xa9');
}

static bool print_escaped(struct str *str, char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = c ? strchr(from, c) : NULL;

	if (at) {
		str_add_c(str, '\\');
		str_add_c(str, to[at - from]);
		return true;
	}
	if ((unsigned char)c < 0x20) {
		str_printf(str, "\\u%04x", (unsigned)c);
		return true;
	}
	return false;
}

void json_print_text(struct str *str, const char *text, unsigned style)
{
	str_add_c(str, '"');
	for (const char *p = text; *p; p++) {
		if (print_escaped(str, *p))
			continue;
		if ((style & JSON_HTML) && strchr("<>&", *p)) {
			str_printf(str, "\\u%04x", (unsigned)*p);
		} else if ((style & JSON_HTML) && is_line_separator(p)) {
			str_printf(str, "\\u202%c", p[2] == '\xa8' ? '8' : '9');
			p += 2;
		} else {
			str_add_c(str, *p);
		}
	}
	str_add_c(str, '"');
}

static void print_break(struct str *str, unsigned style, unsigned depth)
{
	if (style & JSON_INDENT) {
		str_add_c(str, '\n');
		str_add_repeat(str, ' ', 2 * (size_t)depth);
	}
}

static void print(
	struct str *str, const struct node *node, unsigned style, unsigned depth)
{
	bool list = node->kind == NODE_LIST;
	size_t n = list ? node->nitems : node->npairs;

	if (node->kind == NODE_STR) {
		json_print_text(str, node->text, style);
		return;
	}
	if (!list && node->kind != NODE_MAP) {
		str_add(str, node->kind == NODE_NULL ? "null" : node->text);
		return;
	}
	str_add_c(str, list ? '[' : '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_add_c(str, ',');
		print_break(str, style, depth + 1);
		if (!list) {
			json_print_text(str, node->pairs[i].key, style);
			str_add(str, style & JSON_INDENT ? ": " : ":");
		}
		print(str, list ? node->items[i] : node->pairs[i].value, style,
			depth + 1);
	}
	if (n)
		print_break(str, style, depth);
	str_add_c(str, list ? ']' : '}');
}

void json_print(struct str *str, const struct node *node, unsigned style)
{
	print(str, node, style, 0);
}
