/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/buildkit.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "engine-client/base64.h"
#include "engine-client/wire.h"

/* Of each kind in one record: a hostile one could hold millions in few bytes. */
#define ITEMS_MAX ((size_t)1 << 16)

static const char *text_of(struct arena *arena, const struct wire_field *field)
{
	return field->len ? arena_strndup(arena, field->data, field->len) : NULL;
}

static const char *name_of(struct arena *arena, const struct wire_field *field)
{
	return arena_strndup(arena, field->data, field->len);
}

/* google.protobuf.Timestamp */
static int64_t time_of(const struct wire_field *field, bool *broken)
{
	struct wire wire = wire_of(field);
	struct wire_field part;
	uint64_t ms = 0;

	while (wire_next(&wire, &part)) {
		if (part.number == 1)
			ms += part.value * 1000;
		else if (part.number == 2)
			ms += part.value / 1000000;
	}
	*broken |= wire.broken;
	return (int64_t)ms;
}

static struct buildkit_vertex read_vertex(
	struct arena *arena, const struct wire_field *from, bool *broken)
{
	struct buildkit_vertex vertex = {.digest = "", .name = ""};
	struct wire wire = wire_of(from);
	struct wire_field field;

	while (wire_next(&wire, &field)) {
		switch (field.number) {
		case 1:
			vertex.digest = name_of(arena, &field);
			break;
		case 3:
			vertex.name = name_of(arena, &field);
			break;
		case 4:
			vertex.cached = field.value;
			break;
		case 5:
			vertex.started_ms = time_of(&field, broken);
			break;
		case 6:
			vertex.completed_ms = time_of(&field, broken);
			break;
		case 7:
			vertex.error = text_of(arena, &field);
			break;
		}
	}
	*broken |= wire.broken;
	return vertex;
}

static struct buildkit_progress read_progress(
	struct arena *arena, const struct wire_field *from, bool *broken)
{
	struct buildkit_progress progress = {.vertex = "", .id = ""};
	struct wire wire = wire_of(from);
	struct wire_field field;

	while (wire_next(&wire, &field)) {
		switch (field.number) {
		case 1:
			progress.id = name_of(arena, &field);
			break;
		case 2:
			progress.vertex = name_of(arena, &field);
			break;
		case 4:
			progress.current = (int64_t)field.value;
			break;
		case 5:
			progress.total = (int64_t)field.value;
			break;
		case 7:
			progress.started_ms = time_of(&field, broken);
			break;
		case 8:
			progress.completed_ms = time_of(&field, broken);
			break;
		}
	}
	*broken |= wire.broken;
	return progress;
}

static struct buildkit_log read_log(
	struct arena *arena, const struct wire_field *from, bool *broken)
{
	struct buildkit_log log = {.vertex = "", .fd = 1, .data = ""};
	struct wire wire = wire_of(from);
	struct wire_field field;

	while (wire_next(&wire, &field)) {
		if (field.number == 1)
			log.vertex = name_of(arena, &field);
		if (field.number == 3)
			log.fd = field.value == 2 ? 2 : 1;
		if (field.number == 4) {
			log.data = name_of(arena, &field);
			log.len = field.len;
		}
	}
	*broken |= wire.broken;
	return log;
}

static struct buildkit_warning read_warning(
	struct arena *arena, const struct wire_field *from, bool *broken)
{
	struct buildkit_warning warning = {.vertex = "", .text = ""};
	struct wire wire = wire_of(from);
	struct wire_field field;

	while (wire_next(&wire, &field)) {
		if (field.number == 1)
			warning.vertex = name_of(arena, &field);
		if (field.number == 3)
			warning.text = name_of(arena, &field);
		if (field.number == 5)
			warning.url = text_of(arena, &field);
	}
	*broken |= wire.broken;
	return warning;
}

static void read_item(struct arena *arena, const struct wire_field *field,
	struct buildkit_update *out, bool *broken)
{
	switch (field->number) {
	case 1:
		ARENA_PUSH(arena, out->vertexes, out->nvertexes,
			read_vertex(arena, field, broken));
		break;
	case 2:
		ARENA_PUSH(arena, out->progress, out->nprogress,
			read_progress(arena, field, broken));
		break;
	case 3:
		ARENA_PUSH(arena, out->logs, out->nlogs, read_log(arena, field, broken));
		break;
	case 4:
		ARENA_PUSH(arena, out->warnings, out->nwarnings,
			read_warning(arena, field, broken));
		break;
	}
}

bool buildkit_is_trace(const struct node *record)
{
	return text_eq(node_get_text(record, "id"), "moby.buildkit.trace");
}

bool buildkit_decode(struct arena *arena, const struct node *record,
	struct buildkit_update *out, struct err *err)
{
	const char *aux = node_get_text(record, "aux");
	struct wire_field whole = {0}, field;
	struct wire wire;
	bool broken = false;
	size_t nitems = 0;

	*out = (struct buildkit_update){0};
	whole.data = aux ? base64_decode(arena, aux, strlen(aux), &whole.len) : NULL;
	if (!whole.data)
		return err_set(err, ERR_CONNECTION,
			"a progress record of BuildKit is not base64");
	wire = wire_of(&whole);
	while (wire_next(&wire, &field) && nitems++ < ITEMS_MAX)
		read_item(arena, &field, out, &broken);
	if (broken || wire.broken || nitems > ITEMS_MAX)
		return err_set(
			err, ERR_CONNECTION, "a progress record of BuildKit is broken");
	return true;
}

const char *build_image_id(const struct node *record)
{
	return node_get_text(node_get(record, "aux"), "ID");
}
