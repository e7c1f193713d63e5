/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/scheduler/control.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/scheduler/timer.h"

struct control {
	uv_pipe_t pipe;
	uv_connect_t connect;
	uv_write_t write;
	struct timer *timeout;
	const char *path; /* borrowed */
	struct str request;
	struct str reply;
	struct err err;
	control_done *done; /* NULL: it was called, or nobody wants it */
	void *ctx;
	char buffer[4096];
};

static void on_closed(uv_handle_t *handle)
{
	struct control *control = handle->data;

	str_finish(&control->request);
	str_finish(&control->reply);
	free(control);
}

static void let_go(struct control *control)
{
	timer_stop(&control->timeout);
	if (!uv_is_closing((uv_handle_t *)&control->pipe))
		uv_close((uv_handle_t *)&control->pipe, on_closed);
}

static void finish(struct control *control, const struct node *reply)
{
	control_done *done = control->done;

	control->done = NULL;
	if (done)
		done(control->ctx, reply, reply ? NULL : &control->err);
	let_go(control);
}

static void fail(struct control *control, int code)
{
	if (!control->err.kind) {
		err_set(&control->err, ERR_SYSTEM, "netdns: %s", uv_strerror(code));
		control->err.status = -code;
	}
	finish(control, NULL);
}

static void read_reply(struct control *control)
{
	struct arena arena = {0};
	struct node *reply = NULL;
	const char *text = str_text(&control->reply);
	const char *why;

	if (!json_parse(&arena, text, strcspn(text, "\n"), &reply, &control->err)) {
		err_wrap(&control->err, "netdns");
		finish(control, NULL);
	} else if (node_get_bool(reply, "ok")) {
		finish(control, reply);
	} else {
		why = node_get_text(reply, "error");
		err_set(&control->err, ERR_STATE, "netdns: %s", why ? why : "it refused");
		finish(control, NULL);
	}
	arena_finish(&arena);
}

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
	struct control *control = handle->data;

	(void)size;
	*out = uv_buf_init(control->buffer, sizeof(control->buffer));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct control *control = stream->data;

	if (n > 0)
		str_add_n(&control->reply, buf->base, (size_t)n);
	if (n < 0)
		fail(control, (int)n);
	else if (control->reply.full)
		fail(control, UV_E2BIG);
	else if (n > 0 && memchr(buf->base, '\n', (size_t)n))
		read_reply(control);
}

static void on_written(uv_write_t *write, int code)
{
	struct control *control = write->data;

	if (code < 0 && code != UV_ECANCELED)
		fail(control, code);
}

static void on_connected(uv_connect_t *connect, int code)
{
	struct control *control = connect->data;
	uv_buf_t buf;

	if (code == UV_ECANCELED)
		return;
	if (code == 0)
		code = uv_read_start((uv_stream_t *)&control->pipe, give_buffer, on_read);
	else
		err_set(&control->err, ERR_SYSTEM, "netdns does not listen at %s: %s",
			control->path, uv_strerror(code));
	control->err.status = -code;
	buf = uv_buf_init(control->request.text, (unsigned)control->request.len);
	if (code == 0)
		code = uv_write(&control->write, (uv_stream_t *)&control->pipe, &buf, 1,
			on_written);
	if (code < 0)
		fail(control, code);
}

static void on_timeout(void *ctx)
{
	fail(ctx, UV_ETIMEDOUT);
}

struct control *control_ask(struct uv_loop_s *loop, const char *path,
	const struct node *request, int64_t timeout_ms, control_done *done, void *ctx)
{
	struct control *control = xalloc(sizeof(*control));

	control->path = path;
	control->done = done;
	control->ctx = ctx;
	control->connect.data = control->write.data = control;
	str_init(&control->reply, CONTROL_REPLY_MAX_BYTES);
	json_print(&control->request, request, JSON_COMPACT);
	str_add_c(&control->request, '\n');
	uv_pipe_init(loop, &control->pipe, 0);
	control->pipe.data = control;
	timer_start(loop, timeout_ms, on_timeout, control, &control->timeout);
	uv_pipe_connect(&control->connect, &control->pipe, path, on_connected);
	return control;
}

void control_cancel(struct control *control)
{
	if (!control)
		return;
	control->done = NULL;
	let_go(control);
}
