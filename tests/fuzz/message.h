/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a message is one in the strictest reading (RFC 1035 4.1, RFC 2181 8): by its own means, not by netdns/wire.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MESSAGE_HEADER = 12, MESSAGE_NAME = 255, MESSAGE_TTL_BITS = 31, MESSAGE_OPT = 41 };

static inline unsigned message_u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* Behind a name that ends within len, is no longer than a name may be, and whose pointers lead backwards only; 0: none. */
static inline size_t message_skip_name(const uint8_t *m, size_t len, size_t at)
{
	size_t start = at, end = 0, name = 1;

	while (at < len && m[at]) {
		if (m[at] >= 0xc0) {
			if (at + 2 > len || (message_u16(m + at) & 0x3fff) >= start)
				return 0;
			end = end ? end : at + 2;
			start = at = message_u16(m + at) & 0x3fff;
			continue;
		}
		name += m[at] + 1u;
		if (m[at] > 63 || name > MESSAGE_NAME)
			return 0;
		at += m[at] + 1u;
	}
	if (at >= len)
		return 0;
	return end ? end : at + 1;
}

/* Behind a record; 0: it is none. */
static inline size_t message_skip_record(const uint8_t *m, size_t len, size_t at)
{
	at = message_skip_name(m, len, at);
	if (!at || at + 10 > len)
		return 0;
	if (message_u16(m + at) != MESSAGE_OPT && m[at + 4] >> (MESSAGE_TTL_BITS - 24))
		return 0;
	at += 10 + message_u16(m + at + 8);
	return at <= len ? at : 0;
}

/* Its counts are those of its records, and there is nothing behind the last. */
static inline bool message_is_strict(const uint8_t *m, size_t len)
{
	size_t at = MESSAGE_HEADER;
	unsigned records;

	if (len < MESSAGE_HEADER || message_u16(m + 4) > 1)
		return false;
	if (message_u16(m + 4)) {
		at = message_skip_name(m, len, at);
		if (!at || at + 4 > len)
			return false;
		at += 4;
	}
	records = message_u16(m + 6) + message_u16(m + 8) + message_u16(m + 10);
	for (; records && at; records--)
		at = message_skip_record(m, len, at);
	return at == len;
}
