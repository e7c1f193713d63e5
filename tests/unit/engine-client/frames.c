/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/frames.h"

#include "base/err.h"
#include "base/str.h"
#include "tests/unit/test.h"

static void note(void *ctx, int fd, const char *data, size_t len)
{
	struct str *seen = ctx;

	for (size_t i = 0; i < len; i++)
		str_printf(seen, "%d%c", fd, data[i]);
}

TEST(frames_are_taken_apart_the_same_in_any_pieces)
{
	static const char stream[] = "\1\0\0\0\0\0\0\2ab"
				     "\2\0\0\0\0\0\0\1c"
				     "\1\0\0\0\0\0\0\0"
				     "\0\0\0\0\0\0\0\3own"
				     "\3\0\0\0\0\0\0\1e"
				     "\1\0\0\0\0\0\0\1d";

	for (size_t piece = 1; piece < sizeof(stream); piece++) {
		auto_str seen = {0};
		struct frames frames;
		struct err err = {0};

		frames_init(&frames, note, &seen);
		for (size_t i = 0; i < sizeof(stream) - 1; i += piece) {
			size_t left = sizeof(stream) - 1 - i;

			assert_true(frames_feed(
				&frames, stream + i, left < piece ? left : piece, &err));
		}
		assert_string_equal(str_text(&seen), "1a1b2c2e1d");
	}
}

TEST(frames_count_a_hostile_length_down_without_believing_it)
{
	auto_str seen = {0};
	struct frames frames;
	struct err err = {0};

	frames_init(&frames, note, &seen);
	assert_true(frames_feed(&frames, "\1\0\0\0\xff\xff\xff\xffxy", 10, &err));
	assert_int_equal(frames.left_bytes, UINT32_MAX - 2);
	assert_string_equal(str_text(&seen), "1x1y");
}

TEST(frames_refuse_what_is_no_header)
{
	static const char *const broken[] = {
		"plain text", "\4\0\0\0\0\0\0\1", "\1\0\1\0\0\0\0\1"};

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		auto_str seen = {0};
		struct frames frames;
		struct err err = {0};

		frames_init(&frames, note, &seen);
		assert_false(frames_feed(&frames, broken[i], 8, &err));
		assert_int_equal(err.kind, ERR_CONNECTION);
	}
}
