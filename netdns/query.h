/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody asks: the one question of a query, and the sender's EDNS(0) (RFC 6891). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdns/name.h"

enum { COOKIE_MAX_BYTES = 40 }; /* 8 of the client, 8 to 32 of the server (RFC 7873 4) */

struct edns {
	bool present;
	bool dnssec_ok;
	bool keepalive; /* RFC 7828 */
	uint8_t version;
	uint16_t udp_bytes;
	uint8_t cookie_len; /* 0: none */
	uint8_t cookie[COOKIE_MAX_BYTES];
};

struct query {
	uint16_t id;
	uint16_t flags; /* enum dns_flag, as sent */
	bool asked; /* there is a question: asked, key, type and class are filled in */
	uint16_t type;
	uint16_t class;
	struct name name; /* in the sender's own case, which goes back as it came */
	struct name key;  /* the same in lower case */
	struct edns edns;
};

enum query_fate {
	QUERY_DROP,   /* nothing may be answered: too short, or itself a reply */
	QUERY_REFUSE, /* answer with out_rcode and nothing else */
	QUERY_OK,
};

/* Reads a whole packet. Bytes behind the message are ignored, as servers do. Never allocates. */
enum query_fate query_read(
	const uint8_t *packet, size_t len, struct query *out, unsigned *out_rcode);
