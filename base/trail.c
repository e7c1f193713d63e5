/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of keys for messages. */
#include "base/trail.h"

#include "base/arena.h"

const char *trail_text(struct arena *arena, const struct trail *trail)
{
	if (!trail)
		return "";
	const char *up = trail_text(arena, trail->up);
	if (!trail->key)
		return arena_printf(arena, "%s[%zu]", up, trail->index);
	return *up ? arena_printf(arena, "%s.%s", up, trail->key) : trail->key;
}
