/* SPDX-License-Identifier: Apache-2.0 */
/* Statements one after the other, as compose-go's dotenv package splits them. */
#include "compose/loader/dotenv.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/loader/env.h"
#include "compose/loader/interp.h"
#include "compose/loader/load.h"

struct reader {
	struct arena *arena;
	const char *name;
	const char *at, *end;
	const char *line_start;
	unsigned line;
	struct env *into;
	struct errs *errs;
	struct pos value_pos; /* of the statement being read, for unset variables */
};

static struct pos here(const struct reader *r)
{
	return (struct pos){r->name, r->line, (unsigned)(r->at - r->line_start) + 1};
}

static bool is_blank(char c)
{
	return c && strchr(" \t\v\f\r", c);
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static void step(struct reader *r)
{
	if (*r->at++ == '\n') {
		r->line++;
		r->line_start = r->at;
	}
}

static void skip_line(struct reader *r)
{
	while (r->at < r->end && *r->at != '\n')
		r->at++;
	if (r->at < r->end)
		step(r);
}

/* To the next statement; false at the end. */
static bool find_statement(struct reader *r)
{
	while (r->at < r->end) {
		if (*r->at == '#')
			skip_line(r);
		else if (*r->at == '\n' || is_blank(*r->at))
			step(r);
		else
			return true;
	}
	return false;
}

static void skip_export(struct reader *r)
{
	static const char word[] = "export";
	size_t len = sizeof(word) - 1;

	if ((size_t)(r->end - r->at) <= len || strncmp(r->at, word, len) ||
		!is_blank(r->at[len]))
		return;
	r->at += len;
	skip_blanks(r);
}

static bool is_key_char(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
		(c && strchr("_.-[]", c));
}

static void bad_key(struct reader *r)
{
	size_t left = (size_t)(r->end - r->line_start);
	const char *line_end = memchr(r->line_start, '\n', left);
	size_t shown = line_end ? (size_t)(line_end - r->line_start) : left;

	errs_add(r->errs, here(r),
		"unexpected character \"%c\" in variable name \"%.*s\"", *r->at,
		(int)(shown < 80 ? shown : 80), r->line_start);
}

/* The key, and whether a separator follows. NULL: an error was added. */
static const char *read_key(struct reader *r, bool *out_value)
{
	const char *start = r->at, *stop;
	struct pos pos = here(r);
	char *key;

	while (r->at < r->end && (is_key_char(*r->at) || is_blank(*r->at)))
		r->at++;
	if (r->at < r->end && !strchr("=:\n", *r->at)) {
		bad_key(r);
		return NULL;
	}
	*out_value = r->at < r->end && *r->at != '\n';
	for (stop = r->at; stop > start && is_blank(stop[-1]); stop--)
		;
	if (stop == start) {
		errs_add(r->errs, pos, "there is no name before \"%.*s\"", r->at < r->end,
			r->at);
		return NULL;
	}
	key = arena_strndup(r->arena, start, (size_t)(stop - start));
	if (key[strcspn(key, " \t\v\f")]) {
		errs_add(r->errs, pos, "key cannot contain a space: \"%s\"", key);
		return NULL;
	}
	if (r->at < r->end)
		step(r);
	return key;
}

static void warn_unset(struct interp *interp, const char *name, size_t at)
{
	struct reader *r = interp->ctx;

	(void)at;
	errs_warn(r->errs, r->value_pos,
		"The \"%s\" variable is not set. Defaulting to a blank string.%s", name,
		!errs_is_full(r->errs) ? env_hint(r->arena, r->into, name) : "");
}

static const char *interpolate(struct reader *r, const char *text)
{
	struct interp interp = {
		.arena = r->arena, .env = r->into, .unset = warn_unset, .ctx = r};
	const char *value;

	if (interp_expand(&interp, text, &value))
		return value;
	errs_add(r->errs, r->value_pos, "%s", interp.error);
	return NULL;
}

/* No body or file that davit writes could hold anything else. */
static bool set(struct reader *r, const char *key, const char *value, struct pos pos)
{
	const char *const texts[] = {key, value};

	for (size_t i = 0; i < 2; i++) {
		for (const char *p = texts[i]; *p;) {
			size_t n = utf8_length(p, strnlen(p, 4));

			if (!n) {
				errs_add(r->errs, pos,
					"not UTF-8: byte 0x%02x; save the file as UTF-8",
					(unsigned char)*p);
				return false;
			}
			p += n;
		}
	}
	env_set(r->into, key, value, pos);
	return true;
}

static const char *read_unquoted(struct reader *r)
{
	const char *start = r->at, *stop;
	const char *newline = memchr(start, '\n', (size_t)(r->end - start));
	const char *end = newline ? newline : r->end;

	for (stop = start; stop < end; stop++)
		if (stop[0] == ' ' && stop + 1 < end && stop[1] == '#')
			break;
	while (stop > start && (is_blank(stop[-1])))
		stop--;
	skip_line(r);
	return interpolate(r, arena_strndup(r->arena, start, (size_t)(stop - start)));
}

static bool is_octal(const char *p)
{
	for (int i = 0; i < 3; i++)
		if (p[i] < '0' || p[i] > '7')
			return false;
	return true;
}

/* Go's escapes and \$, which interpolation takes as a plain dollar; \c and the unknown
 * stay as they are. */
static const char *unescape(struct arena *arena, const char *text)
{
	static const char from[] = "abfnrtv\\\"", to[] = "\a\b\f\n\r\t\v\\\"";
	auto_str out = {0};

	for (const char *p = text; *p; p++) {
		const char *known = p[0] == '\\' && p[1] ? strchr(from, p[1]) : NULL;

		if (known) {
			str_add_c(&out, to[known - from]);
			p++;
		} else if (p[0] == '\\' && p[1] == '$') {
			str_add(&out, "$$");
			p++;
		} else if (p[0] == '\\' && p[1] == '0' && is_octal(p + 2) && p[2] < '4') {
			unsigned char c = (unsigned char)((p[2] - '0') * 64 +
				(p[3] - '0') * 8 + p[4] - '0');

			if (c >= 0x80)
				str_add_c(&out, (char)(0xc0 | c >> 6));
			if (c)
				str_add_c(
					&out, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
			p += 4;
		} else if (p[0] == '\\' && p[1] == '0') {
			str_add_c(&out,
				*p++); /* too short for a character; the peer drops the 0 */
		} else {
			str_add_c(&out, *p);
		}
	}
	return arena_strdup(arena, str_text(&out));
}

static const char *read_quoted(struct reader *r, char quote)
{
	auto_str text = {0};
	struct pos pos = here(r);

	for (step(r); r->at < r->end && *r->at != quote; step(r)) {
		bool escape = *r->at == '\\' && r->at + 1 < r->end;

		if (!escape) {
			str_add_c(&text, *r->at);
			continue;
		}
		step(r);
		if (*r->at != quote)
			str_add_c(&text, '\\');
		str_add_c(&text, *r->at);
	}
	if (r->at == r->end) {
		errs_add(r->errs, pos,
			"unterminated quoted value: the %c that opens here is never "
			"closed",
			quote);
		return NULL;
	}
	step(r);
	if (quote == '\'')
		return arena_strdup(r->arena, str_text(&text));
	return interpolate(r, unescape(r->arena, str_text(&text)));
}

static bool read_statement(struct reader *r)
{
	const char *key, *value;
	struct pos pos;
	bool has_value;

	skip_export(r);
	pos = here(r);
	key = read_key(r, &has_value);
	if (!key) {
		skip_line(r);
		return false;
	}
	if (!has_value) {
		value = env_get(r->into, key);
		if (value)
			env_set(r->into, key, value, pos);
		return true;
	}
	skip_blanks(r);
	r->value_pos = here(r);
	if (r->at < r->end && (*r->at == '"' || *r->at == '\''))
		value = read_quoted(r, *r->at);
	else
		value = read_unquoted(r);
	return value && set(r, key, value, pos);
}

/* docker/cli's kvfile: lines of KEY=VALUE, nothing else. */
static bool read_raw_line(struct reader *r)
{
	const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
	const char *stop = newline ? newline : r->end, *equals;
	const char *line, *key;
	struct pos pos;

	skip_blanks(r);
	if (stop > r->at && stop[-1] == '\r')
		stop--;
	pos = here(r);
	line = stop > r->at ? arena_strndup(r->arena, r->at, (size_t)(stop - r->at)) : "";
	skip_line(r);
	if (!*line || *line == '#')
		return true;
	equals = strchr(line, '=');
	key = equals ? arena_strndup(r->arena, line, (size_t)(equals - line)) : line;
	if (!*key) {
		errs_add(r->errs, pos, "no variable name on line '%s'", line);
		return false;
	}
	if (key[strcspn(key, " \t\v\f\r")]) {
		errs_add(r->errs, pos, "variable '%s' contains whitespaces", key);
		return false;
	}
	if (equals)
		return set(r, key, equals + 1, pos);
	if (env_get(r->into, key))
		env_set(r->into, key, env_get(r->into, key), pos);
	return true;
}

bool dotenv_read(struct arena *arena, const char *name, const char *text, size_t len,
	enum dotenv_format format, struct env *into, struct errs *errs)
{
	struct reader r = {.arena = arena,
		.name = name,
		.at = text,
		.end = text + len,
		.line_start = text,
		.line = 1,
		.into = into,
		.errs = errs};
	const char *nul = memchr(text, '\0', len);
	bool ok = true;

	if (nul) {
		errs_add(errs, (struct pos){.file = name},
			"not a text file: it holds a NUL byte");
		return false;
	}
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		r.at += 3;
	if (format == DOTENV_RAW)
		while (r.at < r.end)
			ok = read_raw_line(&r) && ok;
	else
		while (find_statement(&r))
			ok = read_statement(&r) && ok;
	return ok;
}

bool dotenv_read_file(struct arena *arena, const struct files *files, const char *path,
	const char *name, enum dotenv_format format, struct env *into, struct errs *errs)
{
	struct err err = {0};
	const char *text;
	size_t len;

	if (files->read(files->ctx, arena, path, DOTENV_MAX_BYTES, &text, &len, &err))
		return dotenv_read(arena, name, text, len, format, into, errs);
	errs_add_err(errs, &err);
	return false;
}
