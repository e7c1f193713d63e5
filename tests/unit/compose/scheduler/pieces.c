/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/scheduler/pieces.h"

#include <string.h>

#include "base/str.h"
#include "tests/unit/test.h"

#define STAMP_A "2026-11-24T06:00:00.000000001Z"
#define STAMP_B "2026-11-24T06:00:00.000000002Z"

enum { RECORD_BYTES = 16 << 10 };

/* Writes each piece as "[stamp]text". */
static void write_piece(void *ctx, const char *stamp, const char *data, size_t len)
{
	str_printf(ctx, "[%s]", stamp ? stamp : "");
	str_add_n(ctx, data, len);
}

static void write_text(void *ctx, const char *stamp, const char *data, size_t len)
{
	(void)stamp;
	str_add_n(ctx, data, len);
}

TEST(pieces_take_times_off_lines)
{
	struct pieces pieces = {0};
	auto_str out = {0};
	const char log[] = STAMP_A " one\n" STAMP_B " \n" STAMP_B " last";

	pieces_feed(&pieces, log, strlen(log), write_piece, &out);
	pieces_end(&pieces, write_piece, &out);
	assert_string_equal(
		str_text(&out), "[" STAMP_A "]one\n[" STAMP_B "]\n[" STAMP_B "]last");
}

TEST(pieces_do_not_care_how_the_log_is_cut)
{
	struct pieces pieces = {0};
	auto_str out = {0};
	const char log[] = STAMP_A " a b\n" STAMP_B " c\n";

	for (size_t i = 0; i < strlen(log); i++)
		pieces_feed(&pieces, log + i, 1, write_text, &out);
	pieces_end(&pieces, write_text, &out);
	assert_string_equal(str_text(&out), "a b\nc\n");
}

TEST(pieces_leave_records_without_a_time_as_they_are)
{
	struct pieces pieces = {0};
	auto_str out = {0};
	const char log[] = "a b\n\n2026 is a year\n" STAMP_A
			   "\nno blank at all in these many bytes\n";

	pieces_feed(&pieces, log, strlen(log), write_text, &out);
	pieces_end(&pieces, write_text, &out);
	assert_string_equal(str_text(&out), log);
}

TEST(pieces_know_that_long_lines_come_in_several_records)
{
	struct pieces pieces = {0};
	auto_str log = {0}, expected = {0}, out = {0};

	for (int i = 0; i < 2; i++) {
		str_add(&log, STAMP_A " ");
		str_add_repeat(&log, 'x', RECORD_BYTES);
		str_add_repeat(&expected, 'x', RECORD_BYTES);
	}
	str_add(&log, STAMP_A " y\n" STAMP_A " ");
	str_add(&expected, "y\n");
	/* Exactly one record, and one that goes on without a time of its own. */
	str_add_repeat(&log, 'x', RECORD_BYTES);
	str_add(&log, "\n" STAMP_A " ");
	str_add_repeat(&log, 'x', 2 * RECORD_BYTES + 5);
	str_add(&log, "\n");
	str_add_repeat(&expected, 'x', RECORD_BYTES);
	str_add(&expected, "\n");
	str_add_repeat(&expected, 'x', 2 * RECORD_BYTES + 5);
	str_add(&expected, "\n");
	pieces_feed(&pieces, str_text(&log), log.len, write_text, &out);
	pieces_end(&pieces, write_text, &out);
	assert_string_equal(str_text(&out), str_text(&expected));
}
