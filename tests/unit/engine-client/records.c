/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/records.h"

#include <string.h>

#include "base/err.h"
#include "tests/unit/test.h"

/* Writes every record down, with a bar after it. */
static bool note(void *ctx, const char *text, size_t len)
{
	str_add_n(ctx, text, len);
	str_add_c(ctx, '|');
	return true;
}

static bool refuse(void *ctx, const char *text, size_t len)
{
	note(ctx, text, len);
	return false;
}

static void assert_records(const char *stream, size_t piece, const char *expected)
{
	auto_str seen = {0};
	struct records records;
	struct err err = {0};

	records_init(&records, 64, note, &seen);
	for (size_t i = 0; i < strlen(stream); i += piece) {
		size_t left = strlen(stream) - i;

		assert_true(records_feed(
			&records, stream + i, left < piece ? left : piece, &err));
	}
	assert_true(records_end(&records, &err));
	assert_string_equal(str_text(&seen), expected);
	records_finish(&records);
}

TEST(records_are_cut_the_same_in_any_pieces)
{
	static const char stream[] = "{\"a\":1}\r\n\n{\"b\":2}\n \t\n{}\n{\"last\":true}";

	for (size_t piece = 1; piece < sizeof(stream); piece++)
		assert_records(
			stream, piece, "{\"a\":1}\r|{\"b\":2}|{}|{\"last\":true}|");
}

TEST(records_longer_than_the_ceiling_are_refused)
{
	char line[67];
	auto_str seen = {0};
	struct records records;
	struct err err = {0};

	memset(line, 'x', sizeof(line));
	line[65] = '\n';
	records_init(&records, 64, note, &seen);
	assert_false(records_feed(&records, line, 66, &err));
	assert_int_equal(err.kind, ERR_CONNECTION);
	records_finish(&records);

	records_init(&records, 64, note, &seen);
	assert_true(records_feed(&records, line, 40, &err));
	assert_false(records_feed(&records, line, 40, &err));
	records_finish(&records);
}

TEST(records_stop_when_their_taker_says_so)
{
	auto_str seen = {0};
	struct records records;
	struct err err = {0};

	records_init(&records, 64, refuse, &seen);
	assert_false(records_feed(&records, "1\n2\n", 4, &err));
	assert_string_equal(str_text(&seen), "1|");
	assert_int_equal(err.kind, ERR_NONE);
	records_finish(&records);
}
