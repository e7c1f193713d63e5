/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name server as watch sees it: a listener for each address of the zone's networks, UDP and TCP, that come and go
 * with it. Their sockets are opened by priv and read by dns; watch has them as well, to hand them on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdns/addr.h"

#define SERVER_LOOPBACK "lo"

struct counters;
struct err;
struct image;
struct roles;
struct server;
struct upstreams;

/* roles is copied. */
struct server *server_new(const struct roles *roles, uint16_t port);
void server_free(struct server *server);

/*
 * Swaps the zone whole. Then opens and closes listeners; those that stay lose no packet. False and err for the
 * first address that cannot be had: the others are served, and it is tried again with the next zone.
 */
bool server_set_zone(struct server *server, const struct image *image, struct err *err);

/* Whom to ask what is not ours, but for our own addresses. None: it is REFUSED. */
void server_set_upstreams(struct server *server, const struct upstreams *upstreams);

size_t server_nlisteners(const struct server *server);

/* An address that is listened on, or is to be. Points into the server, until the next zone. */
struct server_listener {
	const struct addr *addr;
	const char *device; /* NULL: any */
	const char *error;  /* why it is not listened on; NULL: it is */
};

/* False behind the last. */
bool server_listener(const struct server *server, size_t i, struct server_listener *out);

/* Sockets of a listener, as one program hands them to the next. */
struct server_sockets {
	struct addr addr;
	const char *device; /* NULL: any; copied */
	unsigned index;     /* of the device, when they were opened */
	uint16_t port;
	int fds[2]; /* UDP, TCP; -1: none */
};

/* The i-th listener's. False behind the last. They stay the server's. */
bool server_hand(const struct server *server, size_t i, struct server_sockets *out);

/* To be used when such a listener is wanted, in place of new ones; taken over. */
void server_take(struct server *server, const struct server_sockets *sockets);

/* After the first zone: what was taken and not wanted is closed. */
void server_drop_taken(struct server *server);

/* From now on somebody else reads from these sockets; nothing is opened any more. */
void server_retire(struct server *server);

/* Of queries, since the start; zeroes when nobody tells. */
void server_counters(const struct server *server, struct counters *out);
