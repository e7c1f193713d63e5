/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/pack.h"

#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "tests/unit/test.h"

static bool has(const struct str *tar, const char *name)
{
	return memmem(str_text(tar), tar->len, name, strlen(name)) != NULL;
}

TEST(pack_takes_a_program_and_what_it_loads)
{
	auto_str tar = {0};
	auto_str path = {0};
	struct err err = {0};

	assert_true(pack_program(&tar, &path, "/bin/tar", &err));
	assert_string_equal(err.text, "");
	assert_true(has(&tar, "libc.so.6"));
	assert_true(has(&tar, "/ld-linux"));
	assert_false(has(&tar, "vdso.so"));
	assert_int_equal(str_text(&path)[0], '/');
	assert_null(strchr(str_text(&path), ' '));
}

TEST(pack_tells_what_is_missing)
{
	auto_str tar = {0};
	auto_str path = {0};
	struct err err = {0};

	assert_false(pack_program(&tar, &path, "/nowhere/program", &err));
	assert_non_null(strstr(err.text, "/nowhere/program: No such file"));
}

TEST(pack_refuses_what_the_loader_cannot_read)
{
	auto_str tar = {0};
	auto_str path = {0};
	struct err err = {0};

	assert_false(pack_program(&tar, &path, "/etc/passwd", &err));
	assert_non_null(strstr(err.text, "/etc/passwd"));
}
