/* SPDX-License-Identifier: Apache-2.0 */
/* Lays out errors and warnings, with the place in the source that they are about. */
#include "cmd/complain.h"

#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

#define SOURCE_LINE_MAX_BYTES 4096
#define SOURCE_MAX_COLUMNS 120 /* longer lines are cut around the caret */

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

/* How many bytes of text are one character of UTF-8; 0: none. */
static size_t utf8_length(const char *text)
{
	unsigned char c = (unsigned char)*text;
	size_t n = c < 0x80 ? 1
		: c < 0xc2  ? 0
		: c < 0xe0  ? 2
		: c < 0xf0  ? 3
		: c < 0xf5  ? 4
			    : 0;

	for (size_t i = 1; i < n; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* To the next character, or what is shown as one. */
static size_t step(const char *text)
{
	size_t n = utf8_length(text);

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
		bool shown = *text == '\n' || (utf8_length(text) && !is_control(text));
		size_t n = step(text);

		str_add_n(str, shown ? text : "?", shown ? n : 1);
		text += n;
	}
}

void complain_source(
	struct str *str, const struct complain *how, const struct err_item *item)
{
	char text[SOURCE_LINE_MAX_BYTES];
	const char *shown = text;
	size_t before = item->pos.column ? item->pos.column - 1 : 0;

	if (!item->pos.file || !item->pos.line ||
		!read_line(item->pos.file, item->pos.line, text, sizeof(text)))
		return;
	if (before > strlen(text))
		before = strlen(text);
	if (before > SOURCE_MAX_COLUMNS / 2) {
		shown += before - SOURCE_MAX_COLUMNS / 2;
		before = SOURCE_MAX_COLUMNS / 2;
	}
	if (strlen(shown) > SOURCE_MAX_COLUMNS)
		text[shown - text + SOURCE_MAX_COLUMNS] = '\0';
	str_printf(str, "%6u | ", item->pos.line);
	add_clean(str, shown);
	if (item->pos.column) {
		str_add(str, "\n       | ");
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

static void add_place(struct str *str, const struct complain *how, const struct pos *pos)
{
	auto_str place = {0};

	if (!pos->file)
		return;
	add_pos(&place, how, pos);
	str_add_c(&place, ':');
	add_styled(str, how->color, BOLD, str_text(&place));
	str_add_c(str, ' ');
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
	add_place(str, how, &item->pos);
	if (item->warning) {
		add_styled(str, how->color, YELLOW, "warning:");
		str_add_c(str, ' ');
	} else if (how->color) {
		add_styled(str, true, BOLD RED, "error:");
		str_add_c(str, ' ');
	}
	add_clean(str, item->text);
	str_add_c(str, '\n');
	if (item->warning)
		return;
	complain_source(str, how, item);
	add_chain(str, how, item->file);
}
