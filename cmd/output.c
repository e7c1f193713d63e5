/* SPDX-License-Identifier: Apache-2.0 */
/* Writing to a descriptor without holding up the loop. */
#include "cmd/output.h"

#include "base/arena.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

struct output {
	uv_poll_t poll;
	int fd;    /* as given, or our own open file of the same pipe or terminal */
	bool own;  /* fd is ours and does not block */
	int error; /* errno; 0: none */
	struct str waiting;
	size_t nsent; /* of waiting */
	void (*drained)(void *ctx);
	void *ctx;
};

/*
 * A pipe or terminal opened once more has file status flags of its own, so O_NONBLOCK
 * does not reach those who share the descriptor. What cannot be opened like this
 * (sockets, another user's terminal) may block.
 */
static int open_again(int fd)
{
	char path[64];
	struct stat st;

	if (fstat(fd, &st) < 0 || !(S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

struct output *output_new(
	struct uv_loop_s *loop, int fd, void (*drained)(void *ctx), void *ctx)
{
	struct output *output = xalloc(sizeof(*output));
	int again = open_again(fd);

	*output = (struct output){.fd = again < 0 ? fd : again,
		.own = again >= 0,
		.drained = drained,
		.ctx = ctx};
	output->poll.data = output;
	if (output->own && uv_poll_init(loop, &output->poll, again) < 0) {
		/* Not something to wait for, such as /dev/null. */
		close(again);
		output->own = false;
		output->fd = fd;
	}
	return output;
}

static void close_own(uv_handle_t *handle)
{
	struct output *output = handle->data;

	close(output->fd);
	free(output);
}

void output_free(struct output *output)
{
	if (!output)
		return;
	str_finish(&output->waiting);
	if (output->own)
		uv_close((uv_handle_t *)&output->poll, close_own);
	else
		free(output);
}

size_t output_waiting(const struct output *output)
{
	return output->waiting.len - output->nsent;
}

bool output_is_full(const struct output *output)
{
	return output->waiting.len >= OUTPUT_FULL_BYTES;
}

bool output_is_idle(const struct output *output)
{
	return output->waiting.len == 0;
}

int output_error(const struct output *output)
{
	return output->error;
}

/* As much as goes without waiting; the number of bytes that need no more care, also those
 * given up. */
static size_t write_some(struct output *output, const char *data, size_t len)
{
	size_t nsent = 0;

	while (nsent < len && !output->error) {
		ssize_t n = write(output->fd, data + nsent, len - nsent);

		if (n >= 0)
			nsent += (size_t)n;
		else if (errno == EAGAIN)
			return nsent;
		else if (errno != EINTR)
			output->error = errno;
	}
	return len;
}

/* Also called when the reader went away; the write then fails with the reason. */
static void on_writable(uv_poll_t *poll, int status __attribute__((unused)),
	int events __attribute__((unused)))
{
	struct output *output = poll->data;

	output->nsent += write_some(output, output->waiting.text + output->nsent,
		output->waiting.len - output->nsent);
	if (output->nsent < output->waiting.len)
		return;
	uv_poll_stop(poll);
	str_clear(&output->waiting);
	output->nsent = 0;
	if (output->drained)
		output->drained(output->ctx);
}

void output_write(struct output *output, const void *data, size_t len)
{
	size_t nsent = output->waiting.len ? 0 : write_some(output, data, len);

	if (nsent == len || output->error)
		return;
	if (!output->waiting.len)
		uv_poll_start(&output->poll, UV_WRITABLE, on_writable);
	str_add_n(&output->waiting, (const char *)data + nsent, len - nsent);
}
