/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detach.h"

#include "base/err.h"
#include "base/str.h"
#include "tests/unit/test.h"

#include <string.h>

/* Types text key by key; returns where it detached, or -1. */
static int type(struct detach *detach, const char *text, struct str *out)
{
	for (size_t i = 0; i < strlen(text); i++)
		if (detach_filter(detach, text + i, 1, out))
			return (int)i;
	return -1;
}

TEST(detach_reads_characters_and_control_keys)
{
	struct detach detach;
	struct err err = {0};

	assert_true(detach_init(&detach, NULL, &err));
	assert_int_equal(detach.nkeys, 2);
	assert_memory_equal(detach.keys, "\x10\x11", 2);
	assert_true(detach_init(&detach, "ctrl-@,ctrl-[,ctrl-_,A", &err));
	assert_memory_equal(detach.keys,
		"\0\x1b\x1f"
		"A",
		4);
	assert_true(detach_init(&detach, "", &err));
	assert_int_equal(detach.nkeys, 0);
}

TEST(detach_refuses_what_is_no_key)
{
	const char *const bad[] = {
		"ctrl-", "ctrl-A", "ctrl-1", "ab", ",", "a,,b", "shift-a"};
	struct detach detach;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = {0};

		assert_false(detach_init(&detach, bad[i], &err));
		assert_non_null(strstr(err.text, bad[i]));
	}
}

TEST(detach_passes_on_what_is_not_the_sequence)
{
	struct detach detach;
	struct err err = {0};
	auto_str out = {0};

	assert_true(detach_init(&detach, NULL, &err));
	assert_int_equal(type(&detach,
				 "a\x10"
				 "b\x11",
				 &out),
		-1);
	assert_string_equal(str_text(&out),
		"a\x10"
		"b\x11");
	assert_int_equal(type(&detach, "\x10", &out), -1);
	assert_string_equal(str_text(&out),
		"a\x10"
		"b\x11");
}

TEST(detach_finds_the_sequence_in_one_chunk_and_after_a_false_start)
{
	struct detach detach;
	struct err err = {0};
	auto_str out = {0};

	assert_true(detach_init(&detach, NULL, &err));
	assert_true(detach_filter(&detach, "x\x10\x10\x11y", 5, &out));
	assert_string_equal(str_text(&out), "x\x10");
}

TEST(detach_keeps_the_longest_beginning_when_a_match_breaks)
{
	struct detach detach;
	struct err err = {0};
	auto_str out = {0};

	assert_true(detach_init(&detach, "a,a,b", &err));
	assert_int_equal(type(&detach, "aaab", &out), 3);
	assert_string_equal(str_text(&out), "a");
}

TEST(detach_lets_everything_through_when_it_is_off)
{
	struct detach detach;
	struct err err = {0};
	auto_str out = {0};

	assert_true(detach_init(&detach, "", &err));
	assert_false(detach_filter(&detach, "\x10\x11", 2, &out));
	assert_string_equal(str_text(&out), "\x10\x11");
}
