/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/origins.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

void origins_add(
	struct arena *arena, struct origins *origins, const char *dir, const char *prefix)
{
	struct origin origin = {arena_strdup(arena, dir), arena_strdup(arena, prefix)};

	for (size_t i = 0; i < origins->n; i++)
		if (text_eq(origins->items[i].dir, dir))
			return;
	ARENA_PUSH(arena, origins->items, origins->n, origin);
}

const char *origins_name(
	struct arena *arena, const struct origins *origins, const char *path)
{
	for (size_t i = 0; i < origins->n; i++) {
		const struct origin *origin = &origins->items[i];
		size_t len = strlen(origin->dir);

		if (text_starts(path, origin->dir) && path[len] == '/')
			return arena_printf(
				arena, "%s%s", origin->prefix, path + len + 1);
	}
	return NULL;
}

void origins_path(const struct origins *origins, const char *name, char *out, size_t size)
{
	for (size_t i = 0; origins && i < origins->n; i++) {
		const struct origin *origin = &origins->items[i];

		if (text_starts(name, origin->prefix)) {
			snprintf(out, size, "%s/%s", origin->dir,
				name + strlen(origin->prefix));
			return;
		}
	}
	snprintf(out, size, "%s", name);
}
