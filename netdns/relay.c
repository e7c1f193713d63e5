/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 5452: id, question and the shape of the whole are checked; ports and addresses are the socket's. */
#include "netdns/relay.h"

#include <string.h>

#include "netdns/protocol.h"
#include "netdns/query.h"
#include "netdns/wire.h"

#define OPCODE_BITS (0xfu << 11)
#define EDNS_DO (1u << 15)

enum { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL, SECTIONS };

void relay_question_of(const struct query *query, struct relay_question *out)
{
	*out = (struct relay_question){
		.key = query->key,
		.type = query->type,
		.dnssec_ok = query->edns.dnssec_ok,
		.checking_disabled = query->flags & FLAG_CD,
	};
}

bool relay_question_equal(const struct relay_question *a, const struct relay_question *b)
{
	return a->type == b->type && a->dnssec_ok == b->dnssec_ok &&
		a->checking_disabled == b->checking_disabled &&
		name_equal(&a->key, &b->key) && upstreams_equal(&a->via, &b->via);
}

void relay_spell(const struct relay_question *question,
	const uint8_t chance[RELAY_CHANCE_BYTES], struct name *out)
{
	*out = question->key;
	for (unsigned i = 0; i < out->len; i++)
		if (out->bytes[i] >= 'a' && out->bytes[i] <= 'z' &&
			chance[i / 8] >> i % 8 & 1)
			out->bytes[i] ^= 0x20;
}

bool relay_is_spelt(const uint8_t *reply, const struct name *spelling)
{
	return !memcmp(reply + DNS_HEADER_BYTES, spelling->bytes, spelling->len);
}

size_t relay_write(const struct relay_question *question, const struct name *spelling,
	uint16_t id, uint8_t out[RELAY_QUERY_BYTES])
{
	struct wire_out wire = {.data = out, .room = RELAY_QUERY_BYTES};

	wire_put_u16(&wire, id);
	wire_put_u16(&wire, FLAG_RD | (question->checking_disabled ? FLAG_CD : 0));
	wire_put_u16(&wire, 1);
	wire_put_u32(&wire, 0);
	wire_put_u16(&wire, 1);
	wire_put(&wire, spelling->bytes, spelling->len);
	wire_put_u16(&wire, question->type);
	wire_put_u16(&wire, CLASS_IN);
	wire_put_u8(&wire, 0);
	wire_put_u16(&wire, RR_OPT);
	wire_put_u16(&wire, DNS_UDP_EDNS_BYTES);
	wire_put_u32(&wire, question->dnssec_ok ? EDNS_DO : 0);
	wire_put_u16(&wire, 0);
	return wire.len;
}

/* A walk over the records of a message, section by section. */
struct walk {
	struct wire_in in;
	uint16_t left[SECTIONS];
	unsigned section;
	size_t at; /* where the record begins */
	size_t ttl_at;
	uint16_t type;
	bool root; /* its owner is */
	uint32_t ttl_s;
	size_t data_at;
};

/* The next record; false behind the last one and when something is wrong (in.bad). */
static bool walk_next(struct walk *walk)
{
	struct wire_in *in = &walk->in;
	struct name owner;

	while (walk->section < SECTIONS && !walk->left[walk->section])
		walk->section++;
	if (walk->section == SECTIONS || in->bad)
		return false;
	walk->left[walk->section]--;
	walk->at = in->at;
	name_read(in, &owner);
	walk->root = owner.len == 1;
	walk->type = wire_get_u16(in);
	wire_get_u16(in);
	walk->ttl_at = in->at;
	walk->ttl_s = wire_get_u32(in);
	walk->data_at = in->at + 2;
	wire_get(in, wire_get_u16(in));
	return !in->bad;
}

static void walk_begin(struct walk *walk, const uint8_t *message, size_t len)
{
	struct name name;

	*walk = (struct walk){.in = {.data = message, .len = len, .at = 6}};
	for (unsigned i = 0; i < SECTIONS; i++)
		walk->left[i] = wire_get_u16(&walk->in);
	name_read(&walk->in, &name);
	wire_get_u32(&walk->in);
}

static bool is_reply_to(const struct relay_question *question, uint16_t id,
	const uint8_t *reply, size_t len)
{
	struct wire_in in = {.data = reply, .len = len};
	bool same = wire_get_u16(&in) == id;
	unsigned flags = wire_get_u16(&in);
	struct name name;

	same = same && flags & FLAG_QR && !(flags & OPCODE_BITS) &&
		wire_get_u16(&in) == 1;
	wire_get(&in, 6);
	name_read(&in, &name);
	same = same && name_equal(&name, &question->key);
	same = wire_get_u16(&in) == question->type && same;
	same = wire_get_u16(&in) == CLASS_IN && same;
	/* The name stands there whole, so that the client's own spelling can take its place. */
	return same && !in.bad &&
		in.at == DNS_HEADER_BYTES + (size_t)question->key.len + 4;
}

/* RFC 2308 5: the smaller of the SOA's TTL and its last number. */
static uint32_t negative_ttl(const struct walk *walk)
{
	struct wire_in in = {
		.data = walk->in.data, .len = walk->in.len, .at = walk->data_at};
	struct name name;
	uint32_t minimum;

	name_read(&in, &name);
	name_read(&in, &name);
	wire_get(&in, 16);
	minimum = wire_get_u32(&in);
	if (in.bad)
		return 0;
	minimum = minimum < walk->ttl_s ? minimum : walk->ttl_s;
	return minimum < RELAY_NEGATIVE_MAX_S ? minimum : RELAY_NEGATIVE_MAX_S;
}

/* What the records say of how long the reply holds. */
struct ages {
	bool answers;
	uint32_t positive_s;
	uint32_t negative_s;
};

static void count_age(const struct walk *walk, struct ages *ages)
{
	/* RFC 2181 8: a TTL with the highest bit is none. */
	uint32_t ttl = walk->ttl_s >> 31 ? 0 : walk->ttl_s;

	if (walk->section == SECTION_ANSWER) {
		ages->answers = true;
		ages->positive_s = ttl < ages->positive_s ? ttl : ages->positive_s;
	} else if (walk->section == SECTION_AUTHORITY && walk->type == RR_SOA)
		ages->negative_s = negative_ttl(walk);
}

/* Only as the last record can it go without a pointer missing something. */
static bool cut_opt(const struct walk *walk, uint8_t *reply, struct relay_reply *out)
{
	unsigned count = (unsigned)reply[10] << 8 | reply[11];

	if (!walk->root || walk->section != SECTION_ADDITIONAL ||
		walk->left[SECTION_ADDITIONAL] ||
		walk->ttl_s >> 24 /* an RCODE that only EDNS can say */)
		return false;
	out->len = walk->at;
	count--;
	reply[10] = (uint8_t)(count >> 8);
	reply[11] = (uint8_t)count;
	return true;
}

bool relay_read(const struct relay_question *question, uint16_t id, uint8_t *reply,
	size_t len, struct relay_reply *out)
{
	struct ages ages = {.positive_s = RELAY_TTL_MAX_S};
	struct walk walk;

	*out = (struct relay_reply){0};
	if (!is_reply_to(question, id, reply, len))
		return false;
	out->rcode = reply[3] & 0xf;
	out->truncated = reply[2] & FLAG_TC >> 8;
	walk_begin(&walk, reply, len);
	while (walk_next(&walk)) {
		if (walk.type == RR_OPT) {
			if (!cut_opt(&walk, reply, out))
				return false;
		} else
			count_age(&walk, &ages);
	}
	if (walk.in.bad && !out->truncated)
		return false;
	if (!out->len)
		out->len = walk.in.bad ? len : walk.in.at;
	if (walk.in.bad || out->truncated)
		return true;
	if (ages.answers && out->rcode == RCODE_NOERROR)
		out->ttl_s = ages.positive_s;
	else if (out->rcode == RCODE_NOERROR || out->rcode == RCODE_NXDOMAIN)
		out->ttl_s = ages.negative_s;
	return true;
}

void relay_age(uint8_t *reply, size_t len, uint32_t age_s, uint32_t at_most_s)
{
	struct walk walk;

	walk_begin(&walk, reply, len);
	while (walk_next(&walk)) {
		uint32_t ttl = walk.ttl_s > age_s ? walk.ttl_s - age_s : 0;
		struct wire_out out = {.data = reply + walk.ttl_at, .room = 4};

		wire_put_u32(&out, ttl < at_most_s ? ttl : at_most_s);
	}
}
