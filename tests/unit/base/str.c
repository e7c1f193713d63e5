/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "tests/unit/test.h"

TEST(str_stops_at_its_ceiling_and_says_so)
{
	auto_str str = {.max_bytes = 5};

	assert_string_equal(str_text(&str), "");
	str_add(&str, "abc");
	assert_false(str.full);
	str_printf(&str, "%d", 12345);
	assert_true(str.full);
	assert_string_equal(str_text(&str), "abc12");
}

TEST(parse_i64_takes_the_whole_text_or_nothing)
{
	int64_t n = 0;

	assert_true(parse_i64("-12", &n));
	assert_int_equal(n, -12);
	assert_false(parse_i64("", &n));
	assert_false(parse_i64("1x", &n));
	assert_false(parse_i64(" 1", &n));
	assert_false(parse_i64("99999999999999999999", &n));
}

TEST(text_distance_counts_a_swap_once_and_gives_up_early)
{
	assert_int_equal(text_distance("image", "image", 2), 0);
	assert_int_equal(text_distance("iamge", "image", 2), 1);
	assert_int_equal(text_distance("enviroment", "environment", 2), 1);
	assert_int_equal(text_distance("ports", "volumes", 2), 3);
}
