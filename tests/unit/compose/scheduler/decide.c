/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "compose/scheduler/retry.h"
#include "compose/scheduler/stamp.h"
#include "tests/unit/test.h"

static int64_t ns_of(const char *text)
{
	int64_t ns = -1;

	assert_true(stamp_parse(text, &ns));
	return ns;
}

TEST(stamp_reads_what_the_engine_writes)
{
	assert_true(ns_of("2026-11-24T06:25:49.123456789Z") == 1795501549123456789);
	assert_true(ns_of("2026-11-24T06:25:49.5Z") == 1795501549500000000);
	assert_true(ns_of("2026-11-24T08:25:49+02:00") == 1795501549000000000);
	assert_true(ns_of("2026-11-24T05:55:49-00:30") == 1795501549000000000);
}

TEST(stamp_refuses_everything_else)
{
	static const char *const texts[] = {"", "0001-01-01T00:00:00Z", "2026-11-24",
		"2026-11-24T06:25:49", "2026-11-24T06:25:49Zx", "2026-11-24T06:25:49.+02",
		"2026-11-24 06:25:49Z",
		"2026-11-24T06:25:49.123456789123456789123456789Z"};
	int64_t ns;

	assert_false(stamp_parse(NULL, &ns));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (stamp_parse(texts[i], &ns))
			fail_msg("%s", texts[i]);
}

TEST(stamp_length_finds_the_time_before_a_line)
{
	assert_int_equal(stamp_length("2026-11-24T06:25:49.123456789Z hello", 36), 30);
	assert_int_equal(stamp_length("hello", 5), 0);
}

static const struct {
	enum err_kind kind;
	int status;
	const char *text;
	enum retry retry;
	int64_t after_ms;
} failures[] = {
	{ERR_REGISTRY, 404, "manifest for app:1 not found: manifest unknown", RETRY_NO,
		-1},
	{ERR_REGISTRY, 401, "unauthorized: authentication required", RETRY_NO, -1},
	{ERR_REGISTRY, 403, "denied: requested access to the resource is denied",
		RETRY_NO, -1},
	{ERR_REGISTRY, 503, "received unexpected HTTP status: 503 Service Unavailable",
		RETRY_AGAIN, -1},
	{ERR_REGISTRY, 0, "Get \"http://127.0.0.1:5000/v2/\": EOF", RETRY_AGAIN, -1},
	{ERR_REGISTRY, 0, "read tcp 1.2.3.4:5->6.7.8.9:443: connection reset by peer",
		RETRY_AGAIN, -1},
	{ERR_REGISTRY, 0, "net/http: TLS handshake timeout", RETRY_AGAIN, -1},
	{ERR_ENGINE, 503, "busy", RETRY_AGAIN, -1},
	{ERR_ENGINE, 500, "no space left on device", RETRY_NO, -1},
	{ERR_REGISTRY, 0, "toomanyrequests: You have reached your pull rate limit.",
		RETRY_QUOTA, -1},
	{ERR_REGISTRY, 429, "slow down", RETRY_QUOTA, -1},
	{ERR_REGISTRY, 429, "toomanyrequests: retry-after: 2s, allowed: 44000/minute",
		RETRY_QUOTA, 2000},
	{ERR_REGISTRY, 429, "too many requests, Retry-After: 7", RETRY_QUOTA, 7000},
	{ERR_REGISTRY, 429, "toomanyrequests: retry-after: 812.111\xc2\xb5s", RETRY_QUOTA,
		0},
	{ERR_REGISTRY, 429, "toomanyrequests: retry-after: 350ms", RETRY_QUOTA, 350},
	{ERR_CONNECTION, 0, "EOF", RETRY_NO, -1},
	{ERR_INTERRUPTED, 0, "timeout", RETRY_NO, -1},
};

TEST(retry_classifies_what_registries_and_engines_say)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		struct err err = {0};
		int64_t after_ms = 0;

		err_set(&err, failures[i].kind, "%s", failures[i].text);
		err.status = failures[i].status;
		if (retry_classify(&err, &after_ms) != failures[i].retry ||
			after_ms != failures[i].after_ms)
			fail_msg("%s", failures[i].text);
	}
}

TEST(retry_pauses_longer_each_time_within_half_by_chance)
{
	for (unsigned ntries = 1; ntries < RETRY_TRIES; ntries++) {
		int64_t whole = RETRY_FIRST_MS << (ntries - 1);

		assert_true(retry_pause_ms(ntries, 0) == whole / 2);
		assert_in_range(retry_pause_ms(ntries, UINT32_MAX), whole / 2, whole);
	}
}
