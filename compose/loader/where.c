/* SPDX-License-Identifier: Apache-2.0 */
/* Paths for messages. */
#include "compose/loader/where.h"

#include "base/arena.h"

const char *where_text(struct arena *arena, const struct where *where)
{
	const char *up;

	if (!where)
		return "";
	up = where_text(arena, where->up);
	if (!where->key)
		return arena_printf(arena, "%s[%zu]", up, where->index);
	return arena_printf(arena, "%s%s%s", up, *up ? "." : "", where->key);
}
