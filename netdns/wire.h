/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a DNS message, read and written in order. Errors stick: after the first read past the end
 * everything reads as zero and `bad` stays set; after the first write past the room nothing is written and
 * `full` stays set. So one reads or writes everything and checks once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_in {
	const uint8_t
		*data; /* borrowed: the whole message, since names point back into it */
	size_t len;
	size_t at;
	bool bad;
};

struct wire_out {
	uint8_t *data; /* borrowed */
	size_t room;
	size_t len;
	bool full;
};

uint8_t wire_get_u8(struct wire_in *in);
uint16_t wire_get_u16(struct wire_in *in);
uint32_t wire_get_u32(struct wire_in *in);

/* The next n bytes, or NULL with `bad` set. */
const uint8_t *wire_get(struct wire_in *in, size_t n);

void wire_put_u8(struct wire_out *out, uint8_t value);
void wire_put_u16(struct wire_out *out, uint16_t value);
void wire_put_u32(struct wire_out *out, uint32_t value);
void wire_put(struct wire_out *out, const void *bytes, size_t n);

/* Overwrites what was written before; at + 2 is at most out->len. */
void wire_patch_u16(struct wire_out *out, size_t at, uint16_t value);
