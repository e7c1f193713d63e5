/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/wire.h"

enum wire_type {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_FIXED32 = 5,
};

static uint64_t read_varint(struct wire *wire)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && wire->at < wire->end; shift += 7) {
		unsigned char byte = *wire->at++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	wire->broken = true;
	return 0;
}

static const char *read_bytes(struct wire *wire, uint64_t len)
{
	const unsigned char *bytes = wire->at;

	if (len > (size_t)(wire->end - wire->at)) {
		wire->broken = true;
		len = 0;
	}
	wire->at += len;
	return (const char *)bytes;
}

bool wire_next(struct wire *wire, struct wire_field *out)
{
	uint64_t tag;

	*out = (struct wire_field){.data = ""};
	if (wire->broken || wire->at == wire->end)
		return false;
	tag = read_varint(wire);
	out->number = (unsigned)(tag >> 3);
	switch (tag & 7) {
	case WIRE_VARINT:
		out->value = read_varint(wire);
		break;
	case WIRE_FIXED64:
		read_bytes(wire, 8);
		break;
	case WIRE_BYTES:
		out->len = read_varint(wire);
		out->data = read_bytes(wire, out->len);
		break;
	case WIRE_FIXED32:
		read_bytes(wire, 4);
		break;
	default:
		wire->broken = true;
	}
	return !wire->broken;
}

struct wire wire_of(const struct wire_field *field)
{
	const unsigned char *at = (const unsigned char *)field->data;

	return (struct wire){.at = at, .end = at + field->len};
}
