/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <string.h>

#include "tests/unit/test.h"

/* The messages of FIPS 180-4's examples, and a second digest of the first, by the library that is loaded by then. */
TEST(sha256_of_the_standards_messages)
{
	static const struct {
		const char *text;
		const char *hex;
	} cases[] = {
		{"abc",
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a"
			"d"},
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c"
			"1"},
		{"abc",
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a"
			"d"},
	};
	char hex[DIGEST_HEX_BYTES];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		digest_sha256_hex(cases[i].text, strlen(cases[i].text), hex);
		assert_string_equal(hex, cases[i].hex);
	}
}

TEST(random_digits_are_as_many_as_asked_for)
{
	char first[2 * 300 + 1], second[2 * 300 + 1];

	digest_random_hex(300, first);
	digest_random_hex(300, second);
	assert_int_equal(strlen(first), 600);
	assert_int_equal(strspn(first, "0123456789abcdef"), 600);
	assert_string_not_equal(first, second);
}

TEST(digest_is_told_from_other_text)
{
#define HEX31 "0123456789abcdef0123456789abcde"
	static const char *const none[] = {"", "sha256:", "sha256:" HEX31,
		"sha256:" HEX31 HEX31 "0", "sha256:" HEX31 HEX31 "000",
		"sha256:" HEX31 HEX31 "0G", "sha512:" HEX31 HEX31 "00", HEX31 HEX31 "00",
		"sha256:" HEX31 HEX31 "0/../.."};

	assert_true(digest_is_sha256("sha256:" HEX31 HEX31 "00"));
	assert_false(digest_is_sha256(NULL));
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_false(digest_is_sha256(none[i]));
}
