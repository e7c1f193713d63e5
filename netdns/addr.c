/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/addr.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/str.h"

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

void addr_unmap(struct addr *addr)
{
	if (addr->len != ADDR_V6_BYTES ||
		memcmp(addr->bytes, mapped, sizeof(mapped)) != 0)
		return;
	memmove(addr->bytes, addr->bytes + sizeof(mapped), ADDR_V4_BYTES);
	addr->len = ADDR_V4_BYTES;
}

bool addr_parse(const char *text, struct addr *out)
{
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, out->bytes) == 1)
		out->len = ADDR_V4_BYTES;
	else if (inet_pton(AF_INET6, text, out->bytes) == 1)
		out->len = ADDR_V6_BYTES;
	addr_unmap(out);
	return out->len != 0;
}

void addr_print(struct str *str, const struct addr *addr)
{
	char text[INET6_ADDRSTRLEN] = "none";

	if (addr->len)
		inet_ntop(addr->len == ADDR_V4_BYTES ? AF_INET : AF_INET6, addr->bytes,
			text, sizeof(text));
	str_add(str, text);
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

bool addr_is_loopback(const struct addr *addr)
{
	static const uint8_t v6[ADDR_V6_BYTES] = {[15] = 1};

	if (addr->len == ADDR_V4_BYTES)
		return addr->bytes[0] == 127;
	return addr->len == ADDR_V6_BYTES && !memcmp(addr->bytes, v6, sizeof(v6));
}

bool addr_is_link_local(const struct addr *addr)
{
	return addr->len == ADDR_V6_BYTES && addr->bytes[0] == 0xfe &&
		(addr->bytes[1] & 0xc0) == 0x80;
}

bool prefix_parse(const char *text, struct prefix *out)
{
	char address[INET6_ADDRSTRLEN + 1];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	int64_t bits;

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = 0;
	if (!addr_parse(address, &out->addr))
		return false;
	bits = out->addr.len * 8;
	if (slash &&
		(!parse_i64(slash + 1, &bits) || bits < 0 || bits > out->addr.len * 8))
		return false;
	out->bits = (uint8_t)bits;
	return true;
}

bool prefix_has(const struct prefix *prefix, const struct addr *addr)
{
	unsigned whole = prefix->bits / 8;
	unsigned rest = prefix->bits % 8;

	if (prefix->addr.len != addr->len ||
		memcmp(prefix->addr.bytes, addr->bytes, whole) != 0)
		return false;
	return !rest ||
		(prefix->addr.bytes[whole] ^ addr->bytes[whole]) >> (8 - rest) == 0;
}
