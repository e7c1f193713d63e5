/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A zone's input as bytes, for the role that answers: written into memory that nobody can change any more, and read
 * with every length and count checked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "netdns/zone-input.h"

struct arena;
struct err;

#define IMAGE_MAX_BYTES STR_MAX_BYTES

struct image {
	struct zone_input input;
	uint32_t serial;
	bool stale; /* for answers: it may be old */
};

/* out->full: there is too much of it. */
void image_print(struct str *out, const struct image *image);

/* False for what image_print never writes. Text is shared with the bytes. */
bool image_read(struct arena *arena, const uint8_t *bytes, size_t len, struct image *out);

/* A sealed memfd with such bytes; the caller closes it. */
bool image_seal(const struct str *bytes, int *out_fd, struct err *err);

/* The other end: bytes to read from, to be unmapped. False for what is not sealed, or too much. */
bool image_map(int fd, uint8_t **out, size_t *out_len);
void image_unmap(uint8_t *bytes, size_t len);
