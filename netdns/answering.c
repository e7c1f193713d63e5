/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/answering.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <uv.h>

#include "base/arena.h"
#include "netdns/channel.h"
#include "netdns/image.h"
#include "netdns/outside.h"
#include "netdns/responder.h"
#include "netdns/tcp.h"
#include "netdns/udp.h"
#include "netdns/zone.h"

struct listener {
	struct listener *next; /* answering.listeners' list */
	uint32_t number;
	struct udp *udp;
	struct tcp *tcp;
};

struct answering {
	uv_poll_t poll;
	int watch;
	bool broken;
	struct outside *outside;
	struct responder *responder;
	struct listener *listeners;
	struct arena arena; /* of the zone */
	uint8_t seed[ZONE_SEED_BYTES];
};

static void listener_free(struct listener *listener)
{
	udp_free(listener->udp);
	tcp_free(listener->tcp);
	free(listener);
}

/* What is asked, and what goes back. False: it is nonsense, or cannot be done. */
struct order {
	struct answering *answering;
	struct channel_in *in;
	struct message answer;
};

static void publish(struct answering *answering, const struct image *image)
{
	struct arena old = answering->arena;

	answering->arena = (struct arena){0};
	responder_set_zone(answering->responder,
		zone_new(&answering->arena, &image->input, answering->seed,
			image->serial));
	responder_set_stale(answering->responder, image->stale);
	arena_finish(&old);
}

static bool do_zone(struct order *order)
{
	struct arena scratch = {0};
	struct image image;
	uint8_t *bytes;
	size_t len;
	bool ok;

	if (!image_map(order->in->fds[0], &bytes, &len))
		return false;
	ok = image_read(&scratch, bytes, len, &image);
	if (ok)
		publish(order->answering, &image);
	arena_finish(&scratch);
	image_unmap(bytes, len);
	return ok;
}

static bool do_open(struct order *order)
{
	struct answering *answering = order->answering;
	const struct message *asked = &order->in->message;
	struct listener *listener = xalloc(sizeof(*listener));

	listener->number = asked->number;
	listener->udp = udp_new(answering->poll.loop,
		&(struct udp_opts){order->in->fds[0], asked->addr, asked->index},
		answering->responder);
	listener->tcp = tcp_new(answering->poll.loop, order->in->fds[1], &asked->addr,
		answering->responder);
	order->in->nfds = 0;
	listener->next = answering->listeners;
	answering->listeners = listener;
	return true;
}

static bool do_close(struct order *order)
{
	struct listener **at = &order->answering->listeners;
	struct listener *listener;

	while (*at && (*at)->number != order->in->message.number)
		at = &(*at)->next;
	listener = *at;
	if (!listener)
		return false;
	*at = listener->next;
	listener_free(listener);
	return true;
}

static bool do_pause(struct order *order)
{
	for (struct listener *l = order->answering->listeners; l; l = l->next) {
		udp_pause(l->udp);
		tcp_pause(l->tcp);
	}
	return true;
}

static bool do_count(struct order *order)
{
	const struct counters *counters = responder_counters(order->answering->responder);

	order->answer = (struct message){
		.kind = MESSAGE_COUNTERS,
		.counts = {counters->udp, counters->tcp, counters->forwarded,
			counters->dropped, counters->slowed},
	};
	return true;
}

static bool (*const rows[MESSAGE_KINDS])(struct order *order) = {
	[MESSAGE_ZONE] = do_zone,
	[MESSAGE_OPEN] = do_open,
	[MESSAGE_CLOSE] = do_close,
	[MESSAGE_PAUSE] = do_pause,
	[MESSAGE_COUNT] = do_count,
};

static bool obey(struct answering *answering, struct channel_in *in)
{
	struct order order = {answering, in, {.kind = MESSAGE_DONE}};
	enum message_kind kind = in->message.kind;
	bool ok = rows[kind] && in->nfds == message_nfds(kind) && rows[kind](&order);

	channel_close_fds(in);
	return ok && channel_send(answering->watch, &order.answer, NULL, 0);
}

static void on_order(uv_poll_t *poll, int status, int events)
{
	struct answering *answering = poll->data;
	struct channel_in in;
	enum channel_fate fate = channel_receive(answering->watch, &in);

	(void)status;
	(void)events;
	if (fate == CHANNEL_NOTHING || (fate == CHANNEL_MESSAGE && obey(answering, &in)))
		return;
	answering->broken = fate != CHANNEL_END;
	uv_stop(answering->poll.loop);
}

struct answering *answering_new(struct uv_loop_s *loop, int watch, int fwd)
{
	struct answering *answering = xalloc(sizeof(*answering));

	answering->watch = watch;
	while (getrandom(answering->seed, sizeof(answering->seed), 0) < 0)
		;
	answering->outside = outside_new(loop, fwd);
	answering->responder = responder_new(answering->outside);
	answering->poll.data = answering;
	uv_poll_init(loop, &answering->poll, watch);
	uv_poll_start(&answering->poll, UV_READABLE, on_order);
	return answering;
}

bool answering_is_broken(const struct answering *answering)
{
	return answering->broken || outside_is_broken(answering->outside);
}

static void on_closed(uv_handle_t *handle)
{
	struct answering *answering = handle->data;

	responder_free(answering->responder);
	arena_finish(&answering->arena);
	free(answering);
}

void answering_free(struct answering *answering)
{
	while (answering->listeners) {
		struct listener *listener = answering->listeners;

		answering->listeners = listener->next;
		listener_free(listener);
	}
	outside_free(answering->outside);
	uv_close((uv_handle_t *)&answering->poll, on_closed);
}
