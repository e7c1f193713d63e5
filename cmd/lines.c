/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixed lines of containers' output, as docker compose lays them out. */
#include "cmd/lines.h"

#include <string.h>

/* In the order in which containers get them (compose.md 4.8). */
static const char *const colors[] = {
	"36",
	"33",
	"32",
	"35",
	"34",
	"36;1",
	"33;1",
	"32;1",
	"35;1",
	"34;1",
};

enum { NCOLORS = sizeof(colors) / sizeof(*colors) };

void line_source_init(struct line_source *source, struct lines *lines, const char *name)
{
	*source = (struct line_source){
		.lines = lines, .name = name, .color = lines->nsources++ % NCOLORS};
	for (int i = 0; i < 2; i++)
		str_init(&source->partial[i], LINES_MAX_BYTES);
	if (strlen(name) > lines->width)
		lines->width = strlen(name);
}

void line_source_finish(struct line_source *source)
{
	for (int i = 0; i < 2; i++)
		str_finish(&source->partial[i]);
}

const char *line_name(const char *name, const char *project)
{
	size_t len = strlen(project);

	if (strncmp(name, project, len) == 0 && (name[len] == '-' || name[len] == '_') &&
		name[len + 1])
		return name + len + 1;
	return name;
}

static void add_color(const struct line_source *source, struct str *out)
{
	if (source->lines->color)
		str_printf(out, "\033[%sm", colors[source->color]);
}

static void end_color(const struct line_source *source, struct str *out)
{
	if (source->lines->color)
		str_add(out, "\033[0m");
}

static void add_line(const struct line_source *source, const struct str *line,
	const char *stamp, struct str *out)
{
	if (!source->lines->no_prefix) {
		add_color(source, out);
		str_printf(out, "%-*s | ", (int)source->lines->width + 1, source->name);
		end_color(source, out);
	}
	if (stamp)
		str_printf(out, "%s ", stamp);
	str_add_n(out, str_text(line), line->len);
	str_add_c(out, '\n');
}

void line_source_feed(struct line_source *source, int fd, const char *data, size_t len,
	const char *stamp, struct str *out)
{
	struct str *partial = &source->partial[fd == 2];

	while (len) {
		size_t room = LINES_MAX_BYTES - partial->len;
		const char *newline = memchr(data, '\n', len < room ? len : room);
		size_t part = newline ? (size_t)(newline - data)
			: len < room  ? len
				      : room;

		str_add_n(partial, data, part);
		if (newline || partial->len == LINES_MAX_BYTES) {
			add_line(source, partial, stamp, out);
			str_clear(partial);
		}
		part += newline != NULL;
		data += part;
		len -= part;
	}
}

void line_source_end(
	struct line_source *source, int fd, const char *stamp, struct str *out)
{
	struct str *partial = &source->partial[fd == 2];

	if (partial->len)
		add_line(source, partial, stamp, out);
	str_clear(partial);
}

void line_source_tell(const struct line_source *source, const char *what, struct str *out)
{
	add_color(source, out);
	str_printf(out, "%s %s", source->name, what);
	end_color(source, out);
	str_add_c(out, '\n');
}
