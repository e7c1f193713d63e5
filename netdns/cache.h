/* SPDX-License-Identifier: Apache-2.0 */
/* Others' replies, kept as long as they hold, and a while longer for when nobody answers (RFC 8767). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache;
struct relay_question;

enum {
	CACHE_BYTES = 8 << 20,     /* in all; then what was used longest ago goes */
	CACHE_REPLY_BYTES = 16384, /* longer ones are not kept */
	CACHE_STALE_MS = 86400000, /* kept behind their end */
	CACHE_FAILURE_MS = 2000,   /* how long a failure is believed (RFC 9520) */
};

struct cache *cache_new(void);
void cache_free(struct cache *cache);

void cache_put(struct cache *cache, const struct relay_question *question,
	const uint8_t *reply, size_t len, int64_t until_ms, int64_t now_ms);

/* Nobody answered just now. What is kept stays. */
void cache_fail(
	struct cache *cache, const struct relay_question *question, int64_t now_ms);

enum cache_state { CACHE_NONE, CACHE_FRESH, CACHE_STALE };

struct cache_hit {
	enum cache_state state;
	const uint8_t *reply; /* until the cache is changed; NULL for CACHE_NONE */
	size_t len;
	uint32_t age_s;
	bool failed; /* just now: do not ask again */
};

struct cache_hit cache_get(
	struct cache *cache, const struct relay_question *question, int64_t now_ms);
