/* SPDX-License-Identifier: Apache-2.0 */
/* How much one client may ask: so many queries a second, and a burst. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "netdns/addr.h"

enum {
	BUCKET_PER_S = 5000,
	BUCKET_BURST = 10000,
	BUCKETS =
		1024, /* clients that are told apart; two in one place empty each other's bucket no faster */
};

struct bucket {
	struct addr addr;
	uint32_t left;
	int64_t filled_ms;
};

/* False when the client has asked too much. buckets is BUCKETS of them, zeroed at first. */
bool bucket_take(struct bucket *buckets, const struct addr *addr, int64_t now_ms);
