/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/message.h"

#include <assert.h>
#include <string.h>

#include "netdns/wire.h"

enum { VERSION = 1 };

enum field {
	NUMBER = 1 << 0,
	INDEX = 1 << 1,
	ADDR = 1 << 2,
	DEVICE = 1 << 3,
	TEXT = 1 << 4,
	VIA = 1 << 5,
	ASKING = 1 << 6,
	COUNTS = 1 << 7,
	BYTES = 1 << 8,
};

struct row {
	unsigned fields;
	size_t nfds;
};

static const struct row rows[MESSAGE_KINDS] = {
	[MESSAGE_READ] = {NUMBER | TEXT, 0},
	[MESSAGE_LISTEN] = {ADDR | DEVICE, 0},
	[MESSAGE_FILE] = {NUMBER, 0},
	[MESSAGE_CONTROL] = {0, 0},
	[MESSAGE_BEFORE] = {0, 0},
	[MESSAGE_RETIRED] = {0, 0},
	[MESSAGE_ZONE] = {0, 1},
	[MESSAGE_OPEN] = {NUMBER | INDEX | ADDR, 2},
	[MESSAGE_CLOSE] = {NUMBER, 0},
	[MESSAGE_PAUSE] = {0, 0},
	[MESSAGE_COUNT] = {0, 0},
	[MESSAGE_DONE] = {NUMBER | TEXT, 0},
	[MESSAGE_COUNTERS] = {COUNTS, 0},
	[MESSAGE_CHANGED] = {0, 0},
	[MESSAGE_UPSTREAMS] = {VIA, 0},
	[MESSAGE_ASK] = {NUMBER | ADDR | VIA | ASKING | BYTES, 0},
	[MESSAGE_REPLY] = {NUMBER | BYTES, 0},
};

size_t message_nfds(enum message_kind kind)
{
	return rows[kind].nfds;
}

/* ---- single fields */

static void put_addr(struct wire_out *out, const struct addr *addr)
{
	wire_put_u8(out, addr->len);
	wire_put(out, addr->bytes, addr->len);
}

static void get_addr(struct wire_in *in, struct addr *out)
{
	const uint8_t *bytes;

	out->len = wire_get_u8(in);
	if (out->len && out->len != ADDR_V4_BYTES && out->len != ADDR_V6_BYTES)
		in->bad = true;
	bytes = wire_get(in, out->len);
	if (bytes)
		memcpy(out->bytes, bytes, out->len);
}

static void put_text(struct wire_out *out, const char *text, size_t room)
{
	size_t len = strnlen(text, room - 1);

	wire_put_u16(out, (uint16_t)len);
	wire_put(out, text, len);
}

static void get_text(struct wire_in *in, char *out, size_t room)
{
	size_t len = wire_get_u16(in);
	const uint8_t *bytes = wire_get(in, len);

	if (!bytes || len >= room || memchr(bytes, '\0', len)) {
		in->bad = true;
		return;
	}
	memcpy(out, bytes, len);
	out[len] = '\0';
}

static void put_via(struct wire_out *out, const struct upstreams *via)
{
	assert(via->n <= UPSTREAMS_MAX);
	wire_put_u8(out, (uint8_t)via->n);
	for (size_t i = 0; i < via->n; i++)
		put_addr(out, &via->items[i]);
}

/* Nobody is asked at no address. */
static void get_via(struct wire_in *in, struct upstreams *out)
{
	out->n = wire_get_u8(in);
	if (out->n > UPSTREAMS_MAX) {
		in->bad = true;
		out->n = 0;
	}
	for (size_t i = 0; i < out->n; i++) {
		get_addr(in, &out->items[i]);
		in->bad = in->bad || !out->items[i].len;
	}
}

static void put_asking(struct wire_out *out, const struct message_asking *asking)
{
	wire_put_u8(out, asking->tcp);
	wire_put_u32(out, asking->now_s);
	wire_put(out, asking->secret, sizeof(asking->secret));
}

static void get_asking(struct wire_in *in, struct message_asking *out)
{
	uint8_t tcp = wire_get_u8(in);
	const uint8_t *secret;

	in->bad = in->bad || tcp > 1;
	out->tcp = tcp;
	out->now_s = wire_get_u32(in);
	secret = wire_get(in, sizeof(out->secret));
	if (secret)
		memcpy(out->secret, secret, sizeof(out->secret));
}

static void put_counts(struct wire_out *out, const uint64_t *counts)
{
	for (size_t i = 0; i < MESSAGE_COUNTS; i++) {
		wire_put_u32(out, (uint32_t)(counts[i] >> 32));
		wire_put_u32(out, (uint32_t)counts[i]);
	}
}

static void get_counts(struct wire_in *in, uint64_t *out)
{
	for (size_t i = 0; i < MESSAGE_COUNTS; i++) {
		out[i] = (uint64_t)wire_get_u32(in) << 32;
		out[i] |= wire_get_u32(in);
	}
}

static void put_bytes(struct wire_out *out, const struct message *message)
{
	wire_put_u16(out, (uint16_t)message->len);
	wire_put(out, message->bytes, message->len);
}

static void get_bytes(struct wire_in *in, struct message *out)
{
	out->len = wire_get_u16(in);
	out->bytes = wire_get(in, out->len);
}

/* ---- the whole */

size_t message_write(const struct message *message, uint8_t out[MESSAGE_BYTES])
{
	struct wire_out wire = {.data = out, .room = MESSAGE_BYTES};
	unsigned fields = rows[message->kind].fields;

	wire_put_u8(&wire, VERSION);
	wire_put_u8(&wire, (uint8_t)message->kind);
	if (fields & NUMBER)
		wire_put_u32(&wire, message->number);
	if (fields & INDEX)
		wire_put_u32(&wire, message->index);
	if (fields & ADDR)
		put_addr(&wire, &message->addr);
	if (fields & DEVICE)
		put_text(&wire, message->device, sizeof(message->device));
	if (fields & TEXT)
		put_text(&wire, message->text, sizeof(message->text));
	if (fields & VIA)
		put_via(&wire, &message->via);
	if (fields & ASKING)
		put_asking(&wire, &message->asking);
	if (fields & COUNTS)
		put_counts(&wire, message->counts);
	if (fields & BYTES)
		put_bytes(&wire, message);
	assert(!wire.full);
	return wire.len;
}

static void read_fields(struct wire_in *in, unsigned fields, struct message *out)
{
	if (fields & NUMBER)
		out->number = wire_get_u32(in);
	if (fields & INDEX)
		out->index = wire_get_u32(in);
	if (fields & ADDR)
		get_addr(in, &out->addr);
	if (fields & DEVICE)
		get_text(in, out->device, sizeof(out->device));
	if (fields & TEXT)
		get_text(in, out->text, sizeof(out->text));
	if (fields & VIA)
		get_via(in, &out->via);
	if (fields & ASKING)
		get_asking(in, &out->asking);
	if (fields & COUNTS)
		get_counts(in, out->counts);
	if (fields & BYTES)
		get_bytes(in, out);
}

bool message_read(const uint8_t *bytes, size_t len, struct message *out)
{
	struct wire_in in = {.data = bytes, .len = len};
	uint8_t version = wire_get_u8(&in);
	uint8_t kind = wire_get_u8(&in);

	*out = (struct message){0};
	if (in.bad || version != VERSION || kind >= MESSAGE_KINDS)
		return false;
	out->kind = (enum message_kind)kind;
	read_fields(&in, rows[kind].fields, out);
	return !in.bad && in.at == len;
}
