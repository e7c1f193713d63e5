/* SPDX-License-Identifier: Apache-2.0 */
/* The text of one file, and places in it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct arena;
struct files;

#define SOURCE_MAX_BYTES ((size_t)8 << 20) /* of one Compose file */
#define SOURCES_MAX 2000 /* Compose files of a run, each as often as it is read */
#define SOURCES_MAX_BYTES ((size_t)16 << 20)
#define SOURCES_MAX_NODES 300000

struct source {
	const char *path; /* absolute, or "-" */
	const char *name; /* as messages show it: below cwd relative to it */
	const char *text; /* NUL-terminated */
	size_t len;
	bool ascii;
	unsigned *lines; /* offset of each line */
	size_t nlines;
};

/*
 * Reads a file and refuses what cannot be text: NUL and control characters, invalid
 * UTF-8, too much of it. err has the place. The source lives in the arena.
 */
struct source *source_read(struct arena *arena, const struct files *files,
	const char *path, const char *name, struct err *err);

/* The same for text that is there already. */
struct source *source_new(struct arena *arena, const char *path, const char *name,
	const char *text, size_t len, struct err *err);

/* A place from line and column as libyaml counts them: from 0, in characters. */
struct pos source_pos(const struct source *source, size_t line, size_t column);

/* A line without its end, from 1; its length in *out_len. "" past the end. */
const char *source_line(const struct source *source, size_t line, size_t *out_len);

/* The offset of a place, and the place of an offset. */
size_t source_offset(const struct source *source, struct pos pos);
struct pos source_at(const struct source *source, size_t offset);
