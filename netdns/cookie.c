/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 9018 4: SipHash-2-4 over the client's cookie, version, reserved bytes, time and address. */
#include "netdns/cookie.h"

#include <string.h>

#include "netdns/addr.h"
#include "netdns/siphash.h"
#include "netdns/wire.h"

void cookie_make(const uint8_t client[COOKIE_CLIENT_BYTES], const struct addr *source,
	uint32_t now_s, const uint8_t secret[COOKIE_SECRET_BYTES],
	uint8_t out[COOKIE_BYTES])
{
	uint8_t input[16 + ADDR_V6_BYTES] = {0};
	struct wire_out wire = {.data = input, .room = sizeof(input)};
	uint64_t hash;

	wire_put(&wire, client, COOKIE_CLIENT_BYTES);
	wire_put_u32(&wire, 1u << 24);
	wire_put_u32(&wire, now_s);
	memcpy(out, input, 16);
	wire_put(&wire, source->bytes, source->len);
	hash = siphash(secret, input, wire.len);
	for (unsigned i = 0; i < 8; i++)
		out[16 + i] = (uint8_t)(hash >> (8 * i));
}
