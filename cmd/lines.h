/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers' output as lines with their names before them, "web-1  | text". Pure: bytes
 * in, text out.
 *
 * One struct lines is a column of output; each container that writes into it is a struct
 * line_source. Names are padded to the longest one so far, plus one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#define LINES_MAX_BYTES \
	((size_t)1 << 20) /* of one line; what is longer is cut into several */

struct lines {
	bool no_prefix;
	bool color;
	size_t width;    /* of the longest name */
	size_t nsources; /* so far: the next one's colour */
};

struct line_source {
	struct lines *lines; /* not ours */
	const char *name;    /* not ours */
	size_t color;
	struct str partial[2]; /* stdout and stderr: what has no newline yet */
};

/* Adds a container. lines and name outlive the source. */
void line_source_init(struct line_source *source, struct lines *lines, const char *name);
void line_source_finish(struct line_source *source);

/* The name as it is shown: without the project, "app-web-1" to "web-1". Points into name.
 */
const char *line_name(const char *name, const char *project);

/*
 * Takes bytes of fd (1 or 2) and appends the lines that are complete. stamp stands before
 * each line; NULL: nothing does.
 */
void line_source_feed(struct line_source *source, int fd, const char *data, size_t len,
	const char *stamp, struct str *out);

/* The stream has ended: appends what is left of fd as a line. */
void line_source_end(
	struct line_source *source, int fd, const char *stamp, struct str *out);

/* Appends what is told about the container: "web-1 exited with code 0". */
void line_source_tell(
	const struct line_source *source, const char *what, struct str *out);
