/* SPDX-License-Identifier: Apache-2.0 */
/* A .dockerignore, and after a NUL the path that is looked at: what is kept below must not be called hopeless. */

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine-client/ignore.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct ignore ignore = {.arena = arena};
	size_t text_bytes = strnlen(data, len);
	char *path = arena_strndup(arena, data + text_bytes + (text_bytes < len),
		len - text_bytes - (text_bytes < len));
	struct err err = {0};
	char *slash;

	if (!ignore_parse(&ignore, "i", data, text_bytes, &err))
		return;
	if (!ignore_excludes(&ignore, path) && (slash = strrchr(path, '/'))) {
		*slash = '\0';
		assert(!ignore_excludes(&ignore, path) ||
			ignore_may_keep_below(&ignore, path));
	}
	ignore_keep(&ignore, path);
	assert(!ignore_excludes(&ignore, path));
}
