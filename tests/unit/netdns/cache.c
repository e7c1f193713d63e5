/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/cache.h"

#include <stdio.h>
#include <string.h>

#include "netdns/relay.h"
#include "tests/unit/test.h"

static struct relay_question question_for(const char *name)
{
	struct relay_question question = {.type = 1};

	assert_true(name_parse(name, &question.key));
	return question;
}

static void put(struct cache *cache, const char *name, const char *reply,
	int64_t until_ms, int64_t now_ms)
{
	struct relay_question question = question_for(name);

	cache_put(cache, &question, (const uint8_t *)reply, strlen(reply), until_ms,
		now_ms);
}

static struct cache_hit get(struct cache *cache, const char *name, int64_t now_ms)
{
	struct relay_question question = question_for(name);

	return cache_get(cache, &question, now_ms);
}

TEST(what_is_kept_is_fresh_then_stale_then_gone)
{
	struct cache *cache = cache_new();
	struct cache_hit hit;

	put(cache, "a", "first", 5000, 1000);
	put(cache, "a", "reply", 5000, 2000);
	hit = get(cache, "a", 4999);
	assert_int_equal(hit.state, CACHE_FRESH);
	assert_int_equal(hit.age_s, 2);
	assert_memory_equal(hit.reply, "reply", 5);
	assert_int_equal(get(cache, "a", 5000).state, CACHE_STALE);
	assert_int_equal(get(cache, "a", 5000 + CACHE_STALE_MS).state, CACHE_NONE);
	assert_int_equal(get(cache, "b", 1000).state, CACHE_NONE);
	cache_free(cache);
}

TEST(other_types_and_flags_are_other_questions)
{
	struct cache *cache = cache_new();
	struct relay_question question = question_for("a");

	put(cache, "a", "reply", 5000, 1000);
	question.dnssec_ok = true;
	assert_int_equal(cache_get(cache, &question, 1000).state, CACHE_NONE);
	question = question_for("a");
	question.type = 28;
	assert_int_equal(cache_get(cache, &question, 1000).state, CACHE_NONE);
	cache_free(cache);
}

TEST(a_failure_is_believed_for_a_moment_and_takes_nothing_away)
{
	struct cache *cache = cache_new();
	struct relay_question question = question_for("a");

	cache_fail(cache, &question, 1000);
	assert_true(get(cache, "a", 1000).failed);
	assert_int_equal(get(cache, "a", 1000).state, CACHE_NONE);
	assert_false(get(cache, "a", 1000 + CACHE_FAILURE_MS).failed);
	put(cache, "a", "reply", 5000, 2000);
	assert_false(get(cache, "a", 2000).failed);
	cache_fail(cache, &question, 6000);
	assert_true(get(cache, "a", 6000).failed);
	assert_int_equal(get(cache, "a", 6000).state, CACHE_STALE);
	cache_free(cache);
}

TEST(past_the_ceiling_what_was_used_longest_ago_goes)
{
	static char reply[CACHE_REPLY_BYTES + 2];
	struct cache *cache = cache_new();
	unsigned n = CACHE_BYTES / CACHE_REPLY_BYTES + 10;
	char name[16];

	memset(reply, 'x', CACHE_REPLY_BYTES + 1);
	put(cache, "long", reply, 5000, 1000);
	assert_int_equal(get(cache, "long", 1000).state, CACHE_NONE);
	reply[CACHE_REPLY_BYTES] = 0;
	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		put(cache, name, reply, 5000, 1000);
		assert_int_equal(get(cache, "n0", 1000).state, CACHE_FRESH);
	}
	assert_int_equal(get(cache, "n1", 1000).state, CACHE_NONE);
	assert_int_equal(get(cache, name, 1000).state, CACHE_FRESH);
	cache_free(cache);
}
