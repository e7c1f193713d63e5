/* SPDX-License-Identifier: Apache-2.0 */
/* What libyaml complains about, in words that teach. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct arena;
struct errs;
struct source;

struct complaint {
	const char *problem; /* libyaml's own words */
	const char *context; /* what it was doing; NULL: unknown */
	struct pos at;
	struct pos context_at; /* where that began */
};

/*
 * Adds the error. True when the mistake is a key without its colon: *out_colon is then
 * the offset in the source where one would make sense of it.
 */
bool explain(struct arena *arena, const struct source *source,
	const struct complaint *complaint, size_t *out_colon, struct errs *errs);
