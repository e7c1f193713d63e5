/* SPDX-License-Identifier: Apache-2.0 */
/* A packet in, the reply's bytes out: nothing here waits, allocates or remembers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdns/addr.h"
#include "netdns/query.h"
#include "netdns/zone.h"

enum {
	ANSWER_SELECTION =
		16, /* addresses over UDP: some clients cannot ask again over TCP */
	ANSWER_KEEPALIVE_S = 10,
};

/* How a packet came. */
struct ask {
	const struct zone *zone; /* NULL: nothing is known yet */
	struct zone_view view;   /* of who sent it; unused without a zone */
	struct addr source;
	bool tcp;
	bool stale;            /* the zone may be old, as the engine cannot be heard */
	uint32_t now_s;        /* of the wall, for cookies */
	uint32_t random;       /* where the rotation begins */
	const uint8_t *secret; /* for cookies; COOKIE_SECRET_BYTES */
};

enum answer_fate {
	ANSWER_DROP,
	ANSWER_SEND,
	ANSWER_FORWARD, /* not ours: nothing is written, out_query is what to ask elsewhere */
};

/* buffer has DNS_TCP_BYTES for TCP, DNS_UDP_EDNS_BYTES for UDP. */
enum answer_fate answer(const struct ask *ask, const uint8_t *packet, size_t len,
	struct query *out_query, uint8_t *buffer, size_t *out_len);

/* What to send when others could not be asked: an RCODE, and why (RFC 8914), for who understands it. */
enum answer_ede {
	EDE_NONE = -1,
	EDE_STALE = 3,
	EDE_NOT_READY = 14,
	EDE_PROHIBITED = 18,
	EDE_NOT_AUTHORITATIVE = 20,
	EDE_UNREACHABLE = 22,
	EDE_NETWORK = 23,
};

/* Somebody else's reply to the same question, without its OPT record. */
struct relayed {
	const uint8_t *message;
	size_t len;
	enum answer_ede ede;
};

/* It goes on byte for byte, under the asker's id, spelling and EDNS; as TC alone when it does not fit. */
size_t answer_relayed(const struct ask *ask, const struct query *query,
	const struct relayed *relayed, uint8_t *buffer);

size_t answer_failure(const struct ask *ask, const struct query *query, unsigned rcode,
	enum answer_ede ede, uint8_t *buffer);
