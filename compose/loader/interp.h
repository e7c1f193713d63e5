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

/* A variable where it stands: ${NAME:-word} and so on. */
struct interp_use {
	const char *name;
	char op;          /* '-', '+', '?'; '\0' for none */
	const char *word; /* after the operator, as it is written; NULL: none */
	size_t at;        /* of its dollar */
};

struct interp {
	struct arena *arena;
	const struct env *env;

	/* Told of each variable that is not set and has no default; at is its offset in
	 * the text. NULL: nobody. */
	void (*unset)(struct interp *interp, const char *name, size_t at);
	void *ctx; /* of unset and met */

	/* Told of every variable, and nothing is expanded but to meet those inside words. NULL: expand. */
	void (*met)(struct interp *interp, const struct interp_use *use);

	bool guess; /* say in errors what name was meant */

	/* After a failure: what was wrong, and where in the text. */
	const char *error;
	size_t error_at;
};

#define INTERP_DEPTH_MAX 50                /* defaults inside defaults */
#define INTERP_MAX_BYTES ((size_t)4 << 20) /* of one expanded text */

/* *out_text is the text itself when there is nothing in it to expand. */
bool interp_expand(struct interp *interp, const char *text, const char **out_text);
