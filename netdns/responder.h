/* SPDX-License-Identifier: Apache-2.0 */
/* What UDP and TCP share: the zone of the moment, and what an answer needs besides it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct forward_place;
struct addr;
struct outside;
struct responder;
struct zone;

/* outside is borrowed. */
struct responder *responder_new(struct outside *outside);
void responder_free(struct responder *responder);

/* From now on; borrowed until the next one is set. NULL: everything is "not ready". */
void responder_set_zone(struct responder *responder, const struct zone *zone);

/* For answers (RFC 8914): the zone may be old. */
void responder_set_stale(struct responder *responder, bool stale);

/* Of queries, since the start. */
struct counters {
	uint64_t udp;
	uint64_t tcp;
	uint64_t forwarded; /* of those: others were asked, or their reply was known */
	uint64_t
		dropped; /* they could not be answered, or came from where nobody is answered */
	uint64_t slowed; /* told to come by TCP, as they came too fast */
};

const struct counters *responder_counters(const struct responder *responder);

/* A packet that came to our address `local`. */
struct arrival {
	const struct addr *local;
	const struct addr *source;
	bool tcp;
	int64_t now_ms;                    /* of the loop */
	const struct forward_place *later; /* where a reply goes that is not there yet */
};

struct packet_bytes {
	const uint8_t *bytes;
	size_t len;
};

enum reply_fate {
	REPLY_NONE,  /* it may not be answered */
	REPLY_NOW,   /* out_len bytes are in buffer */
	REPLY_LATER, /* others are asked: it will come to arrival->later */
};

/*
 * Over UDP a client that asks too much is told to come by TCP, with nothing but TC. buffer as of answer().
 */
enum reply_fate responder_reply(struct responder *responder,
	const struct arrival *arrival, const struct packet_bytes *packet, uint8_t *buffer,
	size_t *out_len);

/* The owner of places for later replies is gone. */
void responder_forget(struct responder *responder, const void *owner);
