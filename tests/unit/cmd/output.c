/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/output.h"

#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { CHUNK_BYTES = 64 << 10 };

struct pipe {
	uv_loop_t loop;
	int fds[2];
	struct output *output;
	unsigned ndrained;
};

static void count_drained(void *ctx)
{
	((struct pipe *)ctx)->ndrained++;
}

static void pipe_open(struct pipe *pipe)
{
	*pipe = (struct pipe){0};
	uv_loop_init(&pipe->loop);
	assert_int_equal(pipe2(pipe->fds, O_CLOEXEC), 0);
	pipe->output = output_new(&pipe->loop, pipe->fds[1], count_drained, pipe);
}

static void pipe_close(struct pipe *pipe)
{
	output_free(pipe->output);
	uv_run(&pipe->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&pipe->loop), 0);
	close(pipe->fds[1]);
	if (pipe->fds[0] >= 0)
		close(pipe->fds[0]);
}

/* Writes chunks of one letter each, "aaa.. bbb..", until a producer should stop. */
static size_t fill(struct pipe *pipe)
{
	char chunk[CHUNK_BYTES];
	size_t nchunks = 0;

	while (!output_is_full(pipe->output)) {
		memset(chunk, 'a' + (int)nchunks++, sizeof(chunk));
		output_write(pipe->output, chunk, sizeof(chunk));
	}
	return nchunks;
}

TEST(output_keeps_what_a_slow_reader_leaves_and_tells_when_it_is_gone)
{
	struct pipe pipe;
	char chunk[CHUNK_BYTES];
	size_t nchunks;

	pipe_open(&pipe);
	nchunks = fill(&pipe);
	for (size_t i = 0; i < nchunks; i++) {
		size_t len = 0;

		while (len < sizeof(chunk)) {
			ssize_t n = read(pipe.fds[0], chunk + len, sizeof(chunk) - len);

			assert_true(n > 0);
			len += (size_t)n;
			uv_run(&pipe.loop, UV_RUN_NOWAIT);
		}
		assert_int_equal(chunk[0], 'a' + (int)i);
		assert_int_equal(chunk[CHUNK_BYTES - 1], 'a' + (int)i);
	}
	assert_true(output_is_idle(pipe.output));
	assert_int_equal(pipe.ndrained, 1);
	pipe_close(&pipe);
}

TEST(output_leaves_the_flags_of_the_shared_descriptor_alone)
{
	struct pipe pipe;

	pipe_open(&pipe);
	assert_int_equal(fcntl(pipe.fds[1], F_GETFL) & O_NONBLOCK, 0);
	pipe_close(&pipe);
}

TEST(output_gives_up_when_the_reader_goes_away)
{
	struct pipe pipe;

	signal(SIGPIPE, SIG_IGN);
	pipe_open(&pipe);
	fill(&pipe);
	close(pipe.fds[0]);
	pipe.fds[0] = -1;
	uv_run(&pipe.loop, UV_RUN_ONCE);
	assert_int_equal(output_error(pipe.output), EPIPE);
	assert_true(output_is_idle(pipe.output));
	assert_int_equal(pipe.ndrained, 1);
	output_write(pipe.output, "x", 1);
	assert_true(output_is_idle(pipe.output));
	pipe_close(&pipe);
}

TEST(output_writes_files_at_once)
{
	char path[] = "/tmp/davit-test-XXXXXX";
	int fd = mkstemp(path);
	uv_loop_t loop;
	struct output *output;
	char text[2];

	uv_loop_init(&loop);
	output = output_new(&loop, fd, NULL, NULL);
	output_write(output, "ok", 2);
	assert_int_equal(pread(fd, text, 2, 0), 2);
	assert_memory_equal(text, "ok", 2);
	output_free(output);
	assert_int_equal(uv_loop_close(&loop), 0);
	close(fd);
	unlink(path);
}
