/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's streams: multiplexed output and JSON records, in pieces of any size. */

#include "base/arena.h"
#include "base/err.h"
#include "engine-client/frames.h"
#include "engine-client/records.h"
#include "tests/fuzz/fuzz.h"

static void drop_frame(void *ctx, int fd, const char *data, size_t len)
{
	(void)ctx, (void)fd, (void)data, (void)len;
}

static bool drop_record(void *ctx, const char *text, size_t len)
{
	(void)ctx, (void)text, (void)len;
	return true;
}

/* The first byte says how large the pieces are. */
void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct frames frames;
	struct records records;
	struct err err = {0};
	size_t piece = len ? (unsigned char)data[0] + 1u : 1;

	(void)arena;
	frames_init(&frames, drop_frame, NULL);
	records_init(&records, 4096, drop_record, NULL);
	for (size_t at = 1; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;

		if (!frames_feed(&frames, data + at, n, &err) ||
			!records_feed(&records, data + at, n, &err))
			break;
	}
	records_end(&records, &err);
	records_finish(&records);
}
