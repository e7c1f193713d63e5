/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing over an array of entries that keeps the order of insertion. */
#include "base/map.h"

#include <assert.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/arena.h"

/* FNV-1a, started from the kernel's random bytes for this process. */
static unsigned hash_text(const char *text)
{
	unsigned hash = 2166136261u;
	const unsigned char *seed = (const unsigned char *)getauxval(AT_RANDOM);

	for (size_t i = 0; seed && i < 4; i++)
		hash = (hash ^ seed[i]) * 16777619u;
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		hash = (hash ^ *p) * 16777619u;
	return hash ^ hash >> 15;
}

void map_init(struct map *map, struct arena *arena)
{
	*map = (struct map){.arena = arena};
}

static size_t find_slot(const struct map *map, const char *key, unsigned hash)
{
	size_t i = hash & (map->nslots - 1);

	while (map->slots[i]) {
		const struct map_entry *entry = &map->entries[map->slots[i] - 1];

		if (entry->hash == hash && !strcmp(entry->key, key))
			break;
		i = (i + 1) & (map->nslots - 1);
	}
	return i;
}

static void rehash(struct map *map)
{
	map->nslots = map->nslots ? map->nslots * 2 : 8;
	map->slots = ARENA_NEW_N(map->arena, map->nslots, unsigned);
	assert(map->entries || map->nentries == 0);
	for (size_t i = 0; i < map->nentries; i++) {
		const struct map_entry *entry = &map->entries[i];

		map->slots[find_slot(map, entry->key, entry->hash)] = (unsigned)i + 1;
	}
}

static struct map_entry *find(const struct map *map, const char *key)
{
	unsigned at;

	if (!map->nslots)
		return NULL;
	at = map->slots[find_slot(map, key, hash_text(key))];
	return at ? &map->entries[at - 1] : NULL;
}

void *map_put(struct map *map, const char *key, void *value)
{
	struct map_entry *entry = find(map, key);
	unsigned hash = hash_text(key);
	void *old = NULL;

	if (entry) {
		old = entry->value;
		entry->value = value;
		return old;
	}
	if ((map->nentries + 1) * 4 > map->nslots * 3)
		rehash(map);
	ARENA_PUSH(map->arena, map->entries, map->nentries,
		((struct map_entry){.key = key, .value = value, .hash = hash}));
	map->slots[find_slot(map, key, hash)] = (unsigned)map->nentries;
	return NULL;
}

void *map_get(const struct map *map, const char *key)
{
	const struct map_entry *entry = find(map, key);

	return entry ? entry->value : NULL;
}

bool map_has(const struct map *map, const char *key)
{
	return find(map, key) != NULL;
}
