/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/loader/dotenv.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "compose/loader/env.h"
#include "tests/unit/test.h"

struct reading {
	struct arena arena;
	struct errs errs;
	struct env shell, env;
};

static bool read_text(struct reading *r, const char *text, enum dotenv_format format)
{
	*r = (struct reading){0};
	errs_init(&r->errs, &r->arena);
	env_init(&r->shell, &r->arena, NULL);
	env_init(&r->env, &r->arena, &r->shell);
	env_set(&r->shell, "SHELL_A", "s", (struct pos){0});
	return dotenv_read(&r->arena, "e", text, strlen(text), format, &r->env, &r->errs);
}

static const struct {
	const char *text;
	const char *key;
	const char *value; /* NULL: not set */
} samples[] = {
	{"A=1", "A", "1"},
	{"\xef\xbb\xbf"
	 "A=1\r\nB=2",
		"A", "1"},
	{"  export  A = 1  ", "A", "1"},
	{"A: x y # c", "A", "x y"},
	{"A=un#q", "A", "un#q"},
	{"A=", "A", ""},
	{"A= # c", "A", "# c"},
	{"# A=1\n\nB=2", "B", "2"},
	{"A='$B \\n \\' x'", "A", "$B \\n ' x"},
	{"A=\"x\\ty\\\\z\\\"\\$B\\0101\\c\"", "A", "x\ty\\z\"$BA\\c"},
	{"A=\"x\ny\"\nB=3", "A", "x\ny"},
	{"A=\"x\ny\"\nB=3", "B", "3"},
	{"A=1\nB=$A-${SHELL_A}", "B", "1-s"},
	{"SHELL_A=1\nB=$SHELL_A", "B", "s"},
	{"A=$$X", "A", "$X"},
	{"A=\"x\" trailing\nB=1", "B", "1"},
	{"SHELL_A\nB=1", "B", "1"},
	{"NOPE\nB=1", "NOPE", NULL},
	{"a.b-c[0]=1", "a.b-c[0]", "1"},
};

TEST(dotenv_reads_statements)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct reading r;
		const char *value;

		assert_true(read_text(&r, samples[i].text, DOTENV));
		value = env_get(&r.env, samples[i].key);
		assert_int_equal(value != NULL, samples[i].value != NULL);
		if (value)
			assert_string_equal(value, samples[i].value);
		arena_finish(&r.arena);
	}
}

static const struct {
	const char *text;
	const char *error;
	unsigned line, column;
} mistakes[] = {
	{"A=1\nB C=2", "key cannot contain a space", 2, 1},
	{"A%=1", "unexpected character \"%\" in variable name \"A%=1\"", 1, 2},
	{"A=1\nB='x\ny", "unterminated quoted value", 2, 3},
	{"=1", "no name", 1, 1},
	{"A=${B", "not closed", 1, 3},
};

TEST(dotenv_tells_the_place_of_mistakes)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		struct reading r;

		assert_false(read_text(&r, mistakes[i].text, DOTENV));
		assert_int_equal(r.errs.nitems, 1);
		assert_non_null(strstr(r.errs.items[0].text, mistakes[i].error));
		assert_int_equal(r.errs.items[0].pos.line, mistakes[i].line);
		assert_int_equal(r.errs.items[0].pos.column, mistakes[i].column);
		arena_finish(&r.arena);
	}
}

TEST(dotenv_raw_takes_values_as_they_are)
{
	struct reading r;

	assert_true(read_text(&r, "A=\"$B\" # c\n#x\nSHELL_A\nE=\n", DOTENV_RAW));
	assert_string_equal(env_get(&r.env, "A"), "\"$B\" # c");
	assert_string_equal(env_get(&r.env, "E"), "");
	arena_finish(&r.arena);
	assert_false(read_text(&r, "export B=1\n", DOTENV_RAW));
	arena_finish(&r.arena);
}
