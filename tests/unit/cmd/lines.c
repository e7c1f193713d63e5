/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/lines.h"

#include "tests/unit/test.h"

#include <string.h>

static void feed(struct line_source *source, int fd, const char *text, struct str *out)
{
	line_source_feed(source, fd, text, strlen(text), NULL, out);
}

TEST(lines_pad_names_to_the_longest_and_keep_streams_apart)
{
	struct lines lines = {0};
	struct line_source web, database;
	auto_str out = {0};

	line_source_init(&web, &lines, "web-1");
	line_source_init(&database, &lines, "database-1");
	feed(&web, 1, "one\ntw", &out);
	feed(&web, 2, "oops\n", &out);
	feed(&web, 1, "o\n\nlast", &out);
	feed(&database, 1, "x\n", &out);
	line_source_end(&web, 1, NULL, &out);
	line_source_end(&web, 2, NULL, &out);
	assert_string_equal(str_text(&out),
		"web-1       | one\n"
		"web-1       | oops\n"
		"web-1       | two\n"
		"web-1       | \n"
		"database-1  | x\n"
		"web-1       | last\n");
	line_source_finish(&web);
	line_source_finish(&database);
}

TEST(lines_color_the_name_and_put_the_stamp_after_it)
{
	struct lines lines = {.color = true};
	struct line_source first, second;
	auto_str out = {0};

	line_source_init(&first, &lines, "a-1");
	line_source_init(&second, &lines, "b-1");
	line_source_feed(&first, 1, "x\n", 2, "2026-11-24T06:00:00Z", &out);
	feed(&second, 1, "y\n", &out);
	line_source_tell(&second, "exited with code 3", &out);
	assert_string_equal(str_text(&out),
		"\033[36ma-1  | \033[0m2026-11-24T06:00:00Z x\n"
		"\033[33mb-1  | \033[0my\n"
		"\033[33mb-1 exited with code 3\033[0m\n");
	line_source_finish(&first);
	line_source_finish(&second);
}

TEST(lines_without_prefix_are_the_bytes_with_a_newline_at_the_end)
{
	struct lines lines = {.no_prefix = true};
	struct line_source source;
	auto_str out = {0};

	line_source_init(&source, &lines, "a-1");
	line_source_feed(&source, 1, "a\0b\r\nc", 6, NULL, &out);
	line_source_end(&source, 1, NULL, &out);
	assert_int_equal(out.len, 7);
	assert_memory_equal(str_text(&out), "a\0b\r\nc\n", 7);
	line_source_finish(&source);
}

TEST(lines_cut_what_never_ends)
{
	enum { CHUNK = 1 << 16 };
	struct lines lines = {.no_prefix = true};
	struct line_source source;
	auto_str out = {0};
	char chunk[CHUNK];

	memset(chunk, 'x', sizeof(chunk));
	line_source_init(&source, &lines, "a-1");
	for (size_t sent = 0; sent <= LINES_MAX_BYTES; sent += CHUNK)
		line_source_feed(&source, 1, chunk, CHUNK, NULL, &out);
	assert_int_equal(out.len, LINES_MAX_BYTES + 1);
	assert_int_equal(str_text(&out)[LINES_MAX_BYTES], '\n');
	line_source_finish(&source);
}

TEST(line_name_drops_only_the_own_project)
{
	assert_string_equal(line_name("app-web-1", "app"), "web-1");
	assert_string_equal(line_name("app_web_1", "app"), "web_1");
	assert_string_equal(line_name("application", "app"), "application");
	assert_string_equal(line_name("app-", "app"), "app-");
}
