/* SPDX-License-Identifier: Apache-2.0 */
/* The name server: a listener for each address of the zone's networks, UDP and TCP, that come and go with it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct err;
struct server;
struct upstreams;
struct uv_loop_s;
struct zone;

struct server *server_new(struct uv_loop_s *loop, uint16_t port);
void server_free(struct server *server);

/*
 * Swaps the zone whole, takes over its arena and lets go of the old one. Then opens and closes listeners; those
 * that stay lose no packet. False and err for the first address that cannot be had: the others are served.
 */
bool server_set_zone(struct server *server, struct arena *arena, const struct zone *zone,
	struct err *err);

/* Whom to ask what is not ours, but for our own addresses. None: it is REFUSED. */
void server_set_upstreams(struct server *server, const struct upstreams *upstreams);

size_t server_nlisteners(const struct server *server);
