/* SPDX-License-Identifier: Apache-2.0 */
/* Times and lines of a container's log. */
#include "compose/scheduler/pieces.h"

#include <string.h>

#include "compose/scheduler/stamp.h"

enum { RECORD_BYTES = 16 << 10 }; /* moby daemon/logger/copier.go: defaultBufSize */

static void give(
	struct pieces *pieces, const char *data, size_t len, pieces_out *out, void *ctx)
{
	if (len)
		out(ctx, *pieces->stamp ? pieces->stamp : NULL, data, len);
	pieces->nrecord += len;
}

/* What was held is no time: it belongs to the record before, or to one without. */
static void release_held(struct pieces *pieces, pieces_out *out, void *ctx)
{
	size_t len = pieces->nheld;

	pieces->nheld = 0;
	pieces->in_record = true;
	give(pieces, pieces->held, len, out, ctx);
}

static bool accept_stamp(struct pieces *pieces)
{
	if (!pieces->nheld || stamp_length(pieces->held, pieces->nheld) != pieces->nheld)
		return false;
	memcpy(pieces->stamp, pieces->held, pieces->nheld);
	pieces->stamp[pieces->nheld] = '\0';
	pieces->nheld = 0;
	pieces->nrecord = 0;
	pieces->in_record = true;
	return true;
}

/* Looks for a time and a blank; returns how many bytes it took. */
static size_t take_stamp(
	struct pieces *pieces, const char *data, size_t len, pieces_out *out, void *ctx)
{
	for (size_t n = 0; n < len; n++) {
		bool full = pieces->nheld == sizeof(pieces->held) - 1;

		if (data[n] == ' ' && accept_stamp(pieces))
			return n + 1;
		if (data[n] == ' ' || data[n] == '\n' || full) {
			release_held(pieces, out, ctx);
			return n;
		}
		pieces->held[pieces->nheld++] = data[n];
	}
	return len;
}

/* A record goes to its newline, or to its greatest length: then another time may follow.
 */
static size_t take_record(
	struct pieces *pieces, const char *data, size_t len, pieces_out *out, void *ctx)
{
	size_t room =
		pieces->nrecord < RECORD_BYTES ? RECORD_BYTES - pieces->nrecord : len;
	const char *newline = memchr(data, '\n', len < room ? len : room);

	if (len > room)
		len = room;
	if (newline)
		len = (size_t)(newline - data) + 1;
	give(pieces, data, len, out, ctx);
	pieces->in_record = !newline && pieces->nrecord != RECORD_BYTES;
	if (newline) {
		pieces->nrecord = 0;
		*pieces->stamp = '\0';
	}
	return len;
}

void pieces_feed(
	struct pieces *pieces, const char *data, size_t len, pieces_out *out, void *ctx)
{
	while (len) {
		size_t n = pieces->in_record ? take_record(pieces, data, len, out, ctx)
					     : take_stamp(pieces, data, len, out, ctx);

		data += n;
		len -= n;
	}
}

void pieces_end(struct pieces *pieces, pieces_out *out, void *ctx)
{
	release_held(pieces, out, ctx);
	*pieces = (struct pieces){0};
}
