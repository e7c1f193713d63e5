/* SPDX-License-Identifier: Apache-2.0 */
/* BuildKit tells of a step several times; a name is told when it begins and when it ends,
 * and lines with it. */
#include "compose/scheduler/build-progress.h"

#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "engine-client/buildkit.h"

enum { MS_PER_S = 1000, DETAIL_BYTES = 64 };

struct build_vertex {
	const char *name;
	bool begun; /* told */
	bool ended; /* told */
};

void build_progress_init(struct build_progress *progress,
	void (*tell)(void *ctx, const struct build_step *step), void *ctx)
{
	*progress = (struct build_progress){.tell = tell, .ctx = ctx};
	map_init(&progress->vertexes, &progress->arena);
}

void build_progress_finish(struct build_progress *progress)
{
	str_finish(&progress->output);
	arena_finish(&progress->arena);
}

static void tell(
	const struct build_progress *progress, const char *part, const char *detail)
{
	struct build_step step = {part, detail};

	progress->tell(progress->ctx, &step);
}

/* Keeps the end of the output, between one and two times as much as is shown. */
static void keep_output(struct build_progress *progress, const char *data, size_t len)
{
	auto_str rest = {0};

	str_add_n(&progress->output, data, len);
	if (progress->output.len < 2 * BUILD_OUTPUT_BYTES)
		return;
	str_add(&rest, progress->output.text + progress->output.len - BUILD_OUTPUT_BYTES);
	str_clear(&progress->output);
	str_add_n(&progress->output, str_text(&rest), rest.len);
}

/* Each line of data by itself, without its end. */
static void tell_lines(
	struct build_progress *progress, const char *part, const char *data, size_t len)
{
	const char *end = data + len;

	keep_output(progress, data, len);
	while (data < end) {
		const char *newline = memchr(data, '\n', (size_t)(end - data));
		size_t line_len = (size_t)((newline ? newline : end) - data);
		auto_str line = {0};

		str_add_n(&line, data, line_len);
		while (line.len > 0 && line.text[line.len - 1] == '\r')
			line.text[--line.len] = '\0';
		if (line.len > 0)
			tell(progress, part, line.text);
		data += line_len + 1;
	}
}

static void tell_end(
	struct build_progress *progress, const struct buildkit_vertex *vertex)
{
	char detail[DETAIL_BYTES];
	int64_t ms = vertex->completed_ms - vertex->started_ms;

	if (vertex->error)
		snprintf(detail, sizeof(detail), "ERROR");
	else if (vertex->cached)
		snprintf(detail, sizeof(detail), "CACHED");
	else
		snprintf(detail, sizeof(detail), "DONE %.1fs", (double)ms / MS_PER_S);
	tell(progress, vertex->name, detail);
}

static struct build_vertex *vertex_of(
	struct build_progress *progress, const struct buildkit_vertex *vertex)
{
	struct build_vertex *known = map_get(&progress->vertexes, vertex->digest);

	if (known)
		return known;
	known = ARENA_NEW(&progress->arena, struct build_vertex);
	known->name = arena_strdup(&progress->arena, vertex->name);
	map_put(&progress->vertexes, arena_strdup(&progress->arena, vertex->digest),
		known);
	return known;
}

static void take_vertex(
	struct build_progress *progress, const struct buildkit_vertex *vertex)
{
	struct build_vertex *known = vertex_of(progress, vertex);

	if (vertex->completed_ms && !known->ended)
		tell_end(progress, vertex);
	else if (vertex->started_ms && !known->begun && !vertex->completed_ms)
		tell(progress, vertex->name, "");
	known->begun = known->begun || vertex->started_ms;
	known->ended = known->ended || vertex->completed_ms;
}

static const char *name_of(const struct build_progress *progress, const char *digest)
{
	const struct build_vertex *known =
		digest ? map_get(&progress->vertexes, digest) : NULL;

	return known ? known->name : NULL;
}

static void take_trace(struct build_progress *progress, const struct node *record)
{
	struct arena arena = {0};
	struct buildkit_update update = {0};
	struct err err = {0};

	if (buildkit_decode(&arena, record, &update, &err)) {
		for (size_t i = 0; i < update.nvertexes; i++)
			take_vertex(progress, &update.vertexes[i]);
		for (size_t i = 0; i < update.nlogs; i++)
			tell_lines(progress, name_of(progress, update.logs[i].vertex),
				update.logs[i].data, update.logs[i].len);
		for (size_t i = 0; i < update.nwarnings; i++)
			tell(progress, name_of(progress, update.warnings[i].vertex),
				update.warnings[i].text);
	}
	arena_finish(&arena);
}

void build_progress_take(struct build_progress *progress, const struct node *record)
{
	const char *stream = node_get_text(record, "stream"),
		   *id = build_image_id(record);

	if (id)
		progress->image_id = arena_strdup(&progress->arena, id);
	if (buildkit_is_trace(record))
		take_trace(progress, record);
	else if (stream)
		tell_lines(progress, NULL, stream, strlen(stream));
}
