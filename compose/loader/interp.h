/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables in text: $NAME, ${NAME}, ${NAME:-word} and the other operators, $$ (reference
 * compose.md 3.2).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct env;

struct interp {
	struct arena *arena;
	const struct env *env;

	/* Told of each variable that is not set and has no default; at is its offset in
	 * the text. NULL: nobody. */
	void (*unset)(struct interp *interp, const char *name, size_t at);
	void *ctx; /* of unset */

	/* After a failure: what was wrong, and where in the text. */
	const char *error;
	size_t error_at;
};

#define INTERP_DEPTH_MAX 50                /* defaults inside defaults */
#define INTERP_MAX_BYTES ((size_t)4 << 20) /* of one expanded text */

/* *out_text is the text itself when there is nothing in it to expand. */
bool interp_expand(struct interp *interp, const char *text, const char **out_text);
