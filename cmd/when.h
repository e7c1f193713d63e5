/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time as people write them: --since and --until. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct err;

/*
 * "10m" (ago), "2026-11-24T06:00:00Z", "2026-11-24T06:00", "2026-11-24", Unix seconds
 * with a fraction. Without a zone it is the local one. *out is what the engine takes:
 * Unix seconds; NULL gives NULL.
 */
bool when_parse(struct arena *arena, const char *text, int64_t now_ns, const char **out,
	struct err *err);
