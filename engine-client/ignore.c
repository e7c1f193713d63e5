/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pattern becomes a list of tokens, which is run as a nondeterministic automaton: all
 * places in the list that the bytes so far can have led to are kept side by side. So
 * matching is linear in path and pattern, one run also answers for all parents of the
 * path, and a run over a directory's name tells whether anything below it can still
 * match.
 */
#include "engine-client/ignore.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum token_kind {
	TOKEN_CHAR,
	TOKEN_ANY_CHAR, /* "?" */
	TOKEN_CLASS,    /* "[a-z]" */
	TOKEN_STAR,     /* "*": anything within one name */
	TOKEN_ALL,      /* "**" at the end: anything */
	TOKEN_DIRS, /* "**" and a slash: nothing, or anything up to and with a slash */
};

struct range {
	uint32_t low, high;
};

struct token {
	enum token_kind kind;
	uint32_t c;
	bool negated;
	struct range *ranges;
	size_t nranges;
};

struct ignore_pattern {
	bool keeps; /* "!" */
	struct token *tokens;
	size_t ntokens;
	/* Room for two sets of places, 0 .. ntokens, of a run. */
	bool *now, *then;
};

/* One code point of UTF-8; a stray byte counts as one of its own, out of Unicode's range.
 */
static uint32_t next_char(const char **at)
{
	const unsigned char *p = (const unsigned char *)*at;
	unsigned n = *p < 0xc0 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : *p < 0xf8 ? 3 : 0;
	uint32_t c = n ? *p & (0x3fu >> n) : *p;

	for (unsigned i = 1; i <= n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			n = 0;
			break;
		}
		c = c << 6 | (p[i] & 0x3f);
	}
	*at += n + 1;
	return n || *p < 0x80 ? c : 0x110000u + *p;
}

static void push(
	struct ignore *ignore, struct ignore_pattern *pattern, struct token token)
{
	ARENA_PUSH(ignore->arena, pattern->tokens, pattern->ntokens, token);
}

static void push_char(struct ignore *ignore, struct ignore_pattern *pattern, uint32_t c)
{
	push(ignore, pattern, (struct token){.kind = TOKEN_CHAR, .c = c});
}

/* After the first of two stars. */
static const char *read_stars(
	struct ignore *ignore, struct ignore_pattern *pattern, const char *p)
{
	bool first = !pattern->ntokens;
	struct token token = {.kind = TOKEN_DIRS};

	p++;
	if (*p == '/')
		p++;
	else if (first && !strpbrk(p, "*?[]\\"))
		token.kind =
			TOKEN_ALL; /* "**x" is a plain suffix, as in patternmatcher */
	if (!*p)
		token.kind = TOKEN_ALL;
	push(ignore, pattern, token);
	return p;
}

static bool read_class_char(const char **at, uint32_t *out)
{
	if (**at == '\\')
		++*at;
	if (!**at)
		return false;
	*out = next_char(at);
	return true;
}

/* After the "[". NULL: it has no end. */
static const char *read_class(
	struct ignore *ignore, struct ignore_pattern *pattern, const char *p)
{
	struct token token = {.kind = TOKEN_CLASS, .negated = *p == '^'};

	p += token.negated;
	do {
		struct range range;

		if (*p == ']' || !read_class_char(&p, &range.low))
			return NULL;
		range.high = range.low;
		if (*p == '-' && p++ && (*p == ']' || !read_class_char(&p, &range.high)))
			return NULL;
		ARENA_PUSH(ignore->arena, token.ranges, token.nranges, range);
	} while (*p != ']');
	push(ignore, pattern, token);
	return p + 1;
}

/* One token from p on; NULL: broken. */
static const char *read_token(
	struct ignore *ignore, struct ignore_pattern *pattern, const char *p)
{
	switch (*p++) {
	case '*':
		if (*p == '*')
			return read_stars(ignore, pattern, p);
		push(ignore, pattern, (struct token){.kind = TOKEN_STAR});
		return p;
	case '?':
		push(ignore, pattern, (struct token){.kind = TOKEN_ANY_CHAR});
		return p;
	case '[':
		return read_class(ignore, pattern, p);
	case '\\':
		if (!*p)
			return NULL;
		push_char(ignore, pattern, next_char(&p));
		return p;
	}
	p--;
	push_char(ignore, pattern, next_char(&p));
	return p;
}

static void add_pattern(struct ignore *ignore, struct ignore_pattern *pattern)
{
	pattern->now = ARENA_NEW_N(ignore->arena, pattern->ntokens + 1, bool);
	pattern->then = ARENA_NEW_N(ignore->arena, pattern->ntokens + 1, bool);
	ARENA_PUSH(ignore->arena, ignore->patterns, ignore->npatterns, *pattern);
}

/* Go's filepath.Clean, and no slash in front: in place. */
static void clean(char *path)
{
	char *out = path, *p = path;

	while (*p) {
		size_t len = strcspn(p, "/");
		bool up = len == 2 && p[0] == '.' && p[1] == '.';
		char *last = out;

		while (last > path && last[-1] != '/')
			last--;
		if (up && out > path &&
			!(out - last == 2 && last[0] == '.' && last[1] == '.')) {
			out = last > path ? last - 1 : path;
		} else if (len && !(len == 1 && *p == '.')) {
			if (out > path)
				*out++ = '/';
			memmove(out, p, len);
			out += len;
		}
		p += len + (p[len] == '/');
	}
	*out = '\0';
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r\v\f");
	len = strlen(text);
	while (len && strchr(" \t\r\v\f", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static bool read_line(struct ignore *ignore, char *line, struct err *err)
{
	struct ignore_pattern pattern = {0};
	const char *p;

	if (*line == '#')
		return true;
	line = trim(line);
	pattern.keeps = *line == '!';
	line = trim(line + pattern.keeps);
	if (!*line)
		return !pattern.keeps ||
			err_set(err, ERR_INPUT, "a lone \"!\" takes nothing back");
	clean(line);
	for (p = line; p && *p;)
		p = read_token(ignore, &pattern, p);
	if (!p)
		return err_set(err, ERR_INPUT, "not a pattern: \"%s\"", line);
	add_pattern(ignore, &pattern);
	return true;
}

bool ignore_parse(struct ignore *ignore, const char *name, const char *text, size_t len,
	struct err *err)
{
	const char *end = text + len;
	unsigned number = 1;

	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	for (; text < end; number++) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((eol ? eol : end) - text);

		if (n > IGNORE_PATTERN_MAX_BYTES)
			return err_set(err, ERR_INPUT,
				"%s:%u: a line of more than %zu bytes", name, number,
				IGNORE_PATTERN_MAX_BYTES);
		if (!read_line(ignore, arena_strndup(ignore->arena, text, n), err))
			return err_wrap(err, "%s:%u", name, number);
		text += n + 1;
	}
	return true;
}

/* Reaches place i, and those that can be reached from there by no byte at all. */
static void enter(const struct ignore_pattern *pattern, bool *set, size_t i)
{
	while (!set[i]) {
		set[i] = true;
		if (i == pattern->ntokens || pattern->tokens[i].kind < TOKEN_STAR)
			return;
		i++;
	}
}

static bool is_in_class(const struct token *token, uint32_t c)
{
	for (size_t i = 0; i < token->nranges; i++)
		if (c >= token->ranges[i].low && c <= token->ranges[i].high)
			return !token->negated;
	return token->negated;
}

/* Where c leads from place i. */
static void step(const struct ignore_pattern *pattern, size_t i, uint32_t c)
{
	const struct token *token = &pattern->tokens[i];

	switch (token->kind) {
	case TOKEN_CHAR:
		if (c == token->c)
			enter(pattern, pattern->then, i + 1);
		return;
	case TOKEN_ANY_CHAR:
		if (c != '/')
			enter(pattern, pattern->then, i + 1);
		return;
	case TOKEN_CLASS:
		if (is_in_class(token, c))
			enter(pattern, pattern->then, i + 1);
		return;
	case TOKEN_STAR:
		if (c != '/')
			enter(pattern, pattern->then, i);
		return;
	case TOKEN_ALL:
		enter(pattern, pattern->then, i);
		return;
	case TOKEN_DIRS:
		/* Not enter(): only a slash leads on from within. */
		pattern->then[i] = true;
		if (c == '/')
			enter(pattern, pattern->then, i + 1);
		return;
	}
}

/* One byte further in pattern->now. False: nothing can match any more. */
static bool advance(struct ignore_pattern *pattern, uint32_t c)
{
	bool *old = pattern->now;
	bool alive = false;

	memset(pattern->then, 0, pattern->ntokens + 1);
	for (size_t i = 0; i < pattern->ntokens; i++)
		if (old[i]) {
			step(pattern, i, c);
			alive = true;
		}
	pattern->now = pattern->then;
	pattern->then = old;
	return alive;
}

static void begin(struct ignore_pattern *pattern)
{
	memset(pattern->now, 0, pattern->ntokens + 1);
	enter(pattern, pattern->now, 0);
}

static bool accepts(const struct ignore_pattern *pattern)
{
	return pattern->now[pattern->ntokens];
}

/* The path itself, or one of its parents. */
static bool matches(struct ignore_pattern *pattern, const char *path)
{
	begin(pattern);
	while (*path) {
		if (*path == '/' && accepts(pattern))
			return true;
		if (!advance(pattern, next_char(&path)))
			return false;
	}
	return accepts(pattern);
}

bool ignore_excludes(const struct ignore *ignore, const char *path)
{
	bool excluded = false;

	for (size_t i = 0; i < ignore->npatterns; i++)
		if (ignore->patterns[i].keeps == excluded &&
			matches(&ignore->patterns[i], path))
			excluded = !excluded;
	return excluded;
}

static bool may_match_below(struct ignore_pattern *pattern, const char *dir)
{
	begin(pattern);
	while (*dir)
		if (!advance(pattern, next_char(&dir)))
			return false;
	advance(pattern, '/');
	return memchr(pattern->now, 1, pattern->ntokens + 1);
}

bool ignore_may_keep_below(const struct ignore *ignore, const char *dir)
{
	for (size_t i = 0; i < ignore->npatterns; i++)
		if (ignore->patterns[i].keeps &&
			may_match_below(&ignore->patterns[i], dir))
			return true;
	return false;
}

void ignore_keep(struct ignore *ignore, const char *path)
{
	struct ignore_pattern pattern = {.keeps = true};

	if (!ignore_excludes(ignore, path))
		return;
	while (*path)
		push_char(ignore, &pattern, next_char(&path));
	add_pattern(ignore, &pattern);
}
