/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/asking.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "netdns/answer.h"
#include "netdns/channel.h"
#include "netdns/forward.h"
#include "netdns/query.h"
#include "netdns/resolv.h"

enum { UPSTREAM_PORT = 53, QUESTIONS = 32 /* in one turn of the loop */ };

struct asking {
	uv_poll_t dns;
	uv_poll_t watch;
	int dns_fd;
	int watch_fd;
	bool broken;
	unsigned nhandles; /* not closed yet */
	struct forward *forward;
	uint8_t secret[COOKIE_SECRET_BYTES]; /* dns' own */
};

/* One that cannot be sent is lost, as on any wire: who asked asks again. */
static void send_reply(
	struct asking *asking, uint32_t number, const uint8_t *bytes, size_t len)
{
	struct message message = {
		.kind = MESSAGE_REPLY, .number = number, .bytes = bytes, .len = len};

	(void)channel_send(asking->dns_fd, &message, NULL, 0);
}

/* A place has room for an address, which is dns' to know; here it holds the number. */
static void send_later(
	void *owner, const struct sockaddr_storage *to, const uint8_t *reply, size_t len)
{
	uint32_t number;

	memcpy(&number, to, sizeof(number));
	send_reply(owner, number, reply, len);
}

static bool take_question(struct asking *asking, const struct message *message)
{
	struct ask ask = {
		.source = message->addr,
		.tcp = message->asking.tcp,
		.now_s = message->asking.now_s,
		.secret = asking->secret,
	};
	struct forward_place place = {.owner = asking, .send = send_later};
	uint8_t buffer[DNS_TCP_BYTES];
	struct query query;
	unsigned rcode;
	size_t len;

	if (query_read(message->bytes, message->len, &query, &rcode) != QUERY_OK)
		return false;
	memcpy(asking->secret, message->asking.secret, sizeof(asking->secret));
	memcpy(&place.to, &message->number, sizeof(message->number));
	if (message->via.n)
		ask.view.upstreams = &message->via;
	len = forward_ask(asking->forward, &ask, &query, &place, buffer);
	if (len)
		send_reply(asking, message->number, buffer, len);
	return true;
}

static void stop(struct asking *asking, enum channel_fate fate)
{
	asking->broken = fate != CHANNEL_END;
	uv_stop(asking->dns.loop);
}

static void on_question(uv_poll_t *poll, int status, int events)
{
	struct asking *asking = poll->data;
	struct channel_in in;
	enum channel_fate fate = CHANNEL_MESSAGE;

	(void)status;
	(void)events;
	for (unsigned i = 0; i < QUESTIONS && fate == CHANNEL_MESSAGE; i++) {
		fate = channel_receive(asking->dns_fd, &in);
		if (fate == CHANNEL_MESSAGE &&
			(in.nfds || in.message.kind != MESSAGE_ASK ||
				!take_question(asking, &in.message))) {
			channel_close_fds(&in);
			fate = CHANNEL_BROKEN;
		}
	}
	if (fate == CHANNEL_END || fate == CHANNEL_BROKEN)
		stop(asking, fate);
}

static void on_upstreams(uv_poll_t *poll, int status, int events)
{
	struct asking *asking = poll->data;
	struct channel_in in;
	enum channel_fate fate = channel_receive(asking->watch_fd, &in);

	(void)status;
	(void)events;
	if (fate == CHANNEL_MESSAGE && !in.nfds && in.message.kind == MESSAGE_UPSTREAMS)
		forward_set_upstreams(asking->forward, &in.message.via);
	else if (fate != CHANNEL_NOTHING)
		stop(asking, fate);
}

static void listen_to(struct asking *asking, uv_poll_t *poll, uv_poll_cb heard)
{
	poll->data = asking;
	asking->nhandles++;
	uv_poll_start(poll, UV_READABLE, heard);
}

struct asking *asking_new(struct uv_loop_s *loop, int dns, int watch)
{
	struct asking *asking = xalloc(sizeof(*asking));

	asking->dns_fd = dns;
	asking->watch_fd = watch;
	asking->forward = forward_new(loop, UPSTREAM_PORT);
	uv_poll_init(loop, &asking->dns, dns);
	uv_poll_init(loop, &asking->watch, watch);
	listen_to(asking, &asking->dns, on_question);
	listen_to(asking, &asking->watch, on_upstreams);
	return asking;
}

bool asking_is_broken(const struct asking *asking)
{
	return asking->broken;
}

static void on_closed(uv_handle_t *handle)
{
	struct asking *asking = handle->data;

	if (!--asking->nhandles)
		free(asking);
}

void asking_free(struct asking *asking)
{
	forward_free(asking->forward);
	uv_close((uv_handle_t *)&asking->dns, on_closed);
	uv_close((uv_handle_t *)&asking->watch, on_closed);
}
