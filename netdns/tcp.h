/* SPDX-License-Identifier: Apache-2.0 */
/* One of our addresses over TCP (RFC 7766), and its connections. */
#pragma once

struct addr;
struct responder;
struct tcp;
struct uv_loop_s;

enum {
	TCP_CONNECTIONS =
		256, /* of an address; then the one that was idle longest goes */
	TCP_PER_CLIENT = 16,
	TCP_PIPELINED = 16, /* queries of a connection that others are asked at a time */
	TCP_MESSAGE_MS =
		3000, /* from the first byte of a message, or the connection, to its last */
	TCP_IDLE_MS = 10000,    /* between messages */
	TCP_QUERY_BYTES = 4096, /* a longer message ends the connection */
};

/* fd listens, and is taken over. The responder is borrowed. */
struct tcp *tcp_new(struct uv_loop_s *loop, int fd, const struct addr *addr,
	struct responder *responder);

/* Takes no more connections: somebody else does. Those that are there go on. */
void tcp_pause(struct tcp *tcp);

/* Closes its connections too. Memory goes when the loop has turned once more. */
void tcp_free(struct tcp *tcp);
