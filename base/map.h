/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to pointer, in an arena; keys are borrowed and keep their order of insertion.
 *
 * Lookup is by hash with a per-process seed, so foreign keys cannot make it slow on purpose.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct map_entry {
	const char *key; /* borrowed */
	void *value;
	unsigned hash;
};

struct map {
	struct arena *arena;
	struct map_entry *entries; /* in order of insertion */
	size_t nentries;
	unsigned *slots; /* index + 1 into entries; 0 is free */
	size_t nslots;
};

void map_init(struct map *map, struct arena *arena);

/* Sets or replaces; returns the previous value, or NULL. */
void *map_put(struct map *map, const char *key, void *value);

/* NULL when it is not there. */
void *map_get(const struct map *map, const char *key);
bool map_has(const struct map *map, const char *key);
