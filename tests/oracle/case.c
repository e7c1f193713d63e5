/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/oracle/case.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

const char *case_part(const struct golden_case *c, const char *title)
{
	for (size_t i = 0; i < c->nparts; i++)
		if (text_eq(c->parts[i].title, title))
			return c->parts[i].text;
	return NULL;
}

const char *flags_of(const char *title, const char *kind)
{
	size_t len = strlen(kind);

	if (!text_starts(title, kind) || (title[len] && title[len] != ' '))
		return NULL;
	return title[len] ? title + len + 1 : "";
}

static bool is_answer(const char *title)
{
	return text_starts(title, "expect") || text_starts(title, "fails") ||
		text_starts(title, "davit") || text_starts(title, "differs: ");
}

bool part_is_file(const struct part *part)
{
	return !is_answer(part->title) && !text_eq(part->title, "args") &&
		!text_eq(part->title, "env") && !text_eq(part->title, "also") &&
		!text_eq(part->title, "strict");
}

static bool is_title(const char *line)
{
	return text_starts(line, "== ") || text_starts(line, "-- ");
}

/* The next line that is a title, or the end. */
static const char *next_title(const char *at)
{
	while (*at && !is_title(at)) {
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return at;
}

static void add_part(struct golden_case *c, const char *title, const char *text)
{
	const struct part part = {title, text};

	ARENA_PUSH(c->arena, c->parts, c->nparts, part);
	c->differs = c->differs || text_starts(title, "differs: ");
}

static void split_cases(struct arena *arena, const char *text, struct golden_cases *out)
{
	for (const char *at = next_title(text), *end; *at; at = end) {
		size_t len = strcspn(at, "\n");
		const char *title = arena_strndup(arena, at + 3, len - 3);
		const char *body = at[len] ? at + len + 1 : at + len;

		end = next_title(body);
		if (*at == '=') {
			const struct golden_case c = {.arena = arena, .name = title};

			ARENA_PUSH(arena, out->items, out->n, c);
		} else if (out->n > 0) {
			add_part(&out->items[out->n - 1], title,
				arena_strndup(arena, body, (size_t)(end - body)));
		}
	}
}

bool cases_read(struct arena *arena, const char *path, struct golden_cases *out)
{
	auto_file file = fopen(path, "re");
	auto_str text = {0};
	char room[8192];
	size_t n;

	if (!file)
		return false;
	while ((n = fread(room, 1, sizeof(room), file)) > 0)
		str_add_n(&text, room, n);
	if (ferror(file))
		return false;
	split_cases(arena, str_text(&text), out);
	return true;
}
