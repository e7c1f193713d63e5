/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reply in the making: the question goes back as it came, then records section by section, then the OPT
 * record. A record that does not fit leaves no trace.
 *
 *	reply_start(&reply, buffer, limit, query);
 *	reply_open(&reply, REPLY_ANSWER, &query->name, RR_A, 5);
 *	wire_put(&reply.out, address, 4);
 *	if (!reply_close(&reply)) ... no room
 *	len = reply_finish(&reply, rcode, FLAG_AA);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdns/wire.h"

struct name;
struct query;

enum reply_section { REPLY_ANSWER, REPLY_AUTHORITY, REPLY_ADDITIONAL };

enum { REPLY_SPOTS = 32 }; /* names that later ones can point to */

struct reply {
	struct wire_out out;
	const struct query *query;  /* borrowed */
	uint16_t counts[3];         /* of records, by section */
	size_t opt_at;              /* of the OPT record; 0: none is sent */
	enum reply_section section; /* of the open record */
	size_t record_at;           /* where it began */
	size_t length_at;           /* of its length */
	unsigned nspots_before;     /* when it began */
	unsigned nspots;
	uint16_t spots[REPLY_SPOTS];
};

/*
 * limit is the most that goes to the asker, OPT included; the buffer has at least that many bytes. An OPT
 * record is sent if one came, and room for it is kept from the start, for up to 64 bytes of options.
 */
void reply_start(
	struct reply *reply, uint8_t *buffer, size_t limit, const struct query *query);

/* Goes on with a whole message of one question, which is copied, in place of its own; for reply_finish. */
void reply_adopt(struct reply *reply, const uint8_t *message, size_t len);

void reply_open(struct reply *reply, enum reply_section section, const struct name *owner,
	uint16_t type, uint32_t ttl_s);

/* False when the record did not fit; it is then gone. */
bool reply_close(struct reply *reply);

/* A name of the data, compressed where RFC 3597 4 allows it: of NS, CNAME, SOA and PTR only. */
void reply_put_name(struct reply *reply, const struct name *name);

/* Before reply_finish, after all records: an option of the OPT record. Ignored when none is sent. */
void reply_option(struct reply *reply, uint16_t code, const void *bytes, size_t len);

/* Completes header and OPT; flags are those to set besides QR and what is copied. Returns the length. */
size_t reply_finish(struct reply *reply, unsigned rcode, unsigned flags);
