/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a size, which is never negative, or as permissions. */

#include <stdlib.h>

#include "base/arena.h"
#include "base/units.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	const char *text = arena_strndup(arena, data, len);
	int64_t n;

	if (bytes_parse(text, &n) && n < 0)
		abort();
	if (mode_parse(text, &n) && n < 0)
		abort();
}
