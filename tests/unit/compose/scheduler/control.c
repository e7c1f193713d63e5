/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/scheduler/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "tests/unit/test.h"

/* Somebody who listens, and answers every line with the same one. */
struct fixture {
	uv_loop_t loop;
	char dir[64];
	struct str path;
	struct arena arena;
	uv_pipe_t listener, peer;
	uv_write_t write;
	const char *answer; /* NULL: it hangs up */
	bool done;
	const char *text; /* of the reply */
	struct err err;
	char buffer[256];
	struct str heard;
};

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
	struct fixture *fixture = handle->data;

	(void)size;
	*out = uv_buf_init(fixture->buffer, sizeof(fixture->buffer));
}

static void on_line(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct fixture *fixture = stream->data;
	uv_buf_t out;

	if (n > 0)
		str_add_n(&fixture->heard, buf->base, (size_t)n);
	if (n <= 0 || !fixture->answer) {
		uv_close((uv_handle_t *)stream, NULL);
		return;
	}
	out = uv_buf_init(xstrdup(fixture->answer), (unsigned)strlen(fixture->answer));
	uv_try_write(stream, &out, 1);
	free(out.base);
}

static void on_peer(uv_stream_t *listener, int status)
{
	struct fixture *fixture = listener->data;

	assert_int_equal(status, 0);
	uv_pipe_init(&fixture->loop, &fixture->peer, 0);
	fixture->peer.data = fixture;
	uv_accept(listener, (uv_stream_t *)&fixture->peer);
	uv_read_start((uv_stream_t *)&fixture->peer, give_buffer, on_line);
}

static void init(struct fixture *fixture, bool listens)
{
	*fixture = (struct fixture){0};
	uv_loop_init(&fixture->loop);
	snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/davit-control-XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	str_printf(&fixture->path, "%s/socket", fixture->dir);
	if (!listens)
		return;
	uv_pipe_init(&fixture->loop, &fixture->listener, 0);
	fixture->listener.data = fixture;
	assert_int_equal(uv_pipe_bind(&fixture->listener, fixture->path.text), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&fixture->listener, 1, on_peer), 0);
}

static void finish(struct fixture *fixture)
{
	if (fixture->listener.data)
		uv_close((uv_handle_t *)&fixture->listener, NULL);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	unlink(fixture->path.text);
	rmdir(fixture->dir);
	str_finish(&fixture->path);
	str_finish(&fixture->heard);
	arena_finish(&fixture->arena);
}

static void on_done(void *ctx, const struct node *reply, const struct err *err)
{
	struct fixture *fixture = ctx;

	fixture->done = true;
	fixture->text = arena_strdup(&fixture->arena, node_get_text(reply, "said"));
	if (err)
		fixture->err = *err;
}

static struct control *ask(struct fixture *fixture, int64_t timeout_ms)
{
	struct node *request = node_map(&fixture->arena);

	node_set_text(&fixture->arena, request, "do", "status");
	return control_ask(&fixture->loop, fixture->path.text, request, timeout_ms,
		on_done, fixture);
}

static void run(struct fixture *fixture)
{
	while (!fixture->done)
		uv_run(&fixture->loop, UV_RUN_ONCE);
}

TEST(control_asks_a_line_and_hears_a_line)
{
	struct fixture fixture;

	init(&fixture, true);
	fixture.answer = "{\"ok\":true,\"said\":\"hello\"}\n";
	ask(&fixture, 60000);
	assert_false(fixture.done);
	run(&fixture);
	assert_string_equal(fixture.text, "hello");
	assert_string_equal(str_text(&fixture.heard), "{\"do\":\"status\"}\n");
	finish(&fixture);
}

TEST(control_tells_a_refusal_in_its_own_words)
{
	struct fixture fixture;

	init(&fixture, true);
	fixture.answer = "{\"ok\":false,\"error\":\"no such network\"}\n";
	ask(&fixture, 60000);
	run(&fixture);
	assert_int_equal(fixture.err.kind, ERR_STATE);
	assert_string_equal(fixture.err.text, "netdns: no such network");
	finish(&fixture);
}

TEST(control_fails_when_it_is_no_json_or_nothing)
{
	static const char *const answers[] = {"what?\n", NULL};

	for (size_t i = 0; i < 2; i++) {
		struct fixture fixture;

		init(&fixture, true);
		fixture.answer = answers[i];
		ask(&fixture, 60000);
		run(&fixture);
		assert_true(fixture.err.kind != ERR_NONE);
		finish(&fixture);
	}
}

TEST(control_tells_when_nobody_listens)
{
	struct fixture fixture;

	init(&fixture, false);
	ask(&fixture, 60000);
	run(&fixture);
	assert_int_equal(fixture.err.kind, ERR_SYSTEM);
	assert_int_equal(fixture.err.status, ENOENT);
	finish(&fixture);
}

TEST(control_ends_in_time_and_can_be_given_up)
{
	struct fixture fixture;

	init(&fixture, true);
	fixture.answer = "";
	ask(&fixture, 1);
	run(&fixture);
	assert_int_equal(fixture.err.status, ETIMEDOUT);
	fixture.done = false;
	control_cancel(ask(&fixture, 60000));
	control_cancel(NULL);
	finish(&fixture);
	assert_false(fixture.done);
}
