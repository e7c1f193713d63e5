/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table from libyaml's problems to writers of better words. Each looks at the lines
 * around the place, because the same problem has a few likely causes, and people need the
 * cause.
 */
#include "compose/loader/explain.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "compose/loader/source.h"

/* What a writer is given, and what it says. */
struct hint {
	struct arena *arena;
	const struct source *source;
	const struct complaint *complaint;
	struct pos pos;   /* preset to complaint->at */
	const char *text; /* the message */
	size_t colon;     /* where one would help; 0: nowhere */
};

static size_t indent_of(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && line[n] == ' ')
		n++;
	return n;
}

static bool is_blank_line(const char *line, size_t len)
{
	size_t at = indent_of(line, len);

	return at == len || line[at] == '#';
}

static size_t next_written_line(const struct source *source, size_t line)
{
	size_t len;
	const char *text;

	do
		text = source_line(source, ++line, &len);
	while (line <= source->nlines && is_blank_line(text, len));
	return line;
}

/* The plain text that starts at a place: up to a comment or the end of the line, without
 * trailing blanks. */
static const char *token_at(const struct hint *hint, struct pos pos, size_t *out_len)
{
	size_t len, n;
	const char *line = source_line(hint->source, pos.line, &len);
	size_t start = pos.column ? pos.column - 1 : 0;

	if (start > len)
		start = len;
	for (n = start; n < len; n++)
		if (line[n] == '#' && n > start && line[n - 1] == ' ')
			break;
	while (n > start && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	*out_len = n - start;
	return line + start;
}

static const char *copy_token(const struct hint *hint, struct pos pos)
{
	size_t len;
	const char *token = token_at(hint, pos, &len);

	return arena_strndup(hint->arena, token, len < 60 ? len : 60);
}

static bool looks_like_variable(const char *line, size_t len)
{
	size_t n = indent_of(line, len), start = n;

	while (n < len &&
		(isupper((unsigned char)line[n]) || isdigit((unsigned char)line[n]) ||
			line[n] == '_'))
		n++;
	return n > start && n < len && (line[n] == ':' || line[n] == '=');
}

/*
 * The value slipped to the next line and lost its indentation:
 *     MYSQL_DATABASE
 *   exampledb:
 *       MYSQL_USER: exampleuser
 */
static const char *slipped_value(
	const struct hint *hint, const char *key, unsigned key_column)
{
	size_t line = next_written_line(hint->source, hint->complaint->context_at.line);
	size_t below = next_written_line(hint->source, line), len, below_len;
	const char *text = source_line(hint->source, line, &len);
	const char *below_text = source_line(hint->source, below, &below_len);
	size_t indent = indent_of(text, len);
	const char *word;

	if (len < 2 || text[len - 1] != ':' || indent + 1 >= key_column)
		return "";
	if (indent_of(below_text, below_len) <= indent ||
		!looks_like_variable(below_text, below_len))
		return "";
	word = arena_strndup(hint->arena, text + indent, len - indent - 1);
	return arena_printf(hint->arena,
		"; line %zu, \"%s:\", %zu columns to the left, holds variables: was "
		"\"%s: %s\" meant, with the "
		"variables of line %zu and below aligned under it?",
		line, word, key_column - 1 - indent, key, word, below);
}

static void missing_colon(struct hint *hint)
{
	const struct pos pos = hint->complaint->context_at;
	const char *key = copy_token(hint, pos), *equals = strchr(key, '='),
		   *space = strchr(key, ' ');
	size_t len;

	token_at(hint, pos, &len);
	hint->pos = pos;
	if (*key == '"' || *key == '\'') {
		hint->text = arena_printf(hint->arena, "%s is followed by no ':'", key);
		return;
	}
	if (key[strcspn(key, "[]{}*&!|>%@`")])
		hint->text = arena_printf(hint->arena,
			"\"%s\" is not \"key: value\", and keys stand around it", key);
	else if (equals && equals > key)
		hint->text = arena_printf(hint->arena,
			"\"%s\" stands among \"key: value\" lines: write \"%.*s: %s\"",
			key, (int)(equals - key), key, equals + 1);
	else if (space && space > key)
		hint->text = arena_printf(hint->arena,
			"\"%s\" has no ':' after its key: write \"%.*s: %s\"", key,
			(int)(space - key), key, space + 1);
	else
		hint->text = arena_printf(hint->arena,
			"\"%s\" has no value: write \"%s: value\"%s", key, key,
			slipped_value(hint, key, pos.column));
	hint->colon = source_offset(hint->source, pos) +
		(equals || !space ? len : (size_t)(space - key));
}

/* "image: a: b", or a line that stands too far to the right under a value. */
static void second_colon(struct hint *hint)
{
	struct pos at = hint->complaint->at;
	size_t len, indent, colon;
	const char *line = source_line(hint->source, at.line, &len);
	const char *first;

	indent = indent_of(line, len);
	colon = at.column ? at.column - 1 : 0;
	if (indent < len && line[indent] == '-')
		indent = indent + 1 + indent_of(line + indent + 1, len - indent - 1);
	first = colon < len
		? memchr(line + indent, ':', colon > indent ? colon - indent : 0)
		: NULL;
	if (!first) {
		hint->pos = (struct pos){at.file, at.line, (unsigned)indent + 1};
		hint->text = arena_printf(hint->arena,
			"\"%.*s:\" stands deeper than the line above allows, which has a "
			"value already: align it "
			"with its siblings",
			(int)(colon > indent ? colon - indent : 0), line + indent);
		return;
	}
	while (first + 1 < line + len && first[1] == ' ')
		first++;
	hint->text = arena_printf(hint->arena,
		"a second \": \" in one line; if it belongs to the value, write the "
		"value in quotes: \"%.*s\"",
		(int)(line + len - first - 1), first + 1);
}

static void bad_indent(struct hint *hint)
{
	const struct complaint *c = hint->complaint;
	const char *token = copy_token(hint, c->at);
	bool in_list = c->context && strstr(c->context, "collection");

	if (c->at.column == c->context_at.column && *token == '-' && !in_list)
		hint->text = arena_printf(hint->arena,
			"\"%s\" is an item of a list, but line %u began a mapping here: "
			"a list goes under a key "
			"of its own",
			token, c->context_at.line);
	else if (c->at.column == c->context_at.column && in_list)
		hint->text = arena_printf(hint->arena,
			"\"%s\" stands among the items of the list of line %u without "
			"its own \"- \"",
			token, c->context_at.line);
	else
		hint->text = arena_printf(hint->arena,
			"\"%s\" starts in column %u, but the %s around it started in "
			"column %u (line %u): "
			"align it with one of the levels above",
			token, c->at.column, in_list ? "list" : "mapping",
			c->context_at.column, c->context_at.line);
}

static void bad_start(struct hint *hint)
{
	const char *token = copy_token(hint, hint->complaint->at);

	if (*token == '\t' || !*token)
		hint->text = "a tab; YAML is indented by spaces only";
	else
		hint->text = arena_printf(hint->arena,
			"a value cannot begin with '%c': write it in quotes, \"%s\"",
			*token, token);
}

static void tab(struct hint *hint)
{
	hint->text = "a tab; YAML is indented by spaces only";
}

static void open_quote(struct hint *hint)
{
	const char *token = copy_token(hint, hint->complaint->context_at);

	hint->pos = hint->complaint->context_at;
	hint->text = arena_printf(
		hint->arena, "the quote %c that opens here is never closed", *token);
}

static void open_bracket(struct hint *hint)
{
	const char *token = copy_token(hint, hint->complaint->context_at);
	bool list = *token != '{';

	hint->pos = hint->complaint->context_at;
	hint->text = arena_printf(hint->arena,
		"the '%c' that opens here is not closed: ',' or '%c' was expected in "
		"line %u, column %u",
		list ? '[' : '{', list ? ']' : '}', hint->complaint->at.line,
		hint->complaint->at.column);
}

static void list_after_key(struct hint *hint)
{
	hint->text = "a list cannot begin behind \"key:\" in the same line: put \"- \" "
		     "on the next line, or "
		     "write [a, b]";
}

static void bad_escape(struct hint *hint)
{
	hint->text = "an unknown escape in double quotes: write \\\\ for a backslash, or "
		     "use single quotes";
}

static void bad_anchor(struct hint *hint)
{
	hint->pos = hint->complaint->context_at.line ? hint->complaint->context_at
						     : hint->pos;
	hint->text = arena_printf(hint->arena,
		"\"%s\": after & and * comes a name of letters and digits; text that "
		"begins so needs quotes",
		copy_token(hint, hint->pos));
}

static void bad_tag(struct hint *hint)
{
	hint->pos = hint->complaint->context_at.line ? hint->complaint->context_at
						     : hint->pos;
	hint->text = arena_printf(hint->arena,
		"\"%s\": not a tag that can be used (!reset and !override can); text "
		"that begins with ! needs "
		"quotes",
		copy_token(hint, hint->pos));
}

static void bad_block(struct hint *hint)
{
	hint->text = "after | or > only +, - or a digit may follow, then a comment or "
		     "the end of the line";
}

static void no_content(struct hint *hint)
{
	hint->text = arena_printf(hint->arena, "a value was expected, not \"%s\"",
		copy_token(hint, hint->complaint->at));
}

static void stray_text(struct hint *hint)
{
	hint->text = arena_printf(hint->arena,
		"\"%s\" belongs to nothing: what comes before it is already complete (is "
		"it indented too little?)",
		copy_token(hint, hint->complaint->at));
}

static void document_in_quotes(struct hint *hint)
{
	hint->pos = hint->complaint->context_at;
	hint->text = arena_printf(hint->arena,
		"the quote that opens here is still open at the \"---\" or \"...\" of "
		"line %u",
		hint->complaint->at.line);
}

static const struct {
	const char *problem;
	const char *context; /* a part of it; NULL: any */
	void (*say)(struct hint *hint);
} table[] = {
	{"could not find expected ':'", NULL, missing_colon},
	{"mapping values are not allowed in this context", NULL, second_colon},
	{"did not find expected key", NULL, bad_indent},
	{"did not find expected '-' indicator", NULL, bad_indent},
	{"found character that cannot start any token", NULL, bad_start},
	{"found a tab character", NULL, tab},
	{"found unexpected end of stream", "quoted", open_quote},
	{"found unexpected document indicator", NULL, document_in_quotes},
	{"did not find expected ',' or ']'", NULL, open_bracket},
	{"did not find expected ',' or '}'", NULL, open_bracket},
	{"block sequence entries are not allowed in this context", NULL, list_after_key},
	{"found unknown escape character", NULL, bad_escape},
	{"did not find expected hexdecimal number", NULL, bad_escape},
	{"found invalid Unicode character escape code", NULL, bad_escape},
	{"did not find expected alphabetic or numeric character", NULL, bad_anchor},
	{"did not find expected comment or line break", NULL, bad_block},
	{"found an indentation indicator equal to 0", NULL, bad_block},
	{"found undefined tag handle", NULL, bad_tag},
	{"did not find expected whitespace", "tag", bad_tag},
	{"did not find expected tag URI", NULL, bad_tag},
	{"did not find expected '!'", NULL, bad_tag},
	{"did not find expected node content", NULL, no_content},
	{"did not find expected <document start>", NULL, stray_text},
};

bool explain(struct arena *arena, const struct source *source,
	const struct complaint *complaint, size_t *out_colon, struct errs *errs)
{
	struct hint hint = {.arena = arena,
		.source = source,
		.complaint = complaint,
		.pos = complaint->at};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table) && !hint.text; i++) {
		if (strncmp(complaint->problem, table[i].problem,
			    strlen(table[i].problem)))
			continue;
		if (table[i].context &&
			(!complaint->context ||
				!strstr(complaint->context, table[i].context)))
			continue;
		table[i].say(&hint);
	}
	if (hint.text)
		errs_add(errs, hint.pos, "%s", hint.text);
	else
		errs_add(errs, hint.pos, "not YAML: %s%s%s",
			complaint->context ? complaint->context : "",
			complaint->context ? ": " : "", complaint->problem);
	*out_colon = hint.colon;
	return hint.colon > 0;
}
