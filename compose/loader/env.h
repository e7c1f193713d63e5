/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables in layers: the shell's over those of .env files over those of an include's.
 *
 * A layer answers from the one above it first, so what is set there cannot be changed
 * below, only its gaps be filled. Values know where they were written.
 */
#pragma once

#include "base/map.h"
#include "base/texts.h"

struct arena;

struct env {
	const struct env *above; /* asked first; NULL: none. Outlives this one. */
	struct map own;          /* name to struct pair */
};

void env_init(struct env *env, struct arena *arena, const struct env *above);

/* Sets or replaces in this layer; name and value are borrowed. */
void env_set(struct env *env, const char *name, const char *value, struct pos pos);
void env_add(struct env *env,
	const struct pairs *pairs); /* those without a value are left out */

/* NULL: not set. */
const char *env_get(const struct env *env, const char *name);
const struct pair *env_find(const struct env *env, const char *name);

/* Adds every value that was given to a name, the one that counts first. */
void env_trace(
	struct arena *arena, const struct env *env, const char *name, struct pairs *out);

/*
 * ` Did you mean "DATABASE_URL"?` for a name that is not set and near to one that is, else "": the end of a
 * sentence that says so.
 */
const char *env_hint(struct arena *arena, const struct env *env, const char *name);

/* All layers as one, sorted by name; the arena owns the array, the layers the text. */
struct pairs env_pairs(struct arena *arena, const struct env *env);
