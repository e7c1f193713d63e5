/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/requests.h"

#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "netdns/control.h"
#include "netdns/live.h"
#include "netdns/server.h"

/* Somebody who waits for a network. */
struct waiter {
	struct waiter *next; /* came before this one */
	struct control_client *client;
	char *network;
	int64_t end_ms; /* of the loop */
};

struct requests {
	struct uv_loop_s *loop; /* borrowed */
	struct requests_opts opts;
	struct control *control;
	struct waiter *waiters;
	uv_timer_t timer; /* of the first that has waited long enough */
};

enum fate {
	ANSWERED,
	REFUSED, /* err says why */
	LATER,
};

struct call {
	struct requests *requests;
	struct control_client *client;
	struct arena arena;
	const struct node *request;
	struct node *answer;
	struct err err;
};

static enum fate do_status(struct call *call)
{
	live_status(call->requests->opts.live, &call->arena, call->answer);
	return ANSWERED;
}

static enum fate do_dump(struct call *call)
{
	live_dump(call->requests->opts.live, &call->arena, call->answer);
	return ANSWERED;
}

static enum fate do_query(struct call *call)
{
	struct live_query query = {
		.name = node_get_text(call->request, "name"),
		.type = node_get_text(call->request, "type"),
		.from = node_get_text(call->request, "from"),
	};

	return live_ask(call->requests->opts.live, &call->arena, &query, call->answer,
		       &call->err)
		? ANSWERED
		: REFUSED;
}

static enum fate do_drain(struct call *call)
{
	return live_drain(call->requests->opts.live, &call->arena,
		       node_get(call->request, "containers"), call->answer, &call->err)
		? ANSWERED
		: REFUSED;
}

static enum fate try_ready(struct call *call, const char *network)
{
	switch (live_ready(call->requests->opts.live, &call->arena, network, call->answer,
		&call->err)) {
	case LIVE_READY:
		return ANSWERED;
	case LIVE_WAIT:
		return LATER;
	case LIVE_NEVER:
		break;
	}
	return REFUSED;
}

static void on_time(uv_timer_t *timer)
{
	requests_look(timer->data);
}

static void wait_for(struct call *call, const char *network)
{
	struct waiter *waiter = xalloc(sizeof(*waiter));
	struct requests *requests = call->requests;

	waiter->client = call->client;
	waiter->network = xstrdup(network);
	waiter->end_ms = (int64_t)uv_now(requests->loop) + REQUESTS_WAIT_MS;
	waiter->next = requests->waiters;
	requests->waiters = waiter;
	if (!uv_is_active((uv_handle_t *)&requests->timer))
		uv_timer_start(&requests->timer, on_time, REQUESTS_WAIT_MS, 0);
}

static enum fate do_ready(struct call *call)
{
	const char *network = node_get_text(call->request, "network");
	enum fate fate;

	if (!network) {
		err_set(&call->err, ERR_INPUT, "network: not given");
		return REFUSED;
	}
	fate = try_ready(call, network);
	if (fate == LATER)
		wait_for(call, network);
	return fate;
}

static enum fate do_stop(struct call *call)
{
	call->requests->opts.stop(call->requests->opts.data);
	return ANSWERED;
}

static bool hand(struct call *call, const struct server_sockets *sockets)
{
	struct node *map = node_map(&call->arena);
	auto_str address = {0};
	auto_str line = {0};

	addr_print(&address, &sockets->addr);
	node_set_text(&call->arena, map, "address", str_text(&address));
	node_set_text_opt(&call->arena, map, "device", sockets->device);
	node_set_int(&call->arena, map, "index", sockets->index);
	node_set_int(&call->arena, map, "port", sockets->port);
	json_print(&line, map, JSON_COMPACT);
	str_add_c(&line, '\n');
	return control_send(call->client, &line, sockets->fds, CONTROL_FDS);
}

static enum fate do_hand_over(struct call *call)
{
	const struct server *server = live_server(call->requests->opts.live);
	struct server_sockets sockets;

	for (size_t i = 0; server_hand(server, i, &sockets); i++)
		if (sockets.fds[0] >= 0 && !hand(call, &sockets)) {
			err_set(&call->err, ERR_SYSTEM, "the sockets cannot be sent");
			return REFUSED;
		}
	return ANSWERED;
}

static enum fate do_retire(struct call *call)
{
	server_retire(live_server(call->requests->opts.live));
	call->requests->opts.retire(call->requests->opts.data);
	return ANSWERED;
}

struct row {
	const char *word;
	enum fate (*run)(struct call *call);
};

static const struct row rows[] = {
	{"drain", do_drain},
	{"dump", do_dump},
	{"hand over", do_hand_over},
	{"query", do_query},
	{"ready", do_ready},
	{"retire", do_retire},
	{"status", do_status},
	{"stop", do_stop},
};

static enum fate run(struct call *call, const char *line, size_t len)
{
	struct node *request = NULL;
	const char *word;

	if (!json_parse(&call->arena, line, len, &request, &call->err) ||
		request->kind != NODE_MAP) {
		err_set(&call->err, ERR_INPUT, "not a JSON object");
		return REFUSED;
	}
	call->request = request;
	word = node_get_text(request, "do");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (text_eq(rows[i].word, word))
			return rows[i].run(call);
	err_set(&call->err, ERR_INPUT, "do: not known: %s", word ? word : "(none)");
	return REFUSED;
}

static void begin(
	struct requests *requests, struct control_client *client, struct call *out)
{
	*out = (struct call){.requests = requests, .client = client};
	out->answer = node_map(&out->arena);
	node_set_bool(&out->arena, out->answer, "ok", true);
}

static void finish(struct call *call, enum fate fate)
{
	auto_str line = {0};

	if (fate == REFUSED) {
		call->answer = node_map(&call->arena);
		node_set_bool(&call->arena, call->answer, "ok", false);
		node_set_text(&call->arena, call->answer, "error", call->err.text);
	}
	if (fate != LATER) {
		json_print(&line, call->answer, JSON_COMPACT);
		control_answer(call->client, &line);
	}
	arena_finish(&call->arena);
}

static void on_request(
	void *data, struct control_client *client, const char *line, size_t len)
{
	struct call call;

	begin(data, client, &call);
	finish(&call, run(&call, line, len));
}

/* ---- those who wait */

static bool try_waiter(struct requests *requests, const struct waiter *waiter, bool last)
{
	struct call call;
	enum fate fate;

	begin(requests, waiter->client, &call);
	fate = try_ready(&call, waiter->network);
	if (fate == LATER && last)
		fate = REFUSED;
	finish(&call, fate);
	return fate != LATER;
}

void requests_look(struct requests *requests)
{
	struct waiter **at = &requests->waiters;
	int64_t now = (int64_t)uv_now(requests->loop);
	int64_t next = 0;

	while (*at) {
		struct waiter *waiter = *at;

		if (!try_waiter(requests, waiter, waiter->end_ms <= now)) {
			next = waiter->end_ms;
			at = &waiter->next;
			continue;
		}
		*at = waiter->next;
		free(waiter->network);
		free(waiter);
	}
	/* The last of the list has waited longest. */
	if (next)
		uv_timer_start(&requests->timer, on_time, (uint64_t)(next - now), 0);
	else
		uv_timer_stop(&requests->timer);
}

/* ---- the whole */

struct requests *requests_new(
	struct uv_loop_s *loop, const struct requests_opts *opts, struct err *err)
{
	struct requests *requests = xalloc(sizeof(*requests));

	requests->loop = loop;
	requests->opts = *opts;
	requests->control = control_new(loop,
		&(struct control_opts){
			.fd = opts->fd, .request = on_request, .data = requests},
		err);
	if (!requests->control) {
		free(requests);
		return NULL;
	}
	requests->timer.data = requests;
	uv_timer_init(loop, &requests->timer);
	return requests;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void requests_free(struct requests *requests)
{
	if (!requests)
		return;
	control_free(requests->control);
	while (requests->waiters) {
		struct waiter *waiter = requests->waiters;

		requests->waiters = waiter->next;
		free(waiter->network);
		free(waiter);
	}
	uv_close((uv_handle_t *)&requests->timer, on_closed);
}
