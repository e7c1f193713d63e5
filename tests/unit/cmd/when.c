/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/when.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/unit/test.h"

#define NOW_NS 1795500000500000000

static void assert_when(const char *text, const char *expected)
{
	struct arena arena = {0};
	struct err err = {0};
	const char *out = NULL;

	assert_true(when_parse(&arena, text, NOW_NS, &out, &err));
	assert_string_equal(out, expected);
	arena_finish(&arena);
}

TEST(when_takes_durations_dates_and_unix_time)
{
	assert_when("10m", "1795499400.500000000");
	assert_when("1h30m", "1795494600.500000000");
	assert_when("1795500000", "1795500000");
	assert_when("1795500000.25", "1795500000.25");
	assert_when("2026-11-24T06:00:00Z", "1795500000.000000000");
	assert_when("2026-11-24T06:00:00.000000007Z", "1795500000.000000007");
	assert_when("2026-11-24T07:00+01:00", "1795500000.000000000");
	assert_when("2026-11-24T03:30:00.5-02:30", "1795500000.500000000");
}

TEST(when_is_local_without_a_zone)
{
	setenv("TZ", "UTC-2", 1);
	assert_when("2026-11-24T08:00:00", "1795500000.000000000");
	assert_when("2026-11-24T08", "1795500000.000000000");
	assert_when("2026-11-24", "1795471200.000000000");
	unsetenv("TZ");
}

TEST(when_refuses_what_is_no_time)
{
	const char *const bad[] = {"", "yesterday", "2026-11-24T06:00:00X", "2026-13-01",
		"2026-11-24T06:00:00+1", "1.2.3"};
	struct arena arena = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = {0};
		const char *out = NULL;

		assert_false(when_parse(&arena, bad[i], NOW_NS, &out, &err));
	}
	arena_finish(&arena);
}
