/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries by TCP: messages behind their length. What others are asked does not hold up the queries behind it
 * (RFC 7766 6.2.1.1). While a reply does not go out nothing more is read, so what a client can make us hold is one
 * query, one reply, and those that others have given meanwhile: as many as may be awaited.
 */
#include "netdns/tcp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "netdns/addr.h"
#include "netdns/forward.h"
#include "netdns/protocol.h"
#include "netdns/responder.h"
#include "netdns/socket.h"

enum { LENGTH_BYTES = 2, ACCEPTS = 16 /* in one turn of the loop */ };

/* A reply that came while another one was going out. */
struct late {
	struct late *next; /* the connection's list */
	size_t len;
	uint8_t bytes[];
};

struct connection {
	struct tcp *tcp;         /* its list holds this one */
	struct connection *next; /* heard of before this one */
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned nhandles; /* not closed yet */
	int fd;
	struct addr source;
	bool message; /* the timer runs for a message */
	bool ended;   /* the client says no more, but may listen */
	bool closing;
	unsigned nawaited;  /* replies that others are asked for */
	struct late *lates; /* the first to go out first */
	size_t nin;
	size_t nout;
	size_t sent; /* of out */
	uint8_t in[LENGTH_BYTES + TCP_QUERY_BYTES];
	uint8_t out[LENGTH_BYTES + DNS_TCP_BYTES];
};

struct tcp {
	uv_poll_t poll;
	int fd;
	struct addr local;
	struct responder *responder;    /* borrowed */
	struct connection *connections; /* heard of last first */
};

/* ---- the end of a connection */

static void on_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;

	if (--connection->nhandles)
		return;
	while (connection->lates) {
		struct late *late = connection->lates;

		connection->lates = late->next;
		free(late);
	}
	close(connection->fd);
	free(connection);
}

static void unlink_connection(struct connection *connection)
{
	struct connection **at = &connection->tcp->connections;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
}

static void end(struct connection *connection)
{
	if (connection->closing)
		return;
	connection->closing = true;
	unlink_connection(connection);
	responder_forget(connection->tcp->responder, connection);
	uv_close((uv_handle_t *)&connection->poll, on_closed);
	uv_close((uv_handle_t *)&connection->timer, on_closed);
}

static void on_time(uv_timer_t *timer)
{
	end(timer->data);
}

static void set_time(struct connection *connection, bool message)
{
	connection->message = message;
	uv_timer_start(
		&connection->timer, on_time, message ? TCP_MESSAGE_MS : TCP_IDLE_MS, 0);
}

static void move_to_front(struct connection *connection)
{
	unlink_connection(connection);
	connection->next = connection->tcp->connections;
	connection->tcp->connections = connection;
}

/* ---- messages */

/* False when the connection is over. */
static bool flush(struct connection *c)
{
	while (c->sent < c->nout) {
		ssize_t n =
			send(c->fd, c->out + c->sent, c->nout - c->sent, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		c->sent += (size_t)n;
	}
	c->nout = c->sent = 0;
	return true;
}

/* The length of the first message with its prefix; 0: it is not there yet. False: it can be none. */
static bool first_message(const struct connection *c, size_t *out_len)
{
	size_t len = c->nin < LENGTH_BYTES ? 0 : (size_t)c->in[0] << 8 | c->in[1];

	*out_len = 0;
	if (c->nin < LENGTH_BYTES)
		return true;
	if (len < DNS_HEADER_BYTES || len > TCP_QUERY_BYTES)
		return false;
	if (c->nin >= LENGTH_BYTES + len)
		*out_len = LENGTH_BYTES + len;
	return true;
}

static void set_reply(struct connection *c, size_t len)
{
	c->out[0] = (uint8_t)(len >> 8);
	c->out[1] = (uint8_t)len;
	c->nout = LENGTH_BYTES + len;
}

static void set_late(struct connection *c)
{
	struct late *late = c->lates;

	c->lates = late->next;
	memcpy(c->out + LENGTH_BYTES, late->bytes, late->len);
	set_reply(c, late->len);
	free(late);
}

static void keep_late(struct connection *c, const uint8_t *reply, size_t len)
{
	struct late **at = &c->lates;
	struct late *late = xalloc(sizeof(*late) + len);

	while (*at)
		at = &(*at)->next;
	late->len = len;
	memcpy(late->bytes, reply, len);
	*at = late;
}

static void send_later(
	void *owner, const struct sockaddr_storage *to, const uint8_t *reply, size_t len);

/* False when it may not be answered: who sends such is not talked to. */
static bool reply_to(struct connection *c, size_t len)
{
	struct forward_place later = {.owner = c, .send = send_later};
	struct arrival arrival = {
		.local = &c->tcp->local,
		.source = &c->source,
		.tcp = true,
		.now_ms = (int64_t)uv_now(c->poll.loop),
		.later = &later,
	};
	struct packet_bytes packet = {c->in + LENGTH_BYTES, len - LENGTH_BYTES};
	size_t n;
	enum reply_fate fate = responder_reply(
		c->tcp->responder, &arrival, &packet, c->out + LENGTH_BYTES, &n);

	memmove(c->in, c->in + len, c->nin - len);
	c->nin -= len;
	c->nawaited += fate == REPLY_LATER;
	if (fate == REPLY_NOW)
		set_reply(c, n);
	return fate != REPLY_NONE;
}

/* A reply that is there, or the next message, if any. False when the connection is over. */
static bool take_next(struct connection *c, bool *out_any)
{
	size_t len = 0;

	*out_any = true;
	if (c->lates) {
		set_late(c);
		return true;
	}
	if (c->nawaited < TCP_PIPELINED && !first_message(c, &len))
		return false;
	*out_any = len > 0;
	return !len || reply_to(c, len);
}

/* Answers what is there as long as replies go out. False when the connection is over. */
static bool answer_all(struct connection *c)
{
	bool any = true;
	bool answered = false;

	while (any && !c->nout) {
		if (!take_next(c, &any) || !flush(c))
			return false;
		answered = answered || any;
	}
	/* A message has its time, however slowly it trickles in, and so has a reply that nobody takes. */
	if (!c->nout &&
		(!c->nin || c->nawaited)) /* nobody is asked for as long as that */
		set_time(c, false);
	else if (answered || !c->message)
		set_time(c, true);
	return !c->ended || c->nout || c->nawaited;
}

static bool read_more(struct connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->nin, sizeof(c->in) - c->nin, 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->nin += (size_t)n;
	c->ended = n == 0;
	return true;
}

static void on_ready(uv_poll_t *poll, int status, int events);

static void go_on(struct connection *c)
{
	if (!answer_all(c))
		end(c);
	else if (c->nout)
		uv_poll_start(&c->poll, UV_WRITABLE, on_ready);
	else if (c->nawaited == TCP_PIPELINED || c->ended)
		uv_poll_stop(&c->poll);
	else
		uv_poll_start(&c->poll, UV_READABLE, on_ready);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct connection *c = poll->data;
	bool alive = status == 0;

	move_to_front(c);
	if (alive && events & UV_WRITABLE)
		alive = flush(c);
	if (alive && events & UV_READABLE)
		alive = read_more(c);
	if (alive)
		go_on(c);
	else
		end(c);
}

static void send_later(
	void *owner, const struct sockaddr_storage *to, const uint8_t *reply, size_t len)
{
	struct connection *c = owner;

	(void)to;
	c->nawaited--;
	keep_late(c, reply, len);
	go_on(c);
}

/* ---- new connections */

static void make_room(struct tcp *tcp)
{
	struct connection *last = tcp->connections;
	unsigned n = 1;

	for (; last && last->next; last = last->next)
		n++;
	if (last && n >= TCP_CONNECTIONS)
		end(last);
}

static bool has_too_many(const struct tcp *tcp, const struct addr *source)
{
	unsigned n = 0;

	for (const struct connection *c = tcp->connections; c; c = c->next)
		n += addr_equal(&c->source, source);
	return n >= TCP_PER_CLIENT;
}

static void begin(struct tcp *tcp, int fd, const struct addr *source)
{
	struct connection *c = xalloc(sizeof(*c));

	c->tcp = tcp;
	c->fd = fd;
	c->source = *source;
	c->nhandles = 2;
	c->poll.data = c->timer.data = c;
	uv_poll_init(tcp->poll.loop, &c->poll, fd);
	uv_timer_init(tcp->poll.loop, &c->timer);
	c->next = tcp->connections;
	tcp->connections = c;
	set_time(c, true);
	uv_poll_start(&c->poll, UV_READABLE, on_ready);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct tcp *tcp = poll->data;

	(void)status;
	(void)events;
	for (unsigned i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage from = {0};
		socklen_t len = sizeof(from);
		struct addr source;
		uint16_t port;
		int fd = accept4(tcp->fd, (struct sockaddr *)&from, &len,
			SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		if (!socket_peer(&from, &source, &port) || has_too_many(tcp, &source)) {
			close(fd);
			continue;
		}
		make_room(tcp);
		begin(tcp, fd, &source);
	}
}

struct tcp *tcp_new(struct uv_loop_s *loop, int fd, const struct addr *addr,
	struct responder *responder)
{
	struct tcp *tcp = xalloc(sizeof(*tcp));

	tcp->fd = fd;
	tcp->local = *addr;
	tcp->responder = responder;
	tcp->poll.data = tcp;
	uv_poll_init(loop, &tcp->poll, fd);
	uv_poll_start(&tcp->poll, UV_READABLE, on_connection);
	return tcp;
}

void tcp_pause(struct tcp *tcp)
{
	uv_poll_stop(&tcp->poll);
}

static void on_listener_closed(uv_handle_t *handle)
{
	struct tcp *tcp = handle->data;

	close(tcp->fd);
	free(tcp);
}

void tcp_free(struct tcp *tcp)
{
	if (!tcp)
		return;
	while (tcp->connections)
		end(tcp->connections);
	uv_close((uv_handle_t *)&tcp->poll, on_listener_closed);
}
