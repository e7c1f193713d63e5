/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of variables. */
#include "compose/loader/env.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/nearest.h"

void env_init(struct env *env, struct arena *arena, const struct env *above)
{
	env->above = above;
	map_init(&env->own, arena);
}

void env_set(struct env *env, const char *name, const char *value, struct pos pos)
{
	struct pair *pair = ARENA_NEW(env->own.arena, struct pair);

	*pair = (struct pair){.key = name, .value = value, .pos = pos};
	pair->over = map_get(&env->own, name);
	map_put(&env->own, name, pair);
}

void env_add(struct env *env, const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (pairs->items[i].value)
			env_set(env, pairs->items[i].key, pairs->items[i].value,
				pairs->items[i].pos);
}

const struct pair *env_find(const struct env *env, const char *name)
{
	const struct pair *pair = env->above ? env_find(env->above, name) : NULL;

	return pair ? pair : map_get(&env->own, name);
}

const char *env_get(const struct env *env, const char *name)
{
	const struct pair *pair = env_find(env, name);

	return pair ? pair->value : NULL;
}

const char *env_hint(struct arena *arena, const struct env *env, const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (const struct env *layer = env; layer; layer = layer->above)
		for (size_t i = 0; i < layer->own.nentries; i++)
			nearest_offer(&nearest, layer->own.entries[i].key);
	return nearest.best ? arena_printf(arena, " Did you mean \"%s\"?", nearest.best)
			    : "";
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

struct pairs env_pairs(struct arena *arena, const struct env *env)
{
	struct pairs pairs = {.set = true};

	for (const struct env *layer = env; layer; layer = layer->above) {
		for (size_t i = 0; i < layer->own.nentries; i++) {
			const struct pair *pair = layer->own.entries[i].value;

			if (!layer->above || !env_find(layer->above, pair->key))
				ARENA_PUSH(arena, pairs.items, pairs.n, *pair);
		}
	}
	if (pairs.n)
		qsort(pairs.items, pairs.n, sizeof(*pairs.items), by_key);
	return pairs;
}

void env_trace(
	struct arena *arena, const struct env *env, const char *name, struct pairs *out)
{
	if (env->above)
		env_trace(arena, env->above, name, out);
	for (const struct pair *pair = map_get(&env->own, name); pair; pair = pair->over)
		ARENA_PUSH(arena, out->items, out->n, *pair);
}
