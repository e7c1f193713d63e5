/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets for our addresses. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct err;
struct sockaddr_storage;

struct socket_opts {
	const struct addr *addr;
	uint16_t port;
	const char *device; /* the bridge that queries must come over; NULL: any */
	bool tcp; /* listening; else UDP that tells where packets came in (IP_PKTINFO) */
};

/* Non-blocking and closed on exec. The caller closes it. */
bool socket_open(const struct socket_opts *opts, int *out_fd, struct err *err);

/* A socket of its own to somebody else's server, non-blocking; over TCP it may still be connecting. */
bool socket_connect(const struct addr *to, uint16_t port, bool tcp, int *out_fd);

/* Who is at the other end; false for what is no internet address. Port 0 is nobody's. */
bool socket_peer(
	const struct sockaddr_storage *from, struct addr *out, uint16_t *out_port);
