/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/base64.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "tests/unit/test.h"

static void assert_pair(const char *plain, const char *encoded)
{
	struct arena arena = {0};
	auto_str out = {0};
	size_t len = 99;

	base64_encode(&out, plain, strlen(plain), true);
	assert_string_equal(str_text(&out), encoded);
	assert_string_equal(base64_decode(&arena, encoded, strlen(encoded), &len), plain);
	assert_int_equal(len, strlen(plain));
	arena_finish(&arena);
}

/* RFC 4648 10. */
TEST(base64_goes_both_ways)
{
	assert_pair("", "");
	assert_pair("f", "Zg==");
	assert_pair("fo", "Zm8=");
	assert_pair("foo", "Zm9v");
	assert_pair("foobar", "Zm9vYmFy");
	assert_pair("\xff\xfe\xfb", "__77");
}

TEST(base64_decodes_both_alphabets_and_no_padding)
{
	struct arena arena = {0};
	size_t len;

	assert_string_equal(base64_decode(&arena, "//77", 4, &len), "\xff\xfe\xfb");
	assert_string_equal(base64_decode(&arena, "Zg", 2, &len), "f");
	assert_null(base64_decode(&arena, "Z", 1, &len));
	assert_null(base64_decode(&arena, "Zm9 v", 5, &len));
	arena_finish(&arena);
}
