/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two-way streams: attach and exec with input. libcurl only connects (unix, TLS or ssh);
 * the request, the answer's head and the bytes after it are spoken here, with
 * curl_easy_send and curl_easy_recv on a uv_poll. The handle stays in the multi, since
 * sending fails after its removal.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/node.h"
#include "engine-client/call.h"

#define HEAD_MAX_BYTES ((size_t)64 << 10)

/* One chunk of reading; TLS must be read until it is dry, because poll does not see what
 * it buffers. */
enum { READ_BYTES = 64 << 10 };

struct stream {
	struct call *call;
	uv_poll_t *poll; /* NULL: not connected yet, or ended */
	curl_socket_t fd;
	struct str out; /* waits to be sent */
	size_t nsent;   /* of out */
	struct str
		held; /* input from before the answer: the engine would lose what follows the request */
	bool in_body; /* the answer's head is behind us */
	struct str head;
	size_t error_left_bytes; /* of a refusal's body */
	bool close_input, input_closed;
	bool full;       /* a write was refused: tell when it has drained */
	bool look_again; /* read without being told to: after a pause TLS may hold bytes
			    already */
	void (*drained)(void *ctx);
};

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle);
}

void stream_stop(struct stream *stream)
{
	if (!stream || !stream->poll)
		return;
	uv_poll_stop(stream->poll);
	uv_close((uv_handle_t *)stream->poll, on_poll_closed);
	stream->poll = NULL;
}

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	stream_stop(stream);
	str_finish(&stream->out);
	str_finish(&stream->held);
	str_finish(&stream->head);
	free(stream);
}

static void end(struct stream *stream, CURLcode code)
{
	stream_stop(stream);
	multi_end(stream->call, code);
}

static bool has_output(const struct stream *stream)
{
	return stream->nsent < stream->out.len;
}

static void on_event(uv_poll_t *poll, int status, int events);

static void listen_again(struct stream *stream)
{
	int events = 0;

	if (!stream->poll)
		return;
	if (!stream->call->paused)
		events |= UV_READABLE | UV_DISCONNECT;
	if (has_output(stream) || stream->look_again)
		events |= UV_WRITABLE;
	if (events)
		uv_poll_start(stream->poll, events, on_event);
	else
		uv_poll_stop(stream->poll);
}

static void close_input_when_sent(struct stream *stream)
{
	if (!stream->close_input || stream->input_closed || has_output(stream) ||
		!stream->in_body)
		return;
	stream->input_closed = true;
	shutdown(stream->fd, SHUT_WR);
}

/* The engine stops reading when the process has ended: that is no error, the rest of its
 * output counts. */
static void drop_output(struct stream *stream)
{
	str_clear(&stream->out);
	stream->nsent = 0;
	stream->input_closed = true;
}

static void send_output(struct stream *stream)
{
	while (has_output(stream)) {
		size_t n = 0;
		CURLcode code = curl_easy_send(stream->call->easy,
			stream->out.text + stream->nsent, stream->out.len - stream->nsent,
			&n);

		if (code == CURLE_AGAIN)
			return;
		if (code != CURLE_OK) {
			drop_output(stream);
			return;
		}
		stream->nsent += n;
	}
	str_clear(&stream->out);
	stream->nsent = 0;
	close_input_when_sent(stream);
	if (stream->full && stream->in_body) {
		stream->full = false;
		if (stream->drained)
			stream->drained(stream->call->ctx);
	}
}

static size_t content_length(const char *head)
{
	const char *at = strcasestr(head, "\r\nContent-Length:");

	return at ? strtoul(at + strlen("\r\nContent-Length:"), NULL, 10) : SIZE_MAX;
}

/* 101 with an Upgrade, 200 without one. */
static bool read_head(struct stream *stream, struct err *err)
{
	struct call *call = stream->call;

	if (sscanf(str_text(&stream->head), "HTTP/1.%*d %d", &call->status) != 1)
		return err_set(err, ERR_CONNECTION, "what answers at %s is not an engine",
			engine_host(call->engine));
	stream->in_body = true;
	str_add_n(&stream->out, str_text(&stream->held), stream->held.len);
	str_clear(&stream->held);
	if (call_is_refused(call))
		stream->error_left_bytes = content_length(str_text(&stream->head));
	return true;
}

/* Collects the head; gives what follows it. */
static const char *take_head(struct stream *stream, const char *data, size_t *len)
{
	size_t had = stream->head.len;
	const char *text, *head_end;
	size_t head_bytes;

	str_add_n(&stream->head, data, *len);
	text = str_text(&stream->head);
	head_end = memmem(text, stream->head.len, "\r\n\r\n", 4);
	if (!head_end) {
		if (stream->head.full) {
			stream->call->failed = !err_set(&stream->call->err,
				ERR_CONNECTION,
				"the engine's answer has a head of more than %zu bytes",
				HEAD_MAX_BYTES);
		}
		*len = 0;
		return data;
	}
	head_bytes = (size_t)(head_end + 4 - text) - had;
	*len -= head_bytes;
	if (!read_head(stream, &stream->call->err))
		stream->call->failed = true;
	return data + head_bytes;
}

static bool take_body(struct call *call, const char *data, size_t len)
{
	if (!call_is_refused(call) && call->frames.data)
		return frames_feed(&call->frames, data, len, &call->err);
	return call_take(call, data, len);
}

/* True while there is more to come. Callbacks within may have cancelled the call: then it
 * lives on, not running. */
static bool take(struct stream *stream, const char *data, size_t len)
{
	struct call *call = stream->call;

	if (!stream->in_body) {
		data = take_head(stream, data, &len);
		if (call->failed)
			return false;
		if (!stream->in_body)
			return true;
		if (!call_is_refused(call) && call->ready)
			call->ready(call->ctx);
		if (call_is_running(call))
			close_input_when_sent(stream);
	}
	if (len && call_is_running(call) && !take_body(call, data, len))
		call->failed = call_is_running(call);
	if (call_is_refused(call)) {
		stream->error_left_bytes -=
			len < stream->error_left_bytes ? len : stream->error_left_bytes;
		return stream->error_left_bytes;
	}
	return !call->failed && call_is_running(call);
}

static CURLcode receive(struct stream *stream)
{
	struct call *call = stream->call;
	char buffer[READ_BYTES];
	size_t n = 0;
	CURLcode code;

	while ((code = curl_easy_recv(call->easy, buffer, sizeof(buffer), &n)) ==
		CURLE_OK) {
		if (!n)
			return stream->in_body ? CURLE_OK : CURLE_GOT_NOTHING;
		if (!take(stream, buffer, n))
			return CURLE_OK;
		if (call->paused)
			return CURLE_AGAIN;
	}
	return code;
}

/*
 * The caller's callbacks run in here, and may cancel the call. As within libcurl, that is
 * only carried out after we have left.
 */
static void on_event(uv_poll_t *poll, int status, int events)
{
	struct stream *stream = poll->data;
	struct call *call = stream->call;
	struct engine *engine = call->engine;
	CURLcode code = CURLE_AGAIN;
	bool look = status < 0 || stream->look_again ||
		(events & (UV_READABLE | UV_DISCONNECT));

	engine->in_curl = true;
	stream->look_again = false;
	if (events & UV_WRITABLE)
		send_output(stream);
	if (look && call_is_running(call))
		code = receive(stream);
	engine->in_curl = false;
	if (!call_is_running(call))
		return;
	if (code == CURLE_AGAIN)
		listen_again(stream);
	else
		end(stream, code);
}

void stream_connected(struct call *call)
{
	struct stream *stream = call->stream;

	curl_easy_getinfo(call->easy, CURLINFO_ACTIVESOCKET, &stream->fd);
	stream->poll = xalloc(sizeof(*stream->poll));
	if (uv_poll_init_socket(call->engine->loop, stream->poll, stream->fd)) {
		free(stream->poll);
		stream->poll = NULL;
		multi_end(call, CURLE_COULDNT_CONNECT);
		return;
	}
	stream->poll->data = stream;
	listen_again(stream);
}

void stream_pause(struct call *call, bool paused)
{
	call->stream->look_again = !paused;
	listen_again(call->stream);
}

bool engine_stream_write(struct call *call, const void *data, size_t len)
{
	struct stream *stream = call->stream;

	if (stream->input_closed || stream->close_input)
		return true;
	if (stream->nsent) {
		memmove(stream->out.text, stream->out.text + stream->nsent,
			stream->out.len - stream->nsent);
		stream->out.len -= stream->nsent;
		stream->nsent = 0;
	}
	str_add_n(stream->in_body ? &stream->out : &stream->held, data, len);
	listen_again(stream);
	stream->full = stream->out.len + stream->held.len >= ENGINE_LINE_MAX_BYTES;
	return !stream->full;
}

void engine_stream_close_input(struct call *call)
{
	call->stream->close_input = true;
	close_input_when_sent(call->stream);
}

static void write_request(struct call *call, struct str *out)
{
	const struct engine *engine = call->engine;

	str_printf(out, "%s %s HTTP/1.1\r\n", call->method, str_text(&call->target));
	str_printf(out, "Host: localhost\r\nUser-Agent: %s\r\n",
		engine->opts.user_agent ? engine->opts.user_agent : "davit");
	str_add(out, "Connection: Upgrade\r\nUpgrade: tcp\r\n");
	if (call->body.len)
		str_add(out, "Content-Type: application/json\r\n");
	str_printf(out, "Content-Length: %zu\r\n\r\n", call->body.len);
	str_add_n(out, str_text(&call->body), call->body.len);
}

static struct call *start(struct call *call, const struct stream_opts *opts)
{
	struct stream *stream = xalloc(sizeof(*stream));

	call_output(call, opts->tty, opts->data);
	if (opts->tty)
		call->frames.data = NULL;
	call->answer = ANSWER_STREAM;
	call->ready = opts->ready;
	call->stream = stream;
	stream->call = call;
	stream->drained = opts->drained;
	stream->close_input = !opts->stdin_open;
	str_init(&stream->head, HEAD_MAX_BYTES);
	write_request(call, &stream->out);
	return call_start(call, opts->done, opts->ctx);
}

struct call *engine_container_attach_stream(
	struct engine *engine, const char *id, const struct stream_opts *opts)
{
	struct call *call = call_new(engine, "POST /containers/{}/attach", id);

	call_query_flag(call, "stream", true);
	call_query_flag(call, "stdin", opts->stdin_open);
	call_query_flag(call, "stdout", true);
	call_query_flag(call, "stderr", true);
	call_query(call, "detachKeys", opts->detach_keys);
	return start(call, opts);
}

struct call *engine_exec_start_stream(
	struct engine *engine, const char *id, const struct stream_opts *opts)
{
	struct call *call = call_new(engine, "POST /exec/{}/start", id);

	call_body(call, exec_start_body(&call->arena, false, opts->tty));
	return start(call, opts);
}
