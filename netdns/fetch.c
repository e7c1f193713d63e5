/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/fetch.h"

#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "netdns/http.h"

enum { PIECE_BYTES = 64 << 10 };

struct fetch {
	struct fetch_opts opts;
	uv_pipe_t pipe;
	uv_timer_t timer;
	unsigned nhandles; /* not closed yet */
	struct err err;    /* why nothing could be asked */
	struct http_reply reply;
	struct str body;
	char piece[PIECE_BYTES];
};

static void on_closed(uv_handle_t *handle)
{
	struct fetch *fetch = handle->data;

	if (--fetch->nhandles)
		return;
	str_finish(&fetch->body);
	free(fetch);
}

void fetch_free(struct fetch *fetch)
{
	if (!fetch || uv_is_closing((uv_handle_t *)&fetch->pipe))
		return;
	uv_close((uv_handle_t *)&fetch->pipe, on_closed);
	uv_close((uv_handle_t *)&fetch->timer, on_closed);
}

/* The callbacks may free the fetch: it closes first. */
static void end(struct fetch *fetch, const struct err *err)
{
	fetch_free(fetch);
	fetch->opts.done(fetch->opts.data, &fetch->reply, &fetch->body, err);
}

static void fail(struct fetch *fetch, const char *what, int status)
{
	struct err err = {0};

	err_set(&err, ERR_CONNECTION, "the engine: %s%s%s", what, status ? ": " : "",
		status ? uv_strerror(status) : "");
	end(fetch, &err);
}

static void on_time(uv_timer_t *timer)
{
	struct fetch *fetch = timer->data;

	if (fetch->err.kind != ERR_NONE)
		end(fetch, &fetch->err);
	else
		fail(fetch, "no reply in time", 0);
}

static void on_end(struct fetch *fetch)
{
	if (http_is_whole(&fetch->reply))
		end(fetch, NULL);
	else
		fail(fetch, "the connection ended in the middle of a reply", 0);
}

static bool is_gone(struct fetch *fetch)
{
	return uv_is_closing((uv_handle_t *)&fetch->pipe);
}

static void take(struct fetch *fetch, size_t n)
{
	bool had_headers = http_has_headers(&fetch->reply);
	struct err err = {0};

	if (!http_read(&fetch->reply, fetch->piece, n, &fetch->body, &err)) {
		end(fetch, &err);
		return;
	}
	if (!had_headers && http_has_headers(&fetch->reply) && fetch->opts.headers)
		fetch->opts.headers(fetch->opts.data, &fetch->reply);
	if (!is_gone(fetch) && fetch->opts.more && fetch->body.len)
		fetch->opts.more(fetch->opts.data, &fetch->body);
	if (!is_gone(fetch) && fetch->reply.state == HTTP_DONE)
		end(fetch, NULL);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct fetch *fetch = stream->data;

	(void)buf;
	if (n > 0)
		take(fetch, (size_t)n);
	else if (n == UV_EOF)
		on_end(fetch);
	else if (n < 0)
		fail(fetch, "read", (int)n);
}

static void lend(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct fetch *fetch = handle->data;

	(void)suggested;
	*out = uv_buf_init(fetch->piece, sizeof(fetch->piece));
}

static void begin(struct fetch *fetch, int fd)
{
	int status = uv_pipe_open(&fetch->pipe, fd);

	if (status < 0) {
		close(fd);
		err_set(&fetch->err, ERR_SYSTEM, "a pipe: %s", uv_strerror(status));
		return;
	}
	uv_read_start((uv_stream_t *)&fetch->pipe, lend, on_read);
	if (fetch->opts.timeout_ms)
		uv_timer_start(
			&fetch->timer, on_time, (uint64_t)fetch->opts.timeout_ms, 0);
}

/* What fails is told when the loop turns: the caller does not have us yet. */
struct fetch *fetch_new(struct uv_loop_s *loop, const struct fetch_opts *opts)
{
	struct fetch *fetch = xalloc(sizeof(*fetch));
	int fd;

	fetch->opts = *opts;
	fetch->pipe.data = fetch->timer.data = fetch;
	fetch->nhandles = 2;
	str_init(&fetch->body, opts->max_bytes);
	uv_pipe_init(loop, &fetch->pipe, 0);
	uv_timer_init(loop, &fetch->timer);
	if (priv_read(opts->priv, opts->kind, opts->what, &fd, &fetch->err))
		begin(fetch, fd);
	if (fetch->err.kind != ERR_NONE)
		uv_timer_start(&fetch->timer, on_time, 0, 0);
	return fetch;
}
