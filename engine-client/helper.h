/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a credential helper (docker-credential-helpers, "Development"): one word as argument, text in, text out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct uv_loop_s;
struct err;

#define HELPER_OUTPUT_MAX_BYTES ((size_t)1 << 20)

struct helper; /* one process under way; gone once done was called */

/* ok: it exited with 0. output is what it wrote on stdout, NUL-terminated, and lives until done returns. */
typedef void helper_done(void *ctx, bool ok, const char *output);

struct helper_opts {
	const char *name; /* "pass": docker-credential-pass */
	const char *path; /* where to look for it: the PATH variable */
	const char *verb; /* "get", "list" */
	const char *input;
	helper_done *done; /* from the loop */
	void *ctx;
};

/* NULL: it could not be started, err says why. */
struct helper *helper_run(
	struct uv_loop_s *loop, const struct helper_opts *opts, struct err *err);

/* Ends it without done. */
void helper_cancel(struct helper *helper);
