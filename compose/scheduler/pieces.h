/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's log with the engine's timestamps, cut into pieces of lines without them.
 * Pure.
 *
 * The engine puts a time before each record. A record is a line, or, since its copier
 * reads 16 KiB at a time, a part of that length without a newline.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { PIECES_STAMP_BYTES = 40 };

typedef void pieces_out(void *ctx, const char *stamp, const char *data, size_t len);

/* Of one stream; zeroed at its beginning. */
struct pieces {
	char held[PIECES_STAMP_BYTES]; /* the beginning of a record that may be a time */
	size_t nheld;
	char stamp[PIECES_STAMP_BYTES]; /* of the record; empty: it has none */
	size_t nrecord;                 /* its bytes so far */
	bool in_record;
};

/* stamp is NULL where a record has none. */
void pieces_feed(
	struct pieces *pieces, const char *data, size_t len, pieces_out *out, void *ctx);

/* The stream has ended. */
void pieces_end(struct pieces *pieces, pieces_out *out, void *ctx);
