/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/texts.h"
#include "tests/unit/test.h"

/* The words in brackets, and how it ended. */
static const char *split(struct arena *arena, const char *text)
{
	static const char *const ends[] = {
		[WORDS_OK] = "", [WORDS_CUT] = "cut", [WORDS_WRONG] = "wrong"};
	struct strings words = {0};
	enum words_result result = words_split(arena, text, &words);
	const char *out = "";

	for (size_t i = 0; result != WORDS_WRONG && i < words.n; i++)
		out = arena_printf(arena, "%s[%s]", out, words.items[i]);
	return arena_printf(arena, "%s%s", out, ends[result]);
}

TEST(words_are_split_as_a_shell_would)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {{"", ""}, {"  a   b ", "[a][b]"},
		{"echo 'x y' \"q r\"", "[echo][x y][q r]"}, {"a\\ b", "[a b]"},
		{"\"\" x", "[][x]"}, {"a'b'c", "[abc]"}, {"'\\n'", "[\\n]"},
		{"\\t", "[\t]"}, {"$(a b) c", "[$(a b)][c]"},
		{"a `b c` d", "[a][`b c`][d]"}, {"'it\"s'", "[it\"s]"},
		{"a # b", "[a][#][b]"}};
	struct arena arena = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(split(&arena, cases[i].text), cases[i].words);
	arena_finish(&arena);
}

TEST(words_end_at_operators_of_the_shell)
{
	struct arena arena = {0};

	assert_string_equal(split(&arena, "echo a && b"), "[echo][a]cut");
	assert_string_equal(split(&arena, "a;b"), "[a]cut");
	assert_string_equal(split(&arena, "a > f"), "[a]cut");
	assert_string_equal(split(&arena, "a 2>f"), "[a]cut");
	assert_string_equal(split(&arena, "sh -c 'a; b'"), "[sh][-c][a; b]");
	arena_finish(&arena);
}

TEST(words_that_stay_open_are_wrong)
{
	struct arena arena = {0};

	assert_string_equal(split(&arena, "a 'b"), "wrong");
	assert_string_equal(split(&arena, "a \"b"), "wrong");
	assert_string_equal(split(&arena, "a\\"), "wrong");
	assert_string_equal(split(&arena, "a (b)"), "wrong");
	assert_string_equal(split(&arena, "`a"), "wrong");
	arena_finish(&arena);
}
