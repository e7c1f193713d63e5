/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl's multi handle on the libuv loop, through socket_action: libcurl says which
 * sockets and which timer it waits for, the loop says what happened. Also the queue
 * before it.
 */
#include <stdlib.h>

#include "engine-client/call.h"

/* Connections kept open for the next call; those of long streams come on top. */
#define IDLE_CONNECTIONS 64L

/* One socket that libcurl waits for. Ends in on_poll_closed. */
struct watch {
	uv_poll_t poll;
	struct engine *engine;
	curl_socket_t fd;
};

static void act(struct engine *engine, curl_socket_t fd, int events);

static void on_watch_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void watch_free(struct watch *watch)
{
	uv_poll_stop(&watch->poll);
	uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
}

static void on_socket_event(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	int what = 0;

	/*
	 * Not CURL_CSELECT_ERR, which ends the transfer: by trying, libcurl finds out
	 * that a connection it uses again has been closed meanwhile, and takes a new one.
	 */
	if (status < 0)
		what = CURL_CSELECT_IN | CURL_CSELECT_OUT;
	if (events & UV_READABLE)
		what |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		what |= CURL_CSELECT_OUT;
	act(watch->engine, watch->fd, what);
}

static struct watch *watch_new(struct engine *engine, curl_socket_t fd)
{
	struct watch *watch = xalloc(sizeof(*watch));

	watch->engine = engine;
	watch->fd = fd;
	watch->poll.data = watch;
	if (uv_poll_init_socket(engine->loop, &watch->poll, fd)) {
		free(watch);
		return NULL;
	}
	curl_multi_assign(engine->multi, fd, watch);
	return watch;
}

static int on_socket_wanted(CURL *easy __attribute__((unused)), curl_socket_t fd,
	int what, void *ctx, void *socket_ctx)
{
	struct engine *engine = ctx;
	struct watch *watch = socket_ctx;
	int events = 0;

	if (what == CURL_POLL_REMOVE) {
		if (watch)
			watch_free(watch);
		curl_multi_assign(engine->multi, fd, NULL);
		return 0;
	}
	if (what != CURL_POLL_OUT)
		events |= UV_READABLE;
	if (what != CURL_POLL_IN)
		events |= UV_WRITABLE;
	if (!watch)
		watch = watch_new(engine, fd);
	return watch && !uv_poll_start(&watch->poll, events, on_socket_event) ? 0 : -1;
}

static void on_timeout(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timer_wanted(
	CURLM *multi __attribute__((unused)), long timeout_ms, void *ctx)
{
	struct engine *engine = ctx;

	if (timeout_ms < 0)
		uv_timer_stop(&engine->timer);
	else
		uv_timer_start(&engine->timer, on_timeout, (uint64_t)timeout_ms, 0);
	return 0;
}

static void release(struct call *call)
{
	if (call_is_running(call) && call->bounded)
		call->engine->nbounded--;
	call_move(call, NULL);
}

void multi_cancel(struct call *call)
{
	struct engine *engine = call->engine;

	release(call);
	if (engine->in_curl) {
		call_move(call, &engine->cancelled);
		multi_kick(engine);
		return;
	}
	transfer_drop(call);
	call_free(call);
}

static void reap_cancelled(struct engine *engine)
{
	while (engine->cancelled.first)
		multi_cancel(engine->cancelled.first);
}

static void reap_ended(struct engine *engine)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(engine->multi, &left))) {
		struct call *call = NULL;
		CURLcode code = message->data.result;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		if (call->answer == ANSWER_STREAM && code == CURLE_OK)
			stream_connected(call);
		else
			multi_end(call, code);
	}
}

void multi_end(struct call *call, CURLcode code)
{
	struct engine *engine = call->engine;

	if (code == CURLE_OK) {
		engine->in_curl = true; /* a record's taker may cancel the call, which
					   must outlive it */
		call_last_record(call);
		engine->in_curl = false;
	}
	if (!call_is_running(call))
		return;
	release(call);
	transfer_end(call, code);
}

/* The one place where libcurl runs on its own account. */
static void act(struct engine *engine, curl_socket_t fd, int events)
{
	int running;

	engine->in_curl = true;
	curl_multi_socket_action(engine->multi, fd, events, &running);
	engine->in_curl = false;
	reap_cancelled(engine);
	reap_ended(engine);
	multi_pump(engine);
}

static bool may_run(const struct call *call)
{
	return !call->bounded || call->engine->nbounded < call->engine->max_bounded;
}

static void run(struct engine *engine, struct call *call)
{
	call_move(call, &engine->running);
	if (call->bounded)
		engine->nbounded++;
	if (transfer_begin(call))
		return;
	release(call);
	call_move(call, &engine->stillborn);
	multi_kick(engine);
}

void multi_pump(struct engine *engine)
{
	struct call *next;

	if (engine->in_curl) {
		multi_kick(engine);
		return;
	}
	for (struct call *call = engine->queued.first; call; call = next) {
		next = call->next;
		if (may_run(call))
			run(engine, call);
	}
}

/* Calls that could not even be handed to libcurl. */
static void end_stillborn(struct engine *engine)
{
	struct call *call;

	while ((call = engine->stillborn.first)) {
		release(call);
		call->failed = true;
		transfer_drop(call);
		call_end(call);
	}
}

static void on_pump(uv_timer_t *timer)
{
	struct engine *engine = timer->data;

	reap_cancelled(engine);
	multi_pump(engine);
	end_stillborn(engine);
}

void multi_kick(struct engine *engine)
{
	uv_timer_start(&engine->pump, on_pump, 0, 0);
}

bool multi_open(struct engine *engine, struct err *err)
{
	CURLM *multi = engine->multi = curl_multi_init();

	if (!multi)
		return err_set(err, ERR_SYSTEM, "libcurl cannot be started");
	uv_timer_init(engine->loop, &engine->timer);
	uv_timer_init(engine->loop, &engine->pump);
	engine->open_handles = 2;
	engine->timer.data = engine->pump.data = engine;
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, engine);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, engine);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS);
	return true;
}

static void drop_all(struct call_list *list)
{
	while (list->first)
		multi_cancel(list->first);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct engine *engine = handle->data;

	if (!--engine->open_handles)
		engine->on_closed(engine);
}

void multi_close(struct engine *engine, void (*on_closed)(struct engine *engine))
{
	drop_all(&engine->queued);
	drop_all(&engine->running);
	drop_all(&engine->stillborn);
	drop_all(&engine->cancelled);
	while (engine->nidle)
		curl_easy_cleanup(engine->idle[--engine->nidle]);
	curl_multi_cleanup(engine->multi);
	engine->on_closed = on_closed;
	uv_close((uv_handle_t *)&engine->timer, on_timer_closed);
	uv_close((uv_handle_t *)&engine->pump, on_timer_closed);
}
