/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/outside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/arena.h"
#include "netdns/answer.h"
#include "netdns/channel.h"
#include "netdns/forward.h"
#include "netdns/protocol.h"
#include "netdns/resolv.h"
#include "netdns/responder.h"

enum { REPLIES = 32 /* in one turn of the loop */ };

/* Numbers say which slot, and which use of it: a reply that is late for one must not go to the next. */
struct waiter {
	bool used;
	bool tcp;
	uint32_t number;
	int64_t until_ms; /* of the loop */
	struct forward_place place;
	uint8_t *unsent; /* the question, while the channel is full; NULL: it is sent */
	size_t unsent_len;
};

struct outside {
	uv_poll_t poll;
	int fwd;
	bool broken;
	uint32_t last;                    /* number */
	uint32_t unsent[OUTSIDE_WAITERS]; /* a ring of numbers, the oldest at `first` */
	unsigned first;
	unsigned nunsent;
	struct waiter waiters[OUTSIDE_WAITERS];
};

static struct waiter *waiter_of(struct outside *outside, uint32_t number)
{
	return &outside->waiters[number % OUTSIDE_WAITERS];
}

static void reply_to(struct outside *outside, const struct message *reply)
{
	struct waiter *waiter = waiter_of(outside, reply->number);

	if (!waiter->used || waiter->number != reply->number)
		return;
	waiter->used = false;
	if (reply->len && (waiter->tcp || reply->len <= DNS_UDP_EDNS_BYTES))
		waiter->place.send(
			waiter->place.owner, &waiter->place.to, reply->bytes, reply->len);
}

static void drop_unsent(struct waiter *waiter)
{
	free(waiter->unsent);
	waiter->unsent = NULL;
}

/* False: the channel is full again. */
static bool send_unsent(struct outside *outside, struct waiter *waiter, uint32_t number)
{
	if (waiter->used && waiter->number == number && waiter->unsent &&
		send(outside->fwd, waiter->unsent, waiter->unsent_len, MSG_NOSIGNAL) <
			0 &&
		errno == EAGAIN)
		return false;
	if (waiter->number == number)
		drop_unsent(waiter);
	return true;
}

static void on_ready(uv_poll_t *poll, int status, int events);

static void listen_on(struct outside *outside)
{
	uv_poll_start(&outside->poll, UV_READABLE | (outside->nunsent ? UV_WRITABLE : 0),
		on_ready);
}

static void send_more(struct outside *outside)
{
	while (outside->nunsent) {
		uint32_t number = outside->unsent[outside->first];

		if (!send_unsent(outside, waiter_of(outside, number), number))
			return;
		outside->first = (outside->first + 1) % OUTSIDE_WAITERS;
		outside->nunsent--;
	}
	listen_on(outside);
}

static enum channel_fate read_replies(struct outside *outside)
{
	struct channel_in in;
	enum channel_fate fate = CHANNEL_MESSAGE;

	for (unsigned i = 0; i < REPLIES && fate == CHANNEL_MESSAGE; i++) {
		fate = channel_receive(outside->fwd, &in);
		if (fate != CHANNEL_MESSAGE)
			break;
		if (in.nfds || in.message.kind != MESSAGE_REPLY) {
			channel_close_fds(&in);
			fate = CHANNEL_BROKEN;
		} else
			reply_to(outside, &in.message);
	}
	return fate;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct outside *outside = poll->data;
	enum channel_fate fate = read_replies(outside);

	(void)status;
	outside->broken = fate == CHANNEL_BROKEN;
	if (fate == CHANNEL_END || fate == CHANNEL_BROKEN)
		uv_stop(poll->loop);
	else if (events & UV_WRITABLE)
		send_more(outside);
}

struct outside *outside_new(struct uv_loop_s *loop, int fwd)
{
	struct outside *outside = xalloc(sizeof(*outside));

	outside->fwd = fwd;
	outside->poll.data = outside;
	uv_poll_init(loop, &outside->poll, fwd);
	listen_on(outside);
	return outside;
}

bool outside_is_broken(const struct outside *outside)
{
	return outside->broken;
}

static void on_closed(uv_handle_t *handle)
{
	struct outside *outside = handle->data;

	for (unsigned i = 0; i < OUTSIDE_WAITERS; i++)
		drop_unsent(&outside->waiters[i]);
	free(outside);
}

void outside_free(struct outside *outside)
{
	if (outside)
		uv_close((uv_handle_t *)&outside->poll, on_closed);
}

/* The next that is free, or was given up; NULL: all wait. */
static struct waiter *find_waiter(struct outside *outside, int64_t now_ms)
{
	for (unsigned i = 0; i < OUTSIDE_WAITERS; i++) {
		struct waiter *waiter = waiter_of(outside, ++outside->last);

		if (!waiter->used || waiter->until_ms <= now_ms)
			return waiter;
	}
	return NULL;
}

/* A burst is more than the channel holds: the rest waits for room in it. */
static bool hand_over(
	struct outside *outside, struct waiter *waiter, const struct message *message)
{
	uint8_t bytes[MESSAGE_BYTES];

	drop_unsent(waiter);
	if (!outside->nunsent && channel_send(outside->fwd, message, NULL, 0))
		return true;
	if (outside->nunsent == OUTSIDE_WAITERS)
		return false;
	waiter->unsent_len = message_write(message, bytes);
	waiter->unsent = xalloc(waiter->unsent_len);
	memcpy(waiter->unsent, bytes, waiter->unsent_len);
	outside->unsent[(outside->first + outside->nunsent++) % OUTSIDE_WAITERS] =
		message->number;
	listen_on(outside);
	return true;
}

size_t outside_ask(
	struct outside *outside, const struct outside_question *question, uint8_t *buffer)
{
	const struct ask *ask = question->ask;
	int64_t now_ms = (int64_t)uv_now(outside->poll.loop);
	struct waiter *waiter = find_waiter(outside, now_ms);
	struct message message = {
		.kind = MESSAGE_ASK,
		.number = outside->last,
		.addr = ask->source,
		.asking = {.tcp = ask->tcp, .now_s = ask->now_s},
		.bytes = question->packet->bytes,
		.len = question->packet->len,
	};

	memcpy(message.asking.secret, ask->secret, sizeof(message.asking.secret));
	if (ask->view.upstreams)
		message.via = *ask->view.upstreams;
	if (!waiter || !hand_over(outside, waiter, &message))
		return answer_failure(
			ask, question->query, RCODE_SERVFAIL, EDE_PROHIBITED, buffer);
	waiter->used = true;
	waiter->tcp = ask->tcp;
	waiter->number = message.number;
	waiter->until_ms = now_ms + OUTSIDE_MS;
	waiter->place = *question->place;
	return 0;
}

void outside_forget(struct outside *outside, const void *owner)
{
	for (unsigned i = 0; i < OUTSIDE_WAITERS; i++)
		if (outside->waiters[i].place.owner == owner)
			outside->waiters[i].used = false;
}
