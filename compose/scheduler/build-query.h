/* SPDX-License-Identifier: Apache-2.0 */
/* What a build section means to POST /build (compose.md 2.3, 5.1). Pure. */
#pragma once

#include <stdbool.h>

struct arena;
struct build;
struct err;
struct node;
struct plan_build;

#define BUILD_DOCKERFILE \
	".davit.Dockerfile" /* in the context: one that is inline or from outside */

/* A build as it is sent. */
struct build_shape {
	bool classic;       /* else BuildKit */
	const char *remote; /* the context is fetched by the engine from this URL; NULL:
			       it is dir */
	const char *dir;    /* the local context; NULL: remote */
	const char *dockerfile; /* as the query names it */
	const char *outside;    /* the Dockerfile's absolute path when it is not in the
				   context, else NULL */
};

void build_shape_init(struct build_shape *shape, struct arena *arena,
	const struct build *build, bool classic);

/* The query; a list stands for a parameter that is given several times. platform may be
 * NULL. */
struct node *build_query(struct arena *arena, const struct build_shape *shape,
	const struct plan_build *build, const char *platform);
