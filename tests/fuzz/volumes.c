/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a short volume. */
#include "compose/loader/mounts.h"

#include "base/arena.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct err err;

	mount_parse(arena, arena_strndup(arena, data, len), (struct pos){0}, &err);
}
