/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/origins.h"

#include "base/arena.h"
#include "tests/unit/test.h"

TEST(origins_name_what_is_below_them_and_lead_back)
{
	struct arena arena = {0};
	struct origins origins = {0};
	char path[20];

	origins_add(&arena, &origins, "/c/1", "git://h/x#:");
	origins_add(&arena, &origins, "/c/12", "oci://h/x#");
	origins_add(&arena, &origins, "/c/1", "git://h/x#main:");
	assert_int_equal(origins.n, 2);
	assert_string_equal(
		origins_name(&arena, &origins, "/c/1/a/b.yaml"), "git://h/x#:a/b.yaml");
	assert_string_equal(origins_name(&arena, &origins, "/c/12/b"), "oci://h/x#b");
	assert_null(origins_name(&arena, &origins, "/c/1"));
	assert_null(origins_name(&arena, &origins, "/c/123/b"));
	origins_path(&origins, "git://h/x#:a/b.yaml", path, sizeof(path));
	assert_string_equal(path, "/c/1/a/b.yaml");
	origins_path(&origins, "a/b.yaml", path, sizeof(path));
	assert_string_equal(path, "a/b.yaml");
	origins_path(NULL, "/a/name/that/is/too/long", path, sizeof(path));
	assert_string_equal(path, "/a/name/that/is/too");
	arena_finish(&arena);
}
