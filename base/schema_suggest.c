/* SPDX-License-Identifier: Apache-2.0 */
/* Guesses by spelling first, then by place: the shallowest section that has the key. */
#include "base/schema_suggest.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/schema.h"
#include "base/str.h"

enum { DEPTH_MAX = 5 }; /* of sections below the root that are searched */

const char *suggest_spelling(const struct section *section, const char *key)
{
	unsigned best = (unsigned)strlen(key) / 3 + 1;
	const char *nearest = NULL;

	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		unsigned distance = text_distance(key, field->name, best);

		if (distance < best) {
			best = distance;
			nearest = field->name;
		}
	}
	return nearest;
}

/* How a path goes on below a field: lists and mappings have items between. */
static const char *path_below(
	struct arena *arena, const char *path, const struct field *field)
{
	const char *dot = *path ? "." : "";
	const char *item = field->type == TYPE_MAP ? ".NAME"
		: field->type == TYPE_LIST         ? "[]"
						   : "";

	return arena_printf(arena, "%s%s%s%s", path, dot, field->name, item);
}

/* The path to a section at exactly this depth that has the key; NULL: none. */
static const char *find_at_depth(struct arena *arena, const struct section *section,
	const char *path, const char *key, int depth)
{
	if (depth == 0)
		return section_field(section, key) ? path : NULL;
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		const char *found;

		if (!field->section)
			continue;
		found = find_at_depth(arena, field->section,
			path_below(arena, path, field), key, depth - 1);
		if (found)
			return found;
	}
	return NULL;
}

static const char *suggest_place(
	struct arena *arena, const struct section *root, const char *key)
{
	for (int depth = 0; depth <= DEPTH_MAX; depth++) {
		const char *path = find_at_depth(arena, root, "", key, depth);

		if (path && !*path)
			return arena_printf(arena,
				"it belongs at the top level, without indentation");
		if (path)
			return arena_printf(arena, "it belongs in %s", path);
	}
	return NULL;
}

const char *suggest_key(struct arena *arena, const struct section *root,
	const struct section *section, const char *key)
{
	const char *near = suggest_spelling(section, key);
	const char *place = suggest_place(arena, root, key);

	if (place)
		return place;
	return near ? arena_printf(arena, "did you mean \"%s\"?", near) : NULL;
}
