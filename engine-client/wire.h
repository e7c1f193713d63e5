/* SPDX-License-Identifier: Apache-2.0 */
/* Reading protobuf (protobuf.dev, "Encoding") through a cursor whose error sticks: read
 * everything, check once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire {
	const unsigned char *at, *end; /* borrowed */
	bool broken;
};

/* One field. Which of the two values it has, its message tells. */
struct wire_field {
	unsigned number;
	uint64_t value;   /* varint */
	const char *data; /* bytes, text, message; within the wire's bytes, not
			     NUL-terminated; never NULL */
	size_t len;
};

/* The next field; false at the end, or when the rest is broken. Fixed-width fields are
 * skipped. */
bool wire_next(struct wire *wire, struct wire_field *out);

/* The message within a field. */
struct wire wire_of(const struct wire_field *field);
