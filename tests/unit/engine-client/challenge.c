/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/challenge.h"

#include "base/arena.h"
#include "tests/unit/test.h"

static void assert_text(const char *is, const char *expected)
{
	if (expected)
		assert_string_equal(is, expected);
	else
		assert_null(is);
}

TEST(challenge_is_read_from_a_header)
{
	static const struct {
		const char *text;
		enum challenge_kind kind;
		const char *realm, *service, *scope;
	} cases[] = {
		{" Bearer "
		 "realm=\"https://a/"
		 "token\",service=\"r\",scope=\"repository:x:pull,push\"\r\n",
			CHALLENGE_BEARER, "https://a/token", "r",
			"repository:x:pull,push"},
		{"BEARER scope = x , Realm=https://a/t, other=\"z\"", CHALLENGE_BEARER,
			"https://a/t", NULL, NULL},
		{"bearer realm=\"a \\\"b\\\" \\\\\"", CHALLENGE_BEARER, "a \"b\" \\",
			NULL, NULL},
		{"Basic realm=\"lab\"", CHALLENGE_BASIC, "lab", NULL, NULL},
		{"basic", CHALLENGE_BASIC, NULL, NULL, NULL},
		{"Bearer realm=\"never ends", CHALLENGE_BEARER, "never ends", NULL, NULL},
		{"Bearer realm=\"ends\\", CHALLENGE_BEARER, "ends\\", NULL, NULL},
		{"Bearer realm=", CHALLENGE_BEARER, "", NULL, NULL},
		{"Bearer =,,= ===", CHALLENGE_BEARER, NULL, NULL, NULL},
		{"Bearerly realm=x", CHALLENGE_NONE, "x", NULL, NULL},
		{"Negotiate", CHALLENGE_NONE, NULL, NULL, NULL},
		{"", CHALLENGE_NONE, NULL, NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena arena = {0};
		struct challenge challenge = challenge_read(&arena, cases[i].text);

		assert_int_equal(challenge.kind, cases[i].kind);
		assert_text(challenge.realm, cases[i].realm);
		assert_text(challenge.service, cases[i].service);
		assert_text(challenge.scope, cases[i].scope);
		arena_finish(&arena);
	}
}
