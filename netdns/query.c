/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a query, strictly: what is not well formed is told so (RFC 8906), never guessed at. */
#include "netdns/query.h"

#include <string.h>

#include "netdns/protocol.h"
#include "netdns/wire.h"

#define EDNS_DO (1u << 15) /* RFC 3225 */
#define OPCODE(flags) ((flags) >> 11 & 0xfu)

struct counts {
	uint16_t questions;
	uint16_t answers;
	uint16_t authorities;
	uint16_t additional;
};

static void read_header(struct wire_in *in, struct query *out, struct counts *counts)
{
	out->id = wire_get_u16(in);
	out->flags = wire_get_u16(in);
	counts->questions = wire_get_u16(in);
	counts->answers = wire_get_u16(in);
	counts->authorities = wire_get_u16(in);
	counts->additional = wire_get_u16(in);
}

static void read_question(struct wire_in *in, struct query *out)
{
	name_read(in, &out->name);
	out->type = wire_get_u16(in);
	out->class = wire_get_u16(in);
	out->key = out->name;
	name_lower(&out->key);
	out->asked = !in->bad;
}

static void read_option(struct wire_in *in, uint16_t code, size_t len, struct edns *edns)
{
	const uint8_t *bytes = wire_get(in, len);

	if (!bytes)
		return;
	if (code == OPTION_COOKIE) {
		/* RFC 7873 5.2.2: any other length is malformed. */
		if (len != 8 && (len < 16 || len > COOKIE_MAX_BYTES)) {
			in->bad = true;
			return;
		}
		memcpy(edns->cookie, bytes, len);
		edns->cookie_len = (uint8_t)len;
	}
	if (code == OPTION_KEEPALIVE)
		edns->keepalive = true;
}

/* The rest of an OPT record, whose owner and type are read (RFC 6891 6.1.2). */
static void read_opt(struct wire_in *in, struct edns *edns)
{
	size_t end;
	uint32_t ttl;

	edns->present = true;
	edns->udp_bytes = wire_get_u16(in);
	ttl = wire_get_u32(in);
	edns->version = (uint8_t)(ttl >> 16);
	edns->dnssec_ok = ttl & EDNS_DO;
	end = wire_get_u16(in);
	end += in->at;
	while (!in->bad && in->at < end) {
		uint16_t code = wire_get_u16(in);
		size_t len = wire_get_u16(in);

		if (in->at + len > end)
			in->bad = true;
		read_option(in, code, len, edns);
	}
	in->bad = in->bad || in->at != end;
}

static void skip_record(struct wire_in *in)
{
	wire_get(in, 2 + 4); /* class and TTL */
	wire_get(in, wire_get_u16(in));
}

static void read_record(struct wire_in *in, struct query *out, bool additional)
{
	struct name owner;

	name_read(in, &owner);
	if (wire_get_u16(in) != RR_OPT) {
		skip_record(in);
		return;
	}
	/* RFC 6891 6.1.1: one at most, among the additional records, and owned by the root. */
	if (!additional || out->edns.present || owner.len != 1) {
		in->bad = true;
		return;
	}
	read_opt(in, &out->edns);
}

enum query_fate query_read(
	const uint8_t *packet, size_t len, struct query *out, unsigned *out_rcode)
{
	struct wire_in in = {.data = packet, .len = len};
	struct counts counts;

	memset(out, 0, sizeof(*out));
	read_header(&in, out, &counts);
	if (in.bad || out->flags & FLAG_QR)
		return QUERY_DROP;
	*out_rcode = RCODE_NOTIMP;
	if (OPCODE(out->flags) != 0)
		return QUERY_REFUSE;
	*out_rcode = RCODE_FORMERR;
	if (counts.questions != 1)
		return QUERY_REFUSE;
	read_question(&in, out);
	for (unsigned i = 0; !in.bad && i < (unsigned)counts.answers + counts.authorities;
		i++)
		read_record(&in, out, false);
	for (unsigned i = 0; !in.bad && i < counts.additional; i++)
		read_record(&in, out, true);
	if (in.bad)
		return QUERY_REFUSE;
	*out_rcode = RCODE_BADVERS;
	return out->edns.version ? QUERY_REFUSE : QUERY_OK;
}
