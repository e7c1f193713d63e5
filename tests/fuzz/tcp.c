/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes over a connection, in pieces whose size the first byte says. Each whole message that may be answered has one
 * reply, in order, under its own id, up to the first one that ends the connection; and the connection ends.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "netdns/addr.h"
#include "netdns/channel.h"
#include "netdns/outside.h"
#include "netdns/protocol.h"
#include "netdns/query.h"
#include "netdns/responder.h"
#include "netdns/socket.h"
#include "netdns/tcp.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message.h"

enum { LENGTH = 2, REPLIES_MAX = 1 << 16, TURNS_MAX = 100000 };

struct talk {
	uv_loop_t loop;
	int ends[2]; /* of a channel to whoever would ask others */
	struct outside *outside;
	struct responder *responder;
	struct tcp *tcp;
	int fd; /* the client's */
	uint8_t *replies;
	size_t nreplies; /* bytes */
	bool ended;
	bool reset;
};

static void begin(struct arena *arena, struct talk *talk)
{
	struct sockaddr_in at;
	socklen_t size = sizeof(at);
	struct addr addr;
	struct err err = {0};
	int listening;

	assert(addr_parse("127.0.0.1", &addr));
	uv_loop_init(&talk->loop);
	assert(channel_new(talk->ends, &err));
	talk->outside = outside_new(&talk->loop, talk->ends[0]);
	talk->responder = responder_new(talk->outside);
	assert(socket_open(
		&(struct socket_opts){.addr = &addr, .tcp = true}, &listening, &err));
	talk->tcp = tcp_new(&talk->loop, listening, &addr, talk->responder);
	talk->replies = arena_alloc(arena, REPLIES_MAX);
	talk->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert(getsockname(listening, (struct sockaddr *)&at, &size) == 0);
	assert(connect(talk->fd, (struct sockaddr *)&at, size) == 0);
}

static void close_all(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void end(struct talk *talk)
{
	close(talk->fd);
	tcp_free(talk->tcp);
	responder_free(talk->responder);
	outside_free(talk->outside);
	uv_walk(&talk->loop, close_all, NULL);
	uv_run(&talk->loop, UV_RUN_DEFAULT);
	assert(uv_loop_close(&talk->loop) == 0);
	close(talk->ends[0]);
	close(talk->ends[1]);
}

/* The server has a turn, and what it says is read. */
static void turn(struct talk *talk)
{
	ssize_t n;

	uv_run(&talk->loop, UV_RUN_NOWAIT);
	n = recv(talk->fd, talk->replies + talk->nreplies, REPLIES_MAX - talk->nreplies,
		MSG_DONTWAIT);
	assert(talk->nreplies < REPLIES_MAX);
	talk->nreplies += n > 0 ? (size_t)n : 0;
	talk->reset = talk->reset || (n < 0 && errno != EAGAIN);
	talk->ended = talk->ended || n == 0 || talk->reset;
}

static void speak(struct talk *talk, const char *data, size_t len, size_t piece)
{
	for (size_t at = 0; at < len && !talk->ended; at += piece) {
		size_t n = len - at < piece ? len - at : piece;

		if (send(talk->fd, data + at, n, MSG_NOSIGNAL) < 0)
			break;
		turn(talk);
	}
	shutdown(talk->fd, SHUT_WR);
	for (unsigned i = 0; !talk->ended; i++) {
		assert(i < TURNS_MAX);
		turn(talk);
	}
}

/* Compares message by message; all replies must be there unless the end was a reset, which takes some along. */
static void compare(const struct talk *talk, const uint8_t *data, size_t len)
{
	const uint8_t *reply = talk->replies;
	const uint8_t *last = reply + talk->nreplies;
	struct query query;
	unsigned rcode;

	for (size_t at = 0, n; at + LENGTH <= len; at += LENGTH + n) {
		n = message_u16(data + at);
		if (n < MESSAGE_HEADER || n > TCP_QUERY_BYTES || at + LENGTH + n > len ||
			query_read(data + at + LENGTH, n, &query, &rcode) == QUERY_DROP)
			break;
		if (last - reply < LENGTH && talk->reset)
			return;
		assert(last - reply >= LENGTH + MESSAGE_HEADER);
		assert(message_u16(reply + LENGTH) == query.id);
		if (last - reply - LENGTH < (ptrdiff_t)message_u16(reply) && talk->reset)
			return;
		assert(message_is_strict(reply + LENGTH, message_u16(reply)));
		reply += LENGTH + message_u16(reply);
	}
	assert(reply == last);
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct talk talk = {0};

	if (len < 1 || len > 4096)
		return;
	begin(arena, &talk);
	speak(&talk, data + 1, len - 1, (unsigned char)data[0] + 1u);
	compare(&talk, (const uint8_t *)data + 1, len - 1);
	end(&talk);
}
