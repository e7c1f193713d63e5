/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns of a .dockerignore (Docker docs, "Build context"; moby/patternmatcher):
 * later lines win, "!" takes back, "**" spans directories.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;

#define IGNORE_MAX_BYTES ((size_t)1 << 20)      /* of a .dockerignore */
#define IGNORE_PATTERN_MAX_BYTES ((size_t)4096) /* of a line */

struct ignore {
	struct arena *arena;
	struct ignore_pattern *patterns;
	size_t npatterns;
};

/*
 * Reads the text of a file; name is what complaints call it. Fails on a lone "!", a
 * broken "[" and a line over the ceiling. A zeroed struct with an arena excludes nothing.
 */
bool ignore_parse(struct ignore *ignore, const char *name, const char *text, size_t len,
	struct err *err);

/* Takes a path back at the end, if the patterns exclude it: the Dockerfile. */
void ignore_keep(struct ignore *ignore, const char *path);

/* Whether a path (relative, "/" between, no "./") or one of its parents is excluded. */
bool ignore_excludes(const struct ignore *ignore, const char *path);

/* Whether something below an excluded directory may be taken back by a "!", so that it
 * must be looked at. */
bool ignore_may_keep_below(const struct ignore *ignore, const char *dir);
