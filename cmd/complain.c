/* SPDX-License-Identifier: Apache-2.0 */
/* Lays out errors and warnings, with the place in the source that they are about. */
#include "cmd/complain.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/origins.h"

#define SOURCE_LINE_MAX_BYTES 4096
#define SOURCE_MAX_COLUMNS 120 /* longer lines are cut around the caret */
#define SOURCE_MIN_COLUMNS 20
#define MARGIN "       | " /* before the caret; the line's number stands there too */
#define FOLDED_INDENT 4

#define RED "\033[31m"
#define YELLOW "\033[33m"
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

static void add_styled(struct str *str, bool color, const char *style, const char *text)
{
	if (color)
		str_printf(str, "%s%s" PLAIN, style, text);
	else
		str_add(str, text);
}

/* "/home/me/app/compose.yaml" in /home/me/app is "compose.yaml". */
static const char *short_path(const char *path, const char *cwd)
{
	size_t len = cwd ? strlen(cwd) : 0;

	if (len > 1 && !strncmp(path, cwd, len) && path[len] == '/')
		return path + len + 1;
	return path;
}

/* Reads one line without its end. */
static bool read_line(const char *path, unsigned line, char *out, size_t size)
{
	auto_file file = fopen(path, "re");

	while (file && fgets(out, (int)size, file)) {
		size_t len = strlen(out);
		bool whole = len && out[len - 1] == '\n';

		if (line == 1) {
			out[strcspn(out, "\r\n")] = '\0';
			return true;
		}
		line -= whole;
	}
	return false;
}

/* Is this a control character? C1 ones, U+0080 to U+009F, are two bytes long, and some terminals take the second
 * one alone for the same. */
static bool is_control(const char *text)
{
	unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];

	return (c < 0x20 && c != '\t') || c == 0x7f ||
		(c == 0xc2 && next >= 0x80 && next < 0xa0);
}

/* To the next character, or what is shown as one. */
static size_t step(const char *text)
{
	size_t n = utf8_length(text, strnlen(text, 4));

	return n ? n : 1;
}

/* What stands below the n bytes before the caret: tabs stay, all other characters are one blank wide. */
static void add_caret_blanks(struct str *str, const char *text, size_t n)
{
	for (const char *end = text + n; text < end && *text; text += step(text))
		str_add_c(str, *text == '\t' ? '\t' : ' ');
}

/* Control characters of a foreign file or engine, and bytes that are no UTF-8, never reach the terminal. Messages
 * have lines. */
static void add_clean(struct str *str, const char *text)
{
	while (*text) {
		bool shown = *text == '\n' ||
			(utf8_length(text, strnlen(text, 4)) && !is_control(text));
		size_t n = step(text);

		str_add_n(str, shown ? text : "?", shown ? n : 1);
		text += n;
	}
}

/* How many columns a part of clean text takes: each character is one wide here. */
static size_t width_of(const char *text, size_t n)
{
	size_t width = 0;

	for (size_t i = 0; i < n; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

/*
 * A terminal breaks lines in the middle of words; here they are broken between them. used columns of the first
 * line are taken.
 */
static void add_folded(
	struct str *str, const char *text, size_t used, const struct complain *how)
{
	while (*text) {
		size_t n = strcspn(text, " \n"), width = width_of(text, n);

		if (how->columns && used > FOLDED_INDENT && used + width > how->columns) {
			while (str->len && str->text[str->len - 1] == ' ')
				str->len--;
			str_printf(str, "\n%*s", FOLDED_INDENT, "");
			used = FOLDED_INDENT;
		}
		used = text[n] == '\n' ? 0 : used + width + 1;
		n += text[n] != '\0';
		str_add_n(str, text, n);
		text += n;
	}
}

/* What is shown of a line: all, or as much as there is room for, with the caret in the middle. */
static char *cut_source(char *text, size_t *before, const struct complain *how)
{
	size_t room = how->columns && how->columns < SOURCE_MAX_COLUMNS + strlen(MARGIN)
		? how->columns
		: SOURCE_MAX_COLUMNS + strlen(MARGIN);

	room = room < SOURCE_MIN_COLUMNS + strlen(MARGIN) ? SOURCE_MIN_COLUMNS
							  : room - strlen(MARGIN);
	if (*before > room / 2 && strlen(text) > room) {
		text += *before - room / 2;
		*before = room / 2;
	}
	while (((unsigned char)*text & 0xc0) == 0x80 && *before > 0) {
		text++;
		(*before)--;
	}
	if (strlen(text) > room) {
		while (room > 0 && ((unsigned char)text[room] & 0xc0) == 0x80)
			room--;
		text[room] = '\0';
	}
	return text;
}

void complain_source(
	struct str *str, const struct complain *how, const struct err_item *item)
{
	char text[SOURCE_LINE_MAX_BYTES], path[PATH_MAX];
	const char *shown;
	size_t before = item->pos.column ? item->pos.column - 1 : 0;

	if (!item->pos.file || !item->pos.line)
		return;
	origins_path(how->origins, item->pos.file, path, sizeof(path));
	if (!read_line(path, item->pos.line, text, sizeof(text)))
		return;
	if (before > strlen(text))
		before = strlen(text);
	shown = cut_source(text, &before, how);
	str_printf(str, "%6u | ", item->pos.line);
	add_clean(str, shown);
	if (item->pos.column) {
		str_add(str, "\n" MARGIN);
		add_caret_blanks(str, shown, before);
		add_styled(str, how->color, item->warning ? BOLD YELLOW : BOLD RED, "^");
	}
	str_add_c(str, '\n');
}

static void add_pos(struct str *str, const struct complain *how, const struct pos *pos)
{
	add_clean(str, short_path(pos->file, how->cwd));
	if (pos->line)
		str_printf(str, ":%u", pos->line);
	if (pos->line && pos->column)
		str_printf(str, ":%u", pos->column);
}

/* The columns that it takes. */
static size_t add_place(
	struct str *str, const struct complain *how, const struct pos *pos)
{
	auto_str place = {0};

	if (!pos->file)
		return 0;
	add_pos(&place, how, pos);
	str_add_c(&place, ':');
	add_styled(str, how->color, BOLD, str_text(&place));
	str_add_c(str, ' ');
	return width_of(str_text(&place), place.len) + 1;
}

static size_t add_label(struct str *str, const struct complain *how, bool warning)
{
	const char *label = warning ? "warning:" : "error:";

	if (!warning && !how->color)
		return 0;
	add_styled(str, how->color, warning ? YELLOW : BOLD RED, label);
	str_add_c(str, ' ');
	return strlen(label) + 1;
}

/* How its file was come to, from place to place. */
static void add_chain(
	struct str *str, const struct complain *how, const struct err_file *file)
{
	for (; file && file->how; file = file->up) {
		auto_str text = {0};

		str_printf(&text, "       = %s ", file->how);
		add_pos(&text, how, &file->by);
		add_styled(str, how->color, DIM, str_text(&text));
		str_add_c(str, '\n');
	}
}

void complain(struct str *str, const struct complain *how, const struct err_item *item)
{
	auto_str text = {0};
	size_t used = add_place(str, how, &item->pos);

	used += add_label(str, how, item->warning);
	add_clean(&text, item->text);
	add_folded(str, str_text(&text), used, how);
	str_add_c(str, '\n');
	if (!item->warning)
		complain_source(str, how, item);
	add_chain(str, how, item->file);
}
