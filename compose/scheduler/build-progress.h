/* SPDX-License-Identifier: Apache-2.0 */
/* What a build tells while it runs, of either builder, as steps and lines for people. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"

struct err;
struct node;

#define BUILD_OUTPUT_BYTES \
	((size_t)1200) /* of the end of its output, kept for an error */

/* One thing to tell; texts live until the function returns. */
struct build_step {
	const char *part;   /* "[2/3] RUN make"; NULL: the whole build */
	const char *detail; /* "CACHED", "DONE 0.3s", a line of output; "": it begins */
};

struct build_progress {
	struct arena arena;   /* steps */
	struct map vertexes;  /* digest to struct build_vertex */
	struct str output;    /* the last lines of the steps */
	const char *image_id; /* NULL: not told yet */
	void (*tell)(void *ctx, const struct build_step *step);
	void *ctx;
};

void build_progress_init(struct build_progress *progress,
	void (*tell)(void *ctx, const struct build_step *step), void *ctx);
void build_progress_finish(struct build_progress *progress);

/* Takes one record of engine_build. What cannot be understood is left out. */
void build_progress_take(struct build_progress *progress, const struct node *record);
