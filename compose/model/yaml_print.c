/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML as Go's yaml package writes it: block style, 2 spaces, lists indented under their key, no folding. A
 * scalar's style is chosen as there: plain if it reads back as the same text, else as its characters allow.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/scalar.h"
#include "base/str.h"
#include "compose/model/print.h"

enum { SIMPLE_KEY_MAX_BYTES = 128, INDENT = 2 };

enum style {
	STYLE_PLAIN,
	STYLE_SINGLE,
	STYLE_DOUBLE,
	STYLE_LITERAL,
};

/* What the characters of a text allow. */
struct analysis {
	bool plain;
	bool single;
	bool literal;
};

struct findings {
	bool indicators;
	bool breaks;
	bool special;
	bool tabs;
	bool leading, trailing_space, trailing_break;
	bool space_break, break_space;
};

static size_t char_width(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static bool is_printable(const unsigned char *p)
{
	if (p[0] == '\n' || (p[0] >= 0x20 && p[0] <= 0x7e))
		return true;
	if (p[0] == 0xc2)
		return p[1] >= 0xa0;
	if (p[0] == 0xed)
		return p[1] < 0xa0;
	if (p[0] == 0xef) /* not the byte order mark, nor U+FFFE and U+FFFF */
		return !(p[1] == 0xbb && p[2] == 0xbf) &&
			!(p[1] == 0xbf && (p[2] == 0xbe || p[2] == 0xbf));
	return p[0] > 0xc2 && p[0] < 0xef;
}

static bool is_break(const unsigned char *p)
{
	return p[0] == '\n' || p[0] == '\r' || (p[0] == 0xc2 && p[1] == 0x85) ||
		(p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9));
}

static bool is_blank_or_end(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\0';
}

/* Characters that mean something to YAML where they stand. */
static bool is_indicator(const char *text, const char *p)
{
	bool before = p == text || is_blank_or_end((unsigned char)p[-1]);
	bool after = is_blank_or_end((unsigned char)p[1]);

	if (p == text && strchr("#,[]{}&*!|>'\"%@`", *p))
		return true;
	if (p == text && (*p == '?' || *p == '-'))
		return after;
	return (*p == ':' && after) || (*p == '#' && before);
}

static struct findings text_find(const char *text)
{
	struct findings f = {.indicators = strncmp(text, "---", 3) == 0 ||
			strncmp(text, "...", 3) == 0};
	bool space = false, broke = false;

	for (const char *p = text; *p; p += char_width((unsigned char)*p)) {
		const unsigned char *u = (const unsigned char *)p;
		bool last = !p[char_width(*u)];

		f.indicators = f.indicators || is_indicator(text, p);
		f.tabs = f.tabs || *p == '\t';
		f.special = f.special || (*p != '\t' && !is_printable(u));
		f.leading = f.leading || (p == text && (*p == ' ' || is_break(u)));
		f.trailing_space = last && *p == ' ';
		f.trailing_break = last && is_break(u);
		f.break_space = f.break_space || (*p == ' ' && broke);
		f.space_break = f.space_break || (is_break(u) && space);
		f.breaks = f.breaks || is_break(u);
		space = *p == ' ';
		broke = is_break(u);
	}
	return f;
}

static struct analysis text_analyse(const char *text)
{
	struct findings f = text_find(text);
	bool awkward = f.space_break || f.tabs || f.special;

	return (struct analysis){
		.plain = !f.leading && !f.trailing_space && !f.trailing_break &&
			!f.break_space && !awkward && !f.breaks && !f.indicators,
		.single = !f.break_space && !awkward,
		.literal = *text && !f.trailing_space && !f.space_break && !f.special,
	};
}

/* YAML 1.1 took these for true and false, and readers of it still do. */
static bool is_old_bool(const char *text)
{
	static const char *const words[] = {"y", "Y", "yes", "Yes", "YES", "on", "On",
		"ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (text_eq(words[i], text))
			return true;
	return false;
}

/* 1:20 was eighty: [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)? */
static bool is_base60(const char *text)
{
	const char *p = text + (*text == '-' || *text == '+');
	bool colon = false;

	if (!isdigit((unsigned char)*p))
		return false;
	p += strspn(p, "0123456789_");
	while (*p == ':' && isdigit((unsigned char)p[1])) {
		p += p[1] <= '5' && isdigit((unsigned char)p[2]) ? 3 : 2;
		colon = true;
	}
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789_");
	return colon && !*p;
}

/* A number of at most max digits within limits; moves p past it. */
static bool take_number(const char **p, int max_digits, int min, int max)
{
	int n = 0, digits = 0;

	for (; digits < max_digits && isdigit((unsigned char)**p); (*p)++, digits++)
		n = n * 10 + (**p - '0');
	return digits > 0 && n >= min && n <= max;
}

static bool take_char(const char **p, char c)
{
	return **p == c ? (*p)++, true : false;
}

static bool take_time(const char **p)
{
	if (!take_number(p, 2, 0, 23) || !take_char(p, ':') ||
		!take_number(p, 2, 0, 59) || !take_char(p, ':') ||
		!take_number(p, 2, 0, 59))
		return false;
	if (**p == '.' && isdigit((unsigned char)(*p)[1]))
		*p += 1 + strspn(*p + 1, "0123456789");
	return true;
}

static bool take_zone(const char **p)
{
	if (take_char(p, 'Z'))
		return true;
	return (take_char(p, '+') || take_char(p, '-')) && take_number(p, 2, 0, 24) &&
		take_char(p, ':') && take_number(p, 2, 0, 60);
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* 2024-1-2, with a time after a blank, or with T, a time and a zone. */
static bool is_timestamp(const char *text)
{
	const char *p = text;

	if (strspn(p, "0123456789") != 4 || p[4] != '-')
		return false;
	int year = (int)strtol(p, NULL, 10);
	p += 5;
	int month = (int)strtol(p, NULL, 10);
	if (!take_number(&p, 2, 1, 12) || !take_char(&p, '-') ||
		!take_number(&p, 2, 1, days_in_month(year, month)))
		return false;
	if (!*p)
		return true;
	if (take_char(&p, ' '))
		return take_time(&p) && !*p;
	if (!take_char(&p, 'T') && !take_char(&p, 't'))
		return false;
	return take_time(&p) && take_zone(&p) && !*p;
}

/* Would the plain text be read as something other than text? */
static bool reads_as_other(const char *text)
{
	struct arena arena = {0};
	const char *value;
	bool other = scalar_resolve(&arena, text, &value) != NODE_STR;

	arena_finish(&arena);
	return other || is_old_bool(text) || is_base60(text) || is_timestamp(text);
}

static enum style style_of(const char *text, bool is_key)
{
	struct analysis allowed = text_analyse(text);

	if (strchr(text, '\n'))
		return allowed.literal && !is_key ? STYLE_LITERAL : STYLE_DOUBLE;
	if (reads_as_other(text))
		return STYLE_DOUBLE;
	if (allowed.plain)
		return STYLE_PLAIN;
	return allowed.single ? STYLE_SINGLE : STYLE_DOUBLE;
}

static void print_single(struct str *str, const char *text)
{
	str_add_c(str, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			str_add_c(str, '\'');
		str_add_c(str, *text);
	}
	str_add_c(str, '\'');
}

static uint32_t code_point(const unsigned char *p, size_t width)
{
	uint32_t code = width == 1 ? p[0] : p[0] & (0xffU >> (width + 1));

	for (size_t i = 1; i < width && p[i]; i++)
		code = code << 6 | (p[i] & 0x3fU);
	return code;
}

static void print_escape(struct str *str, uint32_t code)
{
	static const struct {
		uint32_t code;
		char letter;
	} escapes[] = {{0, '0'}, {7, 'a'}, {8, 'b'}, {9, 't'}, {10, 'n'}, {11, 'v'},
		{12, 'f'}, {13, 'r'}, {27, 'e'}, {'"', '"'}, {'\\', '\\'}, {0x85, 'N'},
		{0xa0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};

	for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes); i++) {
		if (escapes[i].code == code) {
			str_printf(str, "\\%c", escapes[i].letter);
			return;
		}
	}
	if (code <= 0xff)
		str_printf(str, "\\x%02X", code);
	else if (code <= 0xffff)
		str_printf(str, "\\u%04X", code);
	else
		str_printf(str, "\\U%08X", code);
}

/* A text that begins with a byte order mark has all its characters escaped, as there. */
static void print_double(struct str *str, const char *text)
{
	bool marked = text_starts(text, "\xef\xbb\xbf");

	str_add_c(str, '"');
	for (size_t width; *text; text += width) {
		const unsigned char *u = (const unsigned char *)text;

		width = char_width(*u);
		if (!marked && is_printable(u) && !is_break(u) && *text != '"' &&
			*text != '\\')
			str_add_n(str, text, width);
		else
			print_escape(str, code_point(u, width));
	}
	str_add_c(str, '"');
}

static void print_literal(struct str *str, const char *text, size_t indent)
{
	size_t len = strlen(text);

	str_add_c(str, '|');
	if (*text == ' ' || *text == '\n')
		str_printf(str, "%d", INDENT);
	if (text[len - 1] != '\n')
		str_add_c(str, '-');
	else if (len == 1 || text[len - 2] == '\n')
		str_add_c(str, '+');
	while (*text) {
		size_t line = strcspn(text, "\n");

		str_add_c(str, '\n');
		if (line)
			str_add_repeat(str, ' ', indent);
		str_add_n(str, text, line);
		text += line;
		if (*text == '\n' && !*++text)
			return;
	}
}

static void print_text(struct str *str, const char *text, size_t indent, bool is_key)
{
	switch (style_of(text, is_key)) {
	case STYLE_PLAIN:
		str_add(str, text);
		return;
	case STYLE_SINGLE:
		print_single(str, text);
		return;
	case STYLE_DOUBLE:
		print_double(str, text);
		return;
	case STYLE_LITERAL:
		print_literal(str, text, indent);
		return;
	}
}

static bool is_block(const struct node *node)
{
	return (node->kind == NODE_LIST && node->nitems) ||
		(node->kind == NODE_MAP && node->npairs);
}

static void print_flat(struct str *str, const struct node *node, size_t indent)
{
	if (node->kind == NODE_LIST)
		str_add(str, "[]");
	else if (node->kind == NODE_MAP)
		str_add(str, "{}");
	else if (node->kind == NODE_STR)
		print_text(str, node->text, indent, false);
	else
		str_add(str, node->kind == NODE_NULL ? "null" : node->text);
	str_add_c(str, '\n');
}

static void print_block(
	struct str *str, const struct node *node, size_t indent, bool first_in_line);

/* A key that is long or has several lines stands alone, after a question mark. */
static void print_key(struct str *str, const char *key, size_t indent)
{
	bool simple = strlen(key) <= SIMPLE_KEY_MAX_BYTES && !text_find(key).breaks;

	if (simple) {
		print_text(str, key, indent, true);
	} else {
		str_add(str, "? ");
		print_text(str, key, indent + INDENT, false);
		str_add_c(str, '\n');
		str_add_repeat(str, ' ', indent);
	}
	str_add_c(str, ':');
}

static void print_pair(struct str *str, const struct node_pair *pair, size_t indent)
{
	print_key(str, pair->key, indent);
	if (is_block(pair->value)) {
		str_add_c(str, '\n');
		print_block(str, pair->value, indent + INDENT, false);
		return;
	}
	str_add_c(str, ' ');
	print_flat(str, pair->value, indent + INDENT);
}

static void print_item(struct str *str, const struct node *item, size_t indent)
{
	str_add(str, "- ");
	if (is_block(item))
		print_block(str, item, indent + INDENT, true);
	else
		print_flat(str, item, indent + INDENT);
}

static void print_block(
	struct str *str, const struct node *node, size_t indent, bool first_in_line)
{
	size_t n = node->kind == NODE_LIST ? node->nitems : node->npairs;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 || !first_in_line)
			str_add_repeat(str, ' ', indent);
		if (node->kind == NODE_LIST)
			print_item(str, node->items[i], indent);
		else
			print_pair(str, &node->pairs[i], indent);
	}
}

void yaml_print(struct str *str, const struct node *node)
{
	if (is_block(node))
		print_block(str, node, 0, true);
	else
		print_flat(str, node, 0);
}
