/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the name of an image, and as base64. */

#include "engine-client/reference.h"
#include "base/arena.h"
#include "engine-client/base64.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	size_t n;

	reference_split(arena, arena_strndup(arena, data, len));
	base64_decode(arena, data, len, &n);
}
