/* SPDX-License-Identifier: Apache-2.0 */
#include "base/units.h"

#include "base/arena.h"
#include "tests/unit/test.h"

TEST(durations_are_read_and_written_as_go_does)
{
	static const struct {
		const char *text;
		const char *written;
	} cases[] = {{"90s", "1m30s"}, {"1500ms", "1.5s"}, {"1d", "24h0m0s"},
		{"2w", "336h0m0s"}, {"0", "0s"}, {"1h", "1h0m0s"}, {"100ns", "100ns"},
		{"1.5us", "1.5\xc2\xb5s"}, {"-1m", "-1m0s"}, {"1m1.5s", "1m1.5s"},
		{".5h", "30m0s"}, {"+1ms", "1ms"}};
	struct arena arena = {0};
	int64_t ns;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(duration_parse(cases[i].text, &ns));
		assert_string_equal(duration_text(&arena, ns), cases[i].written);
	}
	arena_finish(&arena);
}

TEST(durations_without_units_or_too_long_are_refused)
{
	static const char *const wrong[] = {"", "10", "1h1", "abc", "-", "1x", ".s",
		"1 s", "9223372036854775808ns", "1000000w", "s"};
	int64_t ns;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(duration_parse(wrong[i], &ns));
}

TEST(sizes_take_units_of_1024_in_any_case)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} cases[] = {{"64m", 64 << 20}, {"1.5g", 1610612736}, {"100", 100}, {"100b", 100},
		{"1.5 GiB", 1610612736}, {"10KB", 10240}, {"1tb", 1099511627776},
		{"1 k", 1024}};
	int64_t bytes;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(bytes_parse(cases[i].text, &bytes));
		assert_int_equal(bytes, cases[i].bytes);
	}
	assert_false(bytes_parse("", &bytes));
	assert_false(bytes_parse("-1", &bytes));
	assert_false(bytes_parse("1x", &bytes));
	assert_false(bytes_parse("1  k", &bytes));
	assert_false(bytes_parse("1.2.3", &bytes));
	assert_false(bytes_parse("99999999999p", &bytes));
}

TEST(modes_are_octal)
{
	int64_t mode;

	assert_true(mode_parse("0440", &mode));
	assert_int_equal(mode, 0440);
	assert_true(mode_parse("1777", &mode));
	assert_int_equal(mode, 01777);
	assert_false(mode_parse("", &mode));
	assert_false(mode_parse("0o440", &mode));
	assert_false(mode_parse("888", &mode));
}

TEST(bools_know_the_old_words)
{
	bool value, old = false;

	assert_true(bool_parse("True", &value, &old) && value && !old);
	assert_true(bool_parse("off", &value, &old) && !value && old);
	assert_false(bool_parse("maybe", &value, &old));
	assert_false(bool_parse("", &value, &old));
}
