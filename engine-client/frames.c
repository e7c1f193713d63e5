/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/frames.h"

#include <string.h>

#include "base/err.h"

enum {
	FD_SYSTEM_ERROR = 3
}; /* moby pkg/stdcopy: the engine's own complaint, for people: stderr */

void frames_init(struct frames *frames, frames_data *data, void *ctx)
{
	*frames = (struct frames){.data = data, .ctx = ctx};
}

static bool read_header(struct frames *frames, struct err *err)
{
	const unsigned char *h = frames->header;

	if (h[0] > FD_SYSTEM_ERROR || h[1] || h[2] || h[3])
		return err_set(err, ERR_CONNECTION,
			"the engine's output stream is broken: no frame header");
	frames->fd = h[0];
	frames->left_bytes = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 |
		(uint32_t)h[6] << 8 | (uint32_t)h[7];
	frames->nheader = 0;
	return true;
}

static size_t take_header(struct frames *frames, const char *data, size_t len)
{
	size_t n = sizeof(frames->header) - frames->nheader;

	if (n > len)
		n = len;
	memcpy(frames->header + frames->nheader, data, n);
	frames->nheader += n;
	return n;
}

static size_t take_data(struct frames *frames, const char *data, size_t len)
{
	size_t n = frames->left_bytes < len ? frames->left_bytes : len;

	if (frames->fd)
		frames->data(frames->ctx, frames->fd == 1 ? 1 : 2, data, n);
	frames->left_bytes -= (uint32_t)n;
	return n;
}

bool frames_feed(struct frames *frames, const char *data, size_t len, struct err *err)
{
	while (len) {
		size_t n = frames->left_bytes ? take_data(frames, data, len)
					      : take_header(frames, data, len);

		data += n;
		len -= n;
		if (frames->nheader == sizeof(frames->header) &&
			!read_header(frames, err))
			return false;
	}
	return true;
}
