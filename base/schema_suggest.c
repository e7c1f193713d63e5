/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guesses: an entry that stands beside its mapping; a key of a section around it; one that is a letter off; a key
 * of another section, which is looked for in all tables; then what is spelt less alike.
 */
#include "base/schema_suggest.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/nearest.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "base/trail.h"

enum {
	DEPTH_MAX = 5,  /* of sections below another that are searched */
	PLACES_MAX = 3, /* that are told */
	WORD_MIN = 3,   /* letters that are the beginning of a longer key */
};

static void offer_keys(struct nearest *nearest, const struct section *section)
{
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++)
		nearest_offer(nearest, field->name);
}

const char *suggest_spelling(const struct section *section, const char *key)
{
	struct nearest nearest;

	nearest_init(&nearest, key);
	offer_keys(&nearest, section);
	return nearest.best;
}

/* Where a trail leads: a section, or the entries of a field of one. */
struct spot {
	const struct section *section;
	const struct field *entries;
};

static bool has_entries(const struct field *field)
{
	return field->type == TYPE_MAP || field->type == TYPE_LIST;
}

static struct spot spot_at(const struct section *root, const struct trail *trail)
{
	const struct field *field;
	struct spot up;

	if (!trail)
		return (struct spot){.section = root};
	up = spot_at(root, trail->up);
	if (up.entries)
		return (struct spot){.section = up.entries->section};
	field = up.section && trail->key ? section_field(up.section, trail->key) : NULL;
	if (field && has_entries(field))
		return (struct spot){.entries = field};
	return (struct spot){.section = field ? field->section : NULL};
}

/* Paths of sections that have a key. */
struct places {
	struct arena *arena;
	const char *key;
	const char *paths[PLACES_MAX];
	size_t n;
};

static void add_place(struct places *places, const char *path)
{
	for (size_t i = 0; i < places->n; i++)
		if (text_eq(places->paths[i], path))
			return;
	if (places->n < PLACES_MAX)
		places->paths[places->n++] = path;
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

static void find_at_depth(
	struct places *places, const struct section *section, const char *path, int depth)
{
	if (depth == 0) {
		if (section_field(section, places->key))
			add_place(places, path);
		return;
	}
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++)
		if (field->section)
			find_at_depth(places, field->section,
				path_below(places->arena, path, field), depth - 1);
}

/* The sections below one that have the key and lie as deep as the first of them. */
static void find_below(
	struct places *places, const struct section *section, const char *path)
{
	size_t before = places->n;

	for (int depth = 1; depth <= DEPTH_MAX && places->n == before; depth++)
		find_at_depth(places, section, path, depth);
}

/* The nearest section around a place that has the key. */
static void find_around(
	struct places *places, const struct section *root, const struct trail *trail)
{
	while (trail && places->n == 0) {
		struct spot spot;

		trail = trail->up;
		spot = spot_at(root, trail);
		if (spot.section && section_field(spot.section, places->key))
			add_place(places, trail_text(places->arena, trail));
	}
}

static const char *places_text(const struct places *places)
{
	const char *text = "it belongs in ";

	if (!*places->paths[0])
		return "it belongs at the top level, without indentation";
	for (size_t i = 0; i < places->n; i++)
		text = arena_printf(places->arena, "%s%s%s", text,
			i == 0                       ? ""
				: i + 1 == places->n ? " or "
						     : ", ",
			places->paths[i]);
	return text;
}

/* Below the key's own section, or else below the nearest one around it; not from the root. */
static void find_near(
	struct places *places, const struct section *root, const struct trail *trail)
{
	for (; trail && places->n == 0; trail = trail->up) {
		const struct section *section = spot_at(root, trail).section;

		if (section)
			find_below(places, section, trail_text(places->arena, trail));
	}
}

/* As find_below, from the root down, but for the key that the trail went. */
static void find_elsewhere(
	struct places *places, const struct section *root, const struct trail *trail)
{
	size_t before = places->n;

	while (trail && trail->up)
		trail = trail->up;
	for (int depth = 0; depth < DEPTH_MAX && places->n == before; depth++)
		for (const struct field *field = root->fields; field->type != TYPE_END;
			field++)
			if (trail && field->section && !text_eq(field->name, trail->key))
				find_at_depth(places, field->section,
					path_below(places->arena, "", field), depth);
}

/* What is found around the key counts before what is elsewhere: the indentation is wrong. */
static void find_others(struct places *places, const struct section *root,
	const struct section *section, const struct trail *trail)
{
	bool around = places->n > 0;

	if (around || !trail)
		find_below(places, section, trail_text(places->arena, trail));
	else
		find_near(places, root, trail);
	if (!around)
		find_elsewhere(places, root, trail);
}

/* Could it be read as one of the section's mappings? */
static bool fits(const struct section *section, const struct node *node)
{
	for (size_t i = 0; i < node->npairs; i++)
		if (!section_field(section, node->pairs[i].key))
			return false;
	return true;
}

/* "web: {image: nginx}" at the top level is a service; what may be several things is none. */
static const char *suggest_entry(
	struct arena *arena, const struct section *section, const struct node *value)
{
	const struct field *found = NULL;

	if (value->kind != NODE_MAP || value->npairs == 0)
		return NULL;
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		if (field->type != TYPE_MAP || !fits(field->section, value))
			continue;
		if (found)
			return NULL;
		found = field;
	}
	if (!found)
		return NULL;
	return arena_printf(arena, "it looks like a %s: it belongs in %s, indented",
		found->section->name, found->name);
}

/* "env" is the beginning of env_file and environment. */
static const char *suggest_whole(
	struct arena *arena, const struct section *section, const char *key)
{
	const char *text = NULL;

	if (strlen(key) < WORD_MIN)
		return NULL;
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++) {
		if (!text_starts(field->name, key))
			continue;
		text = text ? arena_printf(arena, "%s or \"%s\"", text, field->name)
			    : arena_printf(arena, "did you mean \"%s\"", field->name);
	}
	return text ? arena_printf(arena, "%s?", text) : NULL;
}

const char *suggest_key(struct arena *arena, const struct section *root,
	const struct section *section, const struct trail *trail,
	const struct node_pair *pair)
{
	const char *hint = trail ? NULL : suggest_entry(arena, root, pair->value);
	struct places places = {.arena = arena, .key = pair->key};
	struct nearest nearest;

	if (hint)
		return hint;
	nearest_init(&nearest, pair->key);
	offer_keys(&nearest, section);
	find_around(&places, root, trail);
	if (!nearest.best || nearest.limit > 1)
		find_others(&places, root, section, trail);
	if (places.n)
		return places_text(&places);
	if (nearest.best)
		return arena_printf(arena, "did you mean \"%s\"?", nearest.best);
	return suggest_whole(arena, section, pair->key);
}
