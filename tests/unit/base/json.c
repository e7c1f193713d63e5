/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "tests/unit/test.h"

static void assert_round_trip(const char *in, const char *out, unsigned style)
{
	struct arena arena = {0};
	struct err err = {0};
	struct node *node = NULL;
	auto_str str = {0};

	assert_true(json_parse(&arena, in, strlen(in), &node, &err));
	json_print(&str, node, style);
	assert_string_equal(str_text(&str), out);
	arena_finish(&arena);
}

static void assert_refused(const char *in)
{
	struct arena arena = {0};
	struct err err = {0};
	struct node *node = NULL;

	assert_false(json_parse(&arena, in, strlen(in), &node, &err));
	assert_int_equal(err.kind, ERR_INPUT);
	arena_finish(&arena);
}

TEST(json_keeps_64_bit_numbers_and_order)
{
	assert_round_trip(
		"{\"timeNano\": 1764000000123456789, \"a\":[1,-2.50,1e15],\"s\":\"1\"}",
		"{\"timeNano\":1764000000123456789,\"a\":[1,-2.50,1e15],\"s\":\"1\"}",
		JSON_COMPACT);
}

TEST(json_escapes_as_go_does_when_asked)
{
	assert_round_trip("\"<a>&\\n\\u0001\\u2028\\u00e4\"",
		"\"\\u003ca\\u003e\\u0026\\n\\u0001\\u2028\xc3\xa4\"", JSON_HTML);
	assert_round_trip("\"<a>\"", "\"<a>\"", JSON_COMPACT);
}

TEST(json_indents_by_two)
{
	assert_round_trip("{\"a\":[1,{}],\"b\":[]}",
		"{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}", JSON_INDENT);
}

TEST(json_refuses_what_is_malformed)
{
	assert_refused("");
	assert_refused("{\"a\":1");
	assert_refused("{\"a\":01}");
	assert_refused("[1-2]");
	assert_refused("{\"a\":1} x");
	assert_refused("{1:2}");
	assert_refused("\"\\u0001x\"");
}

TEST(json_bounds_nesting)
{
	char deep[4001];

	memset(deep, '[', 2000);
	memset(deep + 2000, ']', 2000);
	deep[4000] = '\0';
	assert_refused(deep);
}
