/* SPDX-License-Identifier: Apache-2.0 */
/* Breadth first, so that a section is named after the place where people look for it. */
#include "base/schema_walk.h"

#include "base/arena.h"
#include "base/schema.h"
#include "base/str.h"

const struct section_entry *section_entry_of(
	const struct section_entries *entries, const struct section *section)
{
	for (size_t i = 0; i < entries->n; i++)
		if (entries->items[i].section == section)
			return &entries->items[i];
	return NULL;
}

/* It stands in references, where a blank may not. */
static const char *unique_name(
	struct arena *arena, const struct section_entries *entries, const char *name)
{
	char *text;
	size_t same = 1;

	for (size_t i = 0; i < entries->n; i++)
		same += text_eq(entries->items[i].section->name, name);
	text = same == 1 ? arena_strdup(arena, name)
			 : arena_printf(arena, "%s %zu", name, same);
	for (char *p = text; *p; p++)
		if (*p == ' ')
			*p = '-';
	return text;
}

static const char *path_below(
	struct arena *arena, const char *path, const struct field *field)
{
	const char *item = field->type == TYPE_MAP ? ".NAME"
		: field->type == TYPE_LIST         ? "[]"
						   : "";

	return arena_printf(arena, "%s%s%s%s", path, *path ? "." : "", field->name, item);
}

static void meet(struct arena *arena, struct section_entries *entries,
	const struct section *section, const char *path)
{
	struct section_entry entry = {.section = section, .path = path};

	entry.name = unique_name(arena, entries, section->name);
	ARENA_PUSH(arena, entries->items, entries->n, entry);
}

void schema_walk(
	struct arena *arena, const struct section *root, struct section_entries *out)
{
	*out = (struct section_entries){0};
	meet(arena, out, root, "");
	for (size_t i = 0; i < out->n; i++) {
		const struct section_entry entry = out->items[i];

		for (const struct field *field = entry.section->fields;
			field->type != TYPE_END; field++)
			if (field->section && !section_entry_of(out, field->section))
				meet(arena, out, field->section,
					path_below(arena, entry.path, field));
	}
}
