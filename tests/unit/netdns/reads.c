/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/reads.h"

#include <string.h>

#include "base/str.h"
#include "tests/unit/test.h"

#define ID "4f0cba5d8a93ba3e4b7a1a2f1b6f9d9d3f4e6a7b8c9d0e1f2a3b4c5d6e7f8091"
#define REST " HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n"

static void assert_prints(uint32_t kind, const char *what, const char *request)
{
	auto_str out = {0};

	assert_true(read_print(&out, kind, what));
	assert_string_equal(str_text(&out), request);
}

TEST(four_things_are_asked_of_the_engine)
{
	auto_str events = {0};

	assert_prints(READ_CONTAINERS, "", "GET /containers/json?all=1" REST);
	assert_prints(READ_CONTAINER, ID, "GET /containers/" ID "/json" REST);
	assert_prints(READ_NETWORKS, "", "GET /networks" REST);
	assert_prints(READ_NETWORKS, ID, "GET /networks/" ID REST);
	assert_true(read_print(&events, READ_EVENTS, "1764000000.000000001"));
	assert_true(text_starts(str_text(&events),
		"GET /events?since=1764000000.000000001&filters=%7B%22"));
	assert_true(text_ends(str_text(&events), REST));
	assert_null(strpbrk(str_text(&events), "{}\""));
}

/* Whatever an engine makes its reader say, no other request comes of it. */
TEST(nothing_else_is_asked_of_the_engine)
{
	static const char *const nonsense[] = {"..", "a/b", "../containers/create",
		"a\r\nPOST / HTTP/1.1", "a b", "A", "a?force=1", "%2e", ID "0"};
	auto_str out = {0};

	for (size_t i = 0; i < sizeof(nonsense) / sizeof(*nonsense); i++)
		for (uint32_t kind = 0; kind <= READ_KINDS; kind++)
			assert_false(read_print(&out, kind, nonsense[i]));
	assert_false(read_print(&out, READ_CONTAINER, ""));
	assert_false(read_print(&out, READ_CONTAINERS, ID));
	assert_false(read_print(&out, READ_EVENTS, ""));
	assert_false(read_print(&out, READ_EVENTS, "1&filters="));
	assert_false(read_print(&out, READ_KINDS, ""));
	assert_false(read_print(&out, UINT32_MAX, ""));
	assert_int_equal(out.len, 0);
}
