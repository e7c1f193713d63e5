/* SPDX-License-Identifier: Apache-2.0 */
/* Files as text: checked once when they are read, so that whoever scans them meets only
 * characters. */
#include "compose/loader/source.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/loader/load.h"

static void index_lines(struct arena *arena, struct source *source)
{
	const char *end = source->text + source->len;

	ARENA_PUSH(arena, source->lines, source->nlines, 0);
	for (const char *p = source->text; p < end; p++) {
		if (*p != '\n' && !(*p == '\r' && p + 1 < end && p[1] != '\n'))
			continue;
		ARENA_PUSH(arena, source->lines, source->nlines,
			(unsigned)(p + 1 - source->text));
	}
}

static bool control_error(const struct source *source, size_t at, struct err *err)
{
	struct pos pos = source_at(source, at);
	unsigned char c = (unsigned char)source->text[at];

	if (at < 4 && (c == 0 || c == 0xff || c == 0xfe))
		return err_at(err, pos,
			"not UTF-8: the file looks like UTF-16 or UTF-32; save it as "
			"UTF-8");
	if (c >= 0x80)
		return err_at(
			err, pos, "not UTF-8: byte 0x%02x; save the file as UTF-8", c);
	return err_at(err, pos,
		"not a text file: byte 0x%02x; a Compose file is YAML in UTF-8%s", c,
		c == 0 ? "" : ", in double quotes such a character is written \\xNN");
}

static bool check_text(struct source *source, struct err *err)
{
	const unsigned char *text = (const unsigned char *)source->text;

	source->ascii = true;
	for (size_t i = 0; i < source->len;) {
		size_t n = 1;

		if (text[i] >= 0x80) {
			source->ascii = false;
			n = utf8_length(source->text + i, source->len - i);
		} else if ((text[i] < 0x20 && !strchr("\t\n\r", text[i])) || !text[i] ||
			text[i] == 0x7f) {
			n = 0;
		}
		if (!n)
			return control_error(source, i, err);
		i += n;
	}
	return true;
}

struct source *source_new(struct arena *arena, const char *path, const char *name,
	const char *text, size_t len, struct err *err)
{
	struct source *source = ARENA_NEW(arena, struct source);

	*source = (struct source){.path = path, .name = name, .text = text, .len = len};
	index_lines(arena, source);
	return check_text(source, err) ? source : NULL;
}

struct source *source_read(struct arena *arena, const struct files *files,
	const char *path, const char *name, struct err *err)
{
	struct pos pos = {.file = name};
	const char *text;
	size_t len;

	if (!files->read(files->ctx, arena, path, SOURCE_MAX_BYTES, &text, &len, err)) {
		if (err->status == EFBIG)
			err_at(err, pos, "larger than %zu MiB, which no Compose file is",
				SOURCE_MAX_BYTES >> 20);
		return NULL;
	}
	return source_new(arena, path, name, text, len, err);
}

const char *source_line(const struct source *source, size_t line, size_t *out_len)
{
	size_t start, end;

	*out_len = 0;
	if (line == 0 || line > source->nlines)
		return "";
	start = source->lines[line - 1];
	end = line < source->nlines ? source->lines[line] : source->len;
	while (end > start && strchr("\r\n", source->text[end - 1]))
		end--;
	*out_len = end - start;
	return source->text + start;
}

struct pos source_pos(const struct source *source, size_t line, size_t column)
{
	struct pos pos = {.file = source->name, .line = (unsigned)line + 1};
	size_t bytes = column;

	if (!source->ascii) {
		size_t len;
		const char *text = source_line(source, line + 1, &len);

		for (bytes = 0; column && bytes < len; column--)
			do
				bytes++;
			while (bytes < len &&
				((unsigned char)text[bytes] & 0xc0) == 0x80);
		bytes += column;
	}
	pos.column = (unsigned)bytes + 1;
	return pos;
}

size_t source_offset(const struct source *source, struct pos pos)
{
	size_t at = pos.line && pos.line <= source->nlines ? source->lines[pos.line - 1]
							   : source->len;

	at += pos.column ? pos.column - 1 : 0;
	return at < source->len ? at : source->len;
}

struct pos source_at(const struct source *source, size_t offset)
{
	size_t low = 0, high = source->nlines;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (source->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return (struct pos){.file = source->name,
		.line = (unsigned)low + 1,
		.column = (unsigned)(offset - source->lines[low]) + 1};
}
