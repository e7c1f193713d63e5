/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a reply, with names compressed and records that fit or leave no trace. */
#include "netdns/reply.h"

#include <assert.h>
#include <string.h>

#include "netdns/name.h"
#include "netdns/protocol.h"
#include "netdns/query.h"

enum {
	OPT_BYTES = 11,     /* without options */
	OPTIONS_BYTES = 64, /* kept free for them */
	POINTER_BITS = 0xc000,
	POINTER_MAX = 0x3fff, /* RFC 1035 4.1.4 */
	OPCODE_BITS = 0xf << 11,
};

/* The labels at `at` of what is written, pointers followed, are the rest of name from `rest` on. */
static bool is_written_at(const struct wire_out *out, size_t at, const uint8_t *rest)
{
	for (;;) {
		uint8_t size = out->data[at];

		if (size > LABEL_MAX_BYTES) {
			at = (size_t)(size & 0x3f) << 8 | out->data[at + 1];
			continue;
		}
		if (!labels_equal(out->data + at, rest, (size_t)size + 1))
			return false;
		if (!size)
			return true;
		at += (size_t)size + 1;
		rest += size + 1;
	}
}

static size_t find_written(const struct reply *reply, const uint8_t *rest)
{
	for (unsigned i = 0; i < reply->nspots; i++)
		if (is_written_at(&reply->out, reply->spots[i], rest))
			return reply->spots[i];
	return 0;
}

void reply_put_name(struct reply *reply, const struct name *name)
{
	struct wire_out *out = &reply->out;
	const uint8_t *label = name->bytes;
	unsigned nspots = reply->nspots;
	size_t before = 0;

	while (*label && !(before = find_written(reply, label))) {
		if (out->len <= POINTER_MAX && nspots < REPLY_SPOTS)
			reply->spots[nspots++] = (uint16_t)out->len;
		wire_put(out, label, (size_t)*label + 1);
		label += *label + 1;
	}
	if (before)
		wire_put_u16(out, (uint16_t)(POINTER_BITS | before));
	else
		wire_put_u8(out, 0);
	/* Only now, as what is noted is read again up to its end. */
	if (!out->full)
		reply->nspots = nspots;
}

static void put_question(struct reply *reply)
{
	const struct query *query = reply->query;

	if (!query->asked)
		return;
	reply_put_name(reply, &query->name);
	wire_put_u16(&reply->out, query->type);
	wire_put_u16(&reply->out, query->class);
}

void reply_start(
	struct reply *reply, uint8_t *buffer, size_t limit, const struct query *query)
{
	static const uint8_t header[DNS_HEADER_BYTES] = {0};
	size_t kept = query->edns.present ? OPT_BYTES + OPTIONS_BYTES : 0;

	assert(limit >= DNS_UDP_BYTES);
	memset(reply, 0, sizeof(*reply));
	reply->query = query;
	reply->out = (struct wire_out){.data = buffer, .room = limit - kept};
	wire_put(&reply->out, header, sizeof(header));
	put_question(reply);
}

void reply_adopt(struct reply *reply, const uint8_t *message, size_t len)
{
	struct wire_in in = {.data = message, .len = len, .at = 6};
	struct wire_out *out = &reply->out;
	size_t question = out->len;

	/* The question stays in the words of who asked. */
	assert(len >= question);
	wire_put(out, message + question, len - question);
	assert(!out->full);
	for (unsigned i = 0; i < 3; i++)
		reply->counts[i] = wire_get_u16(&in);
}

void reply_open(struct reply *reply, enum reply_section section, const struct name *owner,
	uint16_t type, uint32_t ttl_s)
{
	struct wire_out *out = &reply->out;

	reply->section = section;
	reply->record_at = out->len;
	reply->nspots_before = reply->nspots;
	reply_put_name(reply, owner);
	wire_put_u16(out, type);
	wire_put_u16(out, reply->query->class);
	wire_put_u32(out, ttl_s);
	reply->length_at = out->len;
	wire_put_u16(out, 0);
}

bool reply_close(struct reply *reply)
{
	struct wire_out *out = &reply->out;
	bool fits = !out->full;

	if (!fits) {
		out->len = reply->record_at;
		out->full = false;
		reply->nspots = reply->nspots_before;
		return false;
	}
	wire_patch_u16(
		out, reply->length_at, (uint16_t)(out->len - reply->length_at - 2));
	reply->counts[reply->section]++;
	return true;
}

/* Its upper part of the RCODE is patched at the end. */
static void begin_opt(struct reply *reply)
{
	struct wire_out *out = &reply->out;
	const struct edns *edns = &reply->query->edns;

	if (reply->opt_at || !edns->present)
		return;
	out->room += OPT_BYTES + OPTIONS_BYTES;
	reply->opt_at = out->len;
	reply->counts[REPLY_ADDITIONAL]++;
	wire_put_u8(out, 0);
	wire_put_u16(out, RR_OPT);
	wire_put_u16(out, DNS_UDP_EDNS_BYTES);
	wire_put_u16(out, 0);
	wire_put_u16(out, edns->dnssec_ok ? 1 << 15 : 0);
	wire_put_u16(out, 0);
}

void reply_option(struct reply *reply, uint16_t code, const void *bytes, size_t len)
{
	struct wire_out *out = &reply->out;

	begin_opt(reply);
	if (!reply->opt_at)
		return;
	wire_put_u16(out, code);
	wire_put_u16(out, (uint16_t)len);
	wire_put(out, bytes, len);
	assert(!out->full);
	wire_patch_u16(
		out, reply->opt_at + 9, (uint16_t)(out->len - reply->opt_at - OPT_BYTES));
}

size_t reply_finish(struct reply *reply, unsigned rcode, unsigned flags)
{
	struct wire_out *out = &reply->out;
	unsigned copied = reply->query->flags & (OPCODE_BITS | FLAG_RD | FLAG_CD);

	begin_opt(reply);
	if (reply->opt_at)
		out->data[reply->opt_at + 5] = (uint8_t)(rcode >> 4);
	wire_patch_u16(out, 0, reply->query->id);
	wire_patch_u16(out, 2, (uint16_t)(FLAG_QR | copied | flags | (rcode & 0xf)));
	wire_patch_u16(out, 4, reply->query->asked);
	for (unsigned i = 0; i < 3; i++)
		wire_patch_u16(out, 6 + 2 * i, reply->counts[i]);
	return out->len;
}
