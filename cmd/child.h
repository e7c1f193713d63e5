/* SPDX-License-Identifier: Apache-2.0 */
/* One program, run to its end. */
#pragma once

#include <stdbool.h>

struct arena;
struct err;

#define CHILD_OUTPUT_MAX_BYTES (256 << 10)

struct child {
	const char *const
		*args; /* the program first, searched in PATH; NULL at the end */
	const char *const *environment; /* "K=V", NULL at the end; NULL: our own */
	struct arena *arena;
	int status; /* what it exited with; 128 and the number of a signal */
	const char *
		output; /* what it wrote on stdout and stderr; the rest of too much is cut off */
};

/* Waits for it. Its input is empty. False: it could not be started (err->status: errno). */
bool child_run(struct child *child, struct err *err);
