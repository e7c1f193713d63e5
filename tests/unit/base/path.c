/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include "base/arena.h"
#include "tests/unit/test.h"

static const struct {
	const char *path, *clean;
} samples[] = {
	{"", "."},
	{"/", "/"},
	{"/..", "/"},
	{"/../a", "/a"},
	{"a/..", "."},
	{"a/../..", ".."},
	{"../a", "../a"},
	{"../../a/./b/", "../../a/b"},
	{"//a//b", "/a/b"},
	{"/a/b/../../c", "/c"},
	{"./a", "a"},
};

TEST(path_clean_is_the_one_of_go)
{
	struct arena arena = {0};

	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		assert_string_equal(
			path_clean(&arena, samples[i].path), samples[i].clean);
	arena_finish(&arena);
}

TEST(path_relative_goes_up_and_down)
{
	struct arena arena = {0};

	assert_string_equal(path_relative(&arena, "/a/b", "/a/b"), ".");
	assert_string_equal(path_relative(&arena, "/a/b", "/a/b/c"), "c");
	assert_string_equal(path_relative(&arena, "/a/b", "/a/bc"), "../bc");
	assert_string_equal(path_relative(&arena, "/a/b/c", "/a"), "../..");
	assert_string_equal(path_relative(&arena, "/", "/a"), "a");
	assert_string_equal(path_relative(&arena, "/a", "/"), "..");
	arena_finish(&arena);
}

TEST(path_parts_and_home)
{
	struct arena arena = {0};

	assert_string_equal(path_dir(&arena, "/a"), "/");
	assert_string_equal(path_dir(&arena, "/a/b"), "/a");
	assert_string_equal(path_base("/a/b"), "b");
	assert_string_equal(path_shown(&arena, "/a", "/a/b/c"), "b/c");
	assert_string_equal(path_shown(&arena, "/a", "/ab"), "/ab");
	assert_string_equal(path_expand_home(&arena, "/root", "~/x"), "/root/x");
	assert_string_equal(path_expand_home(&arena, "/root", "~x"), "~x");
	arena_finish(&arena);
}
