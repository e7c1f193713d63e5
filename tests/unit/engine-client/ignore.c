/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/ignore.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/unit/test.h"

static void parse(struct ignore *ignore, struct arena *arena, const char *text)
{
	struct err err = {0};

	*ignore = (struct ignore){.arena = arena};
	assert_true(ignore_parse(ignore, ".dockerignore", text, strlen(text), &err));
}

static bool excludes(const char *text, const char *path)
{
	struct arena arena = {0};
	struct ignore ignore;
	bool yes;

	parse(&ignore, &arena, text);
	yes = ignore_excludes(&ignore, path);
	arena_finish(&arena);
	return yes;
}

/* moby/patternmatcher, TestMatches; what its parent rule adds is marked. */
TEST(ignore_matches_as_docker_does)
{
	static const struct {
		const char *pattern, *path;
		bool excluded;
	} cases[] = {
		{"**", "file", true},
		{"**/", "file", true},
		{"**", "dir/file", true},
		{"**/**", "dir/file", true},
		{"dir/**", "dir/file", true},
		{"dir/**", "dir/dir2/file", true},
		{"dir/**", "dir", false},
		{"**/dir2/*", "dir/dir2/file", true},
		{"**/dir2/**", "dir/dir2/dir2/file", true},
		{"**file", "file", true},
		{"**file", "dir/afile", true},
		{"**/file", "afile", false},
		{"**/file", "dir/dir/file", true},
		{"**file*", "dir/dir/file.txt", true},
		{"**/**/*.txt", "dir/dir/file.txt", true},
		{"**/**/*.txt2", "dir/dir/file.txt", false},
		{"**/*.txt", "file.txt", true},
		{"a**/*.txt", "a/file.txt", true},
		{"a**/*.txt", "a/dir/file.txt", true},
		{"a**/*.txt", "a/dir/dir/file.txt", true},
		{"a[b-d]e", "ae", false},
		{"a[b-d]e", "ace", true},
		{"a[b-d]e", "aae", false},
		{"a[^b-d]e", "aze", true},
		{".*", ".foo", true},
		{".*", "foo", false},
		{"abc.def", "abcdef", false},
		{"abc?def", "abcZdef", true},
		{"abc?def", "abcdef", false},
		{"a\\*b", "a*b", true},
		{"a\\*b", "axb", false},
		{"**/foo/bar", "foo/bar", true},
		{"**/foo/bar", "dir/foo/bar", true},
		{"**/foo/bar", "dir/foo/bar2", false},
		{"**/.foo", ".foo", true},
		{"**/.foo", "bar.foo", false},
		{"*", "a/b", true}, /* its parent */
		{"*/b", "a/b", true},
		{"*/b", "a/c/b", false},
		{"a(b)c/def", "a(b)c/def", true},
		{"a.|)$(}+{bc", "a.|)$(}+{bc", true},
		{"node_modules", "node_modules/x/y", true}, /* its parent */
		{"node_modules", "a/node_modules", false},
		{"?\xc3\xa4[\xc3\xb6-\xc3\xbc]", "\xc3\xa4\xc3\xa4\xc3\xbc", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (excludes(cases[i].pattern, cases[i].path) != cases[i].excluded)
			fail_msg("%s against %s", cases[i].pattern, cases[i].path);
}

TEST(ignore_reads_lines_as_docker_does)
{
	assert_true(excludes("\xef\xbb\xbf"
			     "a\n",
		"a"));
	assert_true(excludes("  a\t\r\n", "a"));
	assert_false(excludes("#a\n", "#a"));
	assert_true(excludes("/a/\n", "a/b"));
	assert_true(excludes("./x/../a//b", "a/b"));
	assert_false(excludes("../a", "a"));
	assert_false(excludes("\n\n", "a"));
}

TEST(ignore_lets_later_lines_win)
{
	assert_false(excludes("*.md\n!README.md", "README.md"));
	assert_true(excludes("*.md\n!README*.md\nREADME-secret.md", "README-secret.md"));
	assert_true(excludes("!a\na", "a"));
	assert_false(excludes("*\n! /src", "src/deep/file"));
	assert_true(excludes("*\n!src\nsrc/*.o", "src/a.o"));
}

TEST(ignore_tells_where_to_look_for_what_is_taken_back)
{
	struct arena arena = {0};
	struct ignore ignore;

	parse(&ignore, &arena, "*\n!a/b/*.c\n!c/**/keep");
	assert_true(ignore_may_keep_below(&ignore, "a"));
	assert_true(ignore_may_keep_below(&ignore, "a/b"));
	assert_false(ignore_may_keep_below(&ignore, "a/x"));
	assert_false(ignore_may_keep_below(&ignore, "ab"));
	assert_true(ignore_may_keep_below(&ignore, "c/any/depth"));
	assert_false(ignore_may_keep_below(&ignore, "d"));
	arena_finish(&arena);
}

TEST(ignore_keeps_a_path_that_is_told)
{
	struct arena arena = {0};
	struct ignore ignore;

	parse(&ignore, &arena, "*\n");
	ignore_keep(&ignore, "Docker[file");
	assert_false(ignore_excludes(&ignore, "Docker[file"));
	assert_true(ignore_excludes(&ignore, "other"));
	arena_finish(&arena);
}

static void assert_refused(const char *text, const char *message)
{
	struct arena arena = {0};
	struct ignore ignore = {.arena = &arena};
	struct err err = {0};

	assert_false(ignore_parse(&ignore, "i", text, strlen(text), &err));
	assert_string_equal(err.text, message);
	arena_finish(&arena);
}

TEST(ignore_refuses_broken_patterns_and_names_the_line)
{
	assert_refused("a\n!\n", "i:2: a lone \"!\" takes nothing back");
	assert_refused("a[b", "i:1: not a pattern: \"a[b\"");
	assert_refused("a[]", "i:1: not a pattern: \"a[]\"");
	assert_refused("a[b-]", "i:1: not a pattern: \"a[b-]\"");
	assert_refused("a\\", "i:1: not a pattern: \"a\\\"");
}
