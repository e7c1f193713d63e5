/* SPDX-License-Identifier: Apache-2.0 */
/* The cursors of wire.h. Numbers on the wire are big-endian (RFC 1035 2.3.2). */
#include "netdns/wire.h"

#include <assert.h>
#include <string.h>

const uint8_t *wire_get(struct wire_in *in, size_t n)
{
	const uint8_t *bytes = in->data + in->at;

	if (in->bad || n > in->len - in->at) {
		in->bad = true;
		return NULL;
	}
	in->at += n;
	return bytes;
}

uint8_t wire_get_u8(struct wire_in *in)
{
	const uint8_t *p = wire_get(in, 1);

	return p ? *p : 0;
}

uint16_t wire_get_u16(struct wire_in *in)
{
	const uint8_t *p = wire_get(in, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t wire_get_u32(struct wire_in *in)
{
	const uint8_t *p = wire_get(in, 4);

	return p
		? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
		: 0;
}

void wire_put(struct wire_out *out, const void *bytes, size_t n)
{
	if (out->full || n > out->room - out->len) {
		out->full = true;
		return;
	}
	if (n)
		memcpy(out->data + out->len, bytes, n);
	out->len += n;
}

void wire_put_u8(struct wire_out *out, uint8_t value)
{
	wire_put(out, &value, 1);
}

void wire_put_u16(struct wire_out *out, uint16_t value)
{
	uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	wire_put(out, bytes, sizeof(bytes));
}

void wire_put_u32(struct wire_out *out, uint32_t value)
{
	wire_put_u16(out, (uint16_t)(value >> 16));
	wire_put_u16(out, (uint16_t)value);
}

void wire_patch_u16(struct wire_out *out, size_t at, uint16_t value)
{
	assert(at + 2 <= out->len);
	out->data[at] = (uint8_t)(value >> 8);
	out->data[at + 1] = (uint8_t)value;
}
