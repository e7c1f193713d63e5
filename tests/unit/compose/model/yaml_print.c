/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/print.h"
#include "tests/unit/test.h"

static void assert_scalar(const char *text, const char *expected)
{
	struct arena arena = {0};
	struct node *map = node_map(&arena);
	auto_str out = {0};

	node_set_text(&arena, map, "k", text);
	yaml_print(&out, map);
	assert_string_equal(str_text(&out), arena_printf(&arena, "k: %s\n", expected));
	arena_finish(&arena);
}

TEST(yaml_quotes_what_would_be_read_as_something_else)
{
	static const char *const texts[] = {"", "yes", "N", "null", "~", "012", "1e3",
		"0x1F", ".5", "1:20", "1_000", "2024-01-01", "-.inf", "True"};
	struct arena arena = {0};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_scalar(texts[i], arena_printf(&arena, "\"%s\"", texts[i]));
	arena_finish(&arena);
}

TEST(yaml_leaves_plain_what_is_safe)
{
	static const char *const texts[] = {"a", "=", "<<", ".", "::1", "a:b", "a#b",
		"-a", "2024-13-01", "1.2.3", "\xc3\xa9", "a'b", "a\\b", "?a"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_scalar(texts[i], texts[i]);
}

TEST(yaml_quotes_for_the_sake_of_syntax)
{
	assert_scalar(" a", "' a'");
	assert_scalar("a: b", "'a: b'");
	assert_scalar("a #b", "'a #b'");
	assert_scalar("'a", "'''a'");
	assert_scalar("*a", "'*a'");
	assert_scalar("a\tb", "\"a\\tb\"");
	assert_scalar("\x1b", "\"\\e\"");
}

TEST(yaml_prints_several_lines_as_blocks)
{
	assert_scalar("a\nb", "|-\n  a\n  b");
	assert_scalar("a\n\nb\n", "|\n  a\n\n  b");
	assert_scalar("a\n\n", "|+\n  a\n");
	assert_scalar(" a\nb", "|2-\n   a\n  b");
	assert_scalar("a \n", "\"a \\n\"");
}
