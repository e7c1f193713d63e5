/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a container's log: however it is cut, the same text comes out. */

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "compose/scheduler/pieces.h"
#include "tests/fuzz/fuzz.h"

static void append(void *ctx, const char *stamp, const char *data, size_t len)
{
	(void)stamp;
	str_add_n(ctx, data, len);
}

static void cut(const char *data, size_t len, size_t chunk, struct str *out)
{
	struct pieces pieces = {0};

	for (size_t i = 0; i < len; i += chunk)
		pieces_feed(&pieces, data + i, len - i < chunk ? len - i : chunk, append,
			out);
	pieces_end(&pieces, append, out);
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	auto_str whole = {0}, bytes = {0};

	(void)arena;
	cut(data, len, len + 1, &whole);
	cut(data, len, 1, &bytes);
	if (whole.len != bytes.len ||
		memcmp(str_text(&whole), str_text(&bytes), whole.len) != 0)
		abort();
}
