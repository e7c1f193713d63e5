/* SPDX-License-Identifier: Apache-2.0 */
/* Reading from a descriptor on the loop. */
#include "cmd/input.h"

#include "base/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

enum { CHUNK_BYTES = 64 << 10 };

struct input {
	union {
		uv_poll_t poll;
		uv_idle_t idle; /* what epoll refuses (files) is always readable */
	};
	bool polled;
	bool ended;
	int fd;
	input_data *data;
	void *ctx;
};

/* One read for each time it is readable: it then does not block, without O_NONBLOCK. */
static void read_once(struct input *input)
{
	char chunk[CHUNK_BYTES];
	ssize_t n = read(input->fd, chunk, sizeof(chunk));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		input_pause(input, true);
		input->ended = true;
		n = 0;
	}
	input->data(input->ctx, chunk, (size_t)n);
}

static void on_readable(uv_poll_t *poll, int status __attribute__((unused)),
	int events __attribute__((unused)))
{
	read_once(poll->data);
}

static void on_idle(uv_idle_t *idle)
{
	read_once(idle->data);
}

struct input *input_new(struct uv_loop_s *loop, int fd, input_data *data, void *ctx)
{
	struct input *input = xalloc(sizeof(*input));

	*input = (struct input){.fd = fd, .data = data, .ctx = ctx};
	input->polled = uv_poll_init(loop, &input->poll, fd) == 0;
	if (!input->polled)
		uv_idle_init(loop, &input->idle);
	input->poll.data = input;
	return input;
}

static void free_handle(uv_handle_t *handle)
{
	free(handle->data);
}

void input_free(struct input *input)
{
	if (input)
		uv_close((uv_handle_t *)&input->poll, free_handle);
}

void input_pause(struct input *input, bool paused)
{
	if (input->ended)
		return;
	if (input->polled && paused)
		uv_poll_stop(&input->poll);
	else if (input->polled)
		uv_poll_start(&input->poll, UV_READABLE, on_readable);
	else if (paused)
		uv_idle_stop(&input->idle);
	else
		uv_idle_start(&input->idle, on_idle);
}
