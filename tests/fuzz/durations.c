/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a duration; what is printed of one is read as the same. */

#include <stdlib.h>

#include "base/arena.h"
#include "base/units.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	int64_t ns, again;

	if (!duration_parse(arena_strndup(arena, data, len), &ns))
		return;
	if (!duration_parse(duration_text(arena, ns), &again) || again != ns)
		abort();
}
