/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/cache.h"

#include <assert.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "netdns/relay.h"
#include "netdns/siphash.h"

enum { CHAINS = 8192 };

struct entry {
	struct entry *next;  /* of its chain */
	struct entry *newer; /* by use */
	struct entry *older;
	struct relay_question question;
	uint8_t *reply; /* NULL: only a failure is known */
	size_t len;
	int64_t put_ms;
	int64_t until_ms;
	int64_t failed_ms; /* until when */
};

struct cache {
	struct entry *chains[CHAINS];
	struct entry *newest;
	struct entry *oldest;
	size_t bytes;
	uint8_t key[SIPHASH_KEY_BYTES];
};

struct cache *cache_new(void)
{
	struct cache *cache = xalloc(sizeof(*cache));

	while (getrandom(cache->key, sizeof(cache->key), 0) < 0)
		;
	return cache;
}

static struct entry **chain_of(struct cache *cache, const struct relay_question *question)
{
	uint64_t hash = siphash(cache->key, question->key.bytes, question->key.len);

	return &cache->chains[(hash ^ question->type) % CHAINS];
}

static void unlink_use(struct cache *cache, struct entry *entry)
{
	if (entry->newer)
		entry->newer->older = entry->older;
	else
		cache->newest = entry->older;
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		cache->oldest = entry->newer;
}

static void link_use(struct cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	if (cache->newest)
		cache->newest->newer = entry;
	else
		cache->oldest = entry;
	cache->newest = entry;
}

static void drop(struct cache *cache, struct entry *entry)
{
	struct entry **at = chain_of(cache, &entry->question);

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	unlink_use(cache, entry);
	cache->bytes -= sizeof(*entry) + entry->len;
	free(entry->reply);
	free(entry);
}

void cache_free(struct cache *cache)
{
	while (cache && cache->oldest)
		drop(cache, cache->oldest);
	free(cache);
}

static struct entry *find(struct cache *cache, const struct relay_question *question)
{
	struct entry *entry = *chain_of(cache, question);

	while (entry && !relay_question_equal(&entry->question, question))
		entry = entry->next;
	return entry;
}

/* The entry of a question, made when it is new, as the one used last. */
static struct entry *take(struct cache *cache, const struct relay_question *question)
{
	struct entry *entry = find(cache, question);
	struct entry **chain = chain_of(cache, question);

	if (entry)
		unlink_use(cache, entry);
	else {
		entry = xalloc(sizeof(*entry));
		entry->question = *question;
		entry->next = *chain;
		*chain = entry;
		cache->bytes += sizeof(*entry);
	}
	link_use(cache, entry);
	return entry;
}

static void keep_ceiling(struct cache *cache)
{
	while (cache->oldest && cache->bytes > CACHE_BYTES) {
		assert(!cache->oldest->older);
		drop(cache, cache->oldest);
	}
}

void cache_put(struct cache *cache, const struct relay_question *question,
	const uint8_t *reply, size_t len, int64_t until_ms, int64_t now_ms)
{
	struct entry *entry;

	if (len > CACHE_REPLY_BYTES)
		return;
	entry = take(cache, question);
	cache->bytes += len - entry->len;
	free(entry->reply);
	entry->reply = xalloc(len);
	memcpy(entry->reply, reply, len);
	entry->len = len;
	entry->put_ms = now_ms;
	entry->until_ms = until_ms;
	entry->failed_ms = 0;
	keep_ceiling(cache);
}

void cache_fail(
	struct cache *cache, const struct relay_question *question, int64_t now_ms)
{
	take(cache, question)->failed_ms = now_ms + CACHE_FAILURE_MS;
	keep_ceiling(cache);
}

struct cache_hit cache_get(
	struct cache *cache, const struct relay_question *question, int64_t now_ms)
{
	struct entry *entry = find(cache, question);
	struct cache_hit hit = {0};

	if (!entry)
		return hit;
	hit.failed = now_ms < entry->failed_ms;
	if (!entry->reply || now_ms >= entry->until_ms + CACHE_STALE_MS)
		return hit;
	unlink_use(cache, entry);
	link_use(cache, entry);
	hit.state = now_ms < entry->until_ms ? CACHE_FRESH : CACHE_STALE;
	hit.reply = entry->reply;
	hit.len = entry->len;
	hit.age_s = (uint32_t)((now_ms - entry->put_ms) / 1000);
	return hit;
}
