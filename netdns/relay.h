/* SPDX-License-Identifier: Apache-2.0 */
/* A question to somebody else's server, and whether what comes back is its answer. No sockets. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdns/name.h"
#include "netdns/resolv.h"

struct query;

enum {
	RELAY_QUERY_BYTES = 12 + NAME_MAX_BYTES + 4 + 11,
	RELAY_CHANCE_BYTES = (NAME_MAX_BYTES + 7) / 8,
	RELAY_TTL_MAX_S = 3600,
	RELAY_NEGATIVE_MAX_S = 300, /* RFC 2308 5 */
	RELAY_STALE_S = 30,         /* RFC 8767 4 */
};

/* What is asked; two are the same when all members are. */
struct relay_question {
	struct name key;      /* in lower case */
	struct upstreams via; /* who is asked; none: those of the host */
	uint16_t type;
	bool dnssec_ok;
	bool checking_disabled;
};

void relay_question_of(const struct query *query, struct relay_question *out);
bool relay_question_equal(const struct relay_question *a, const struct relay_question *b);

/*
 * A spelling of the question's name in which a bit of chance decides the case of each letter: who forges a reply has to
 * guess them too (draft-vixie-dnsext-dns0x20).
 */
void relay_spell(const struct relay_question *question,
	const uint8_t chance[RELAY_CHANCE_BYTES], struct name *out);

/* Asks in that spelling, with our own EDNS and none of the client's options. Returns the length. */
size_t relay_write(const struct relay_question *question, const struct name *spelling,
	uint16_t id, uint8_t out[RELAY_QUERY_BYTES]);

struct relay_reply {
	size_t len; /* without the OPT record, which is cut off in place */
	unsigned rcode;
	bool truncated;
	uint32_t ttl_s; /* how long it may be kept; 0: not at all */
};

/* False for what is no whole, well-formed reply to this question under this id. */
bool relay_read(const struct relay_question *question, uint16_t id, uint8_t *reply,
	size_t len, struct relay_reply *out);

/* Whether a reply that relay_read took has the question as it was spelt. */
bool relay_is_spelt(const uint8_t *reply, const struct name *spelling);

/* Takes age_s off every TTL of a reply that relay_read took; at_most_s caps them. */
void relay_age(uint8_t *reply, size_t len, uint32_t age_s, uint32_t at_most_s);
