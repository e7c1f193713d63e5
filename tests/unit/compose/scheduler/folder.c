/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/scheduler/folder.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"
#include "tests/unit/test.h"

TEST(folder_makes_what_is_missing_and_is_content_with_what_is_there)
{
	char dir[] = "/tmp/davit-folder-XXXXXX";
	auto_str path = {0};
	struct err err = {0};
	struct stat st;

	assert_non_null(mkdtemp(dir));
	str_printf(&path, "%s/a/b", dir);
	for (int i = 0; i < 2; i++)
		assert_true(folder_make(path.text, 0700, &err));
	assert_int_equal(stat(path.text, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	rmdir(path.text);
	path.text[path.len - 2] = '\0';
	assert_int_equal(stat(path.text, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	rmdir(path.text);
	rmdir(dir);
	assert_false(folder_make("/proc/no/where", 0700, &err));
	assert_string_equal(
		err.text, "make the folder /proc/no: No such file or directory");
}
