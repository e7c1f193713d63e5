/* SPDX-License-Identifier: Apache-2.0 */
/* What UDP and TCP share: the zone of the moment, and what an answer needs besides it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct responder;
struct zone;

struct responder *responder_new(void);
void responder_free(struct responder *responder);

/* From now on; borrowed until the next one is set. NULL: everything is "not ready". */
void responder_set_zone(struct responder *responder, const struct zone *zone);

/* A packet that came to our address `local`. */
struct arrival {
	const struct addr *local;
	const struct addr *source;
	bool tcp;
	int64_t now_ms; /* of the loop */
};

/*
 * The length of the reply to send, 0 for none. What is not ours is REFUSED, as nobody else is asked yet; over
 * UDP a client that asks too much is told to come by TCP, with nothing but TC. buffer as of answer().
 */
size_t responder_reply(struct responder *responder, const struct arrival *arrival,
	const uint8_t *packet, size_t len, uint8_t *buffer);
