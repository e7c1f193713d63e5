/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/input.h"

#include "base/str.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <unistd.h>
#include <uv.h>

struct seen {
	struct str text;
	unsigned nends;
};

static void on_data(void *ctx, const char *data, size_t len)
{
	struct seen *seen = ctx;

	str_add_n(&seen->text, data, len);
	seen->nends += !len;
}

/* Everything that comes from fd until nothing more can. */
static void read_all(int fd, struct seen *seen)
{
	uv_loop_t loop;
	struct input *input;

	uv_loop_init(&loop);
	input = input_new(&loop, fd, on_data, seen);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(seen->text.len, 0);
	input_pause(input, false);
	uv_run(&loop, UV_RUN_DEFAULT);
	input_pause(input, false);
	uv_run(&loop, UV_RUN_DEFAULT);
	input_free(input);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

TEST(input_reads_a_pipe_to_its_end_once)
{
	struct seen seen = {0};
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], "abc", 3), 3);
	close(fds[1]);
	read_all(fds[0], &seen);
	assert_string_equal(str_text(&seen.text), "abc");
	assert_int_equal(seen.nends, 1);
	close(fds[0]);
	str_finish(&seen.text);
}

TEST(input_reads_what_cannot_be_waited_for)
{
	struct seen seen = {0};
	char path[] = "/tmp/davit-test-XXXXXX";
	int fd = mkstemp(path);

	assert_int_equal(pwrite(fd, "abc", 3, 0), 3);
	read_all(fd, &seen);
	assert_string_equal(str_text(&seen.text), "abc");
	assert_int_equal(seen.nends, 1);
	close(fd);
	unlink(path);
	str_finish(&seen.text);
}

TEST(input_finds_dev_null_empty)
{
	struct seen seen = {0};
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	read_all(fd, &seen);
	assert_int_equal(seen.text.len, 0);
	assert_int_equal(seen.nends, 1);
	close(fd);
	str_finish(&seen.text);
}
