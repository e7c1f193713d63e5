/* SPDX-License-Identifier: Apache-2.0 */
/* DNS cookies (RFC 7873) in the form that all servers share (RFC 9018). */
#pragma once

#include <stdint.h>

struct addr;

enum { COOKIE_CLIENT_BYTES = 8, COOKIE_BYTES = 24, COOKIE_SECRET_BYTES = 16 };

/* The client's 8 bytes and our 16 behind them: version 1, the time in seconds, and what only we can make. */
void cookie_make(const uint8_t client[COOKIE_CLIENT_BYTES], const struct addr *source,
	uint32_t now_s, const uint8_t secret[COOKIE_SECRET_BYTES],
	uint8_t out[COOKIE_BYTES]);
