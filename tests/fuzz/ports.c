/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a short port mapping. */
#include "compose/loader/ports.h"

#include "base/arena.h"
#include "base/node.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct err err;

	ports_parse(arena, arena_strndup(arena, data, len), (struct pos){0},
		node_list(arena), &err);
}
