/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/addr.h"

#include "base/str.h"
#include "tests/unit/test.h"

TEST(addresses_of_both_families_are_read_and_printed)
{
	static const char *const cases[][2] = {{"10.0.0.1", "10.0.0.1"},
		{"FD00:0::1", "fd00::1"}, {"::ffff:10.0.0.1", "10.0.0.1"}};
	struct addr addr;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		auto_str text = {0};

		assert_true(addr_parse(cases[i][0], &addr));
		addr_print(&text, &addr);
		assert_string_equal(str_text(&text), cases[i][1]);
	}
	assert_false(addr_parse("", &addr));
	assert_false(addr_parse("10.0.0", &addr));
	assert_false(addr_parse("10.0.0.1/24", &addr));
}

TEST(prefixes_hold_their_addresses)
{
	static const struct {
		const char *prefix;
		const char *addr;
		bool has;
	} cases[] = {{"10.1.0.1/24", "10.1.0.255", true},
		{"10.1.0.1/24", "10.1.1.0", false}, {"10.1.0.1/20", "10.1.15.1", true},
		{"10.1.0.1/20", "10.1.16.1", false}, {"10.1.0.1", "10.1.0.1", true},
		{"10.1.0.1", "10.1.0.2", false}, {"0.0.0.0/0", "9.9.9.9", true},
		{"0.0.0.0/0", "::1", false}, {"fd00::1/127", "fd00::", true},
		{"fd00::1/127", "fd00::2", false}};
	struct prefix prefix;
	struct addr addr;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(prefix_parse(cases[i].prefix, &prefix));
		assert_true(addr_parse(cases[i].addr, &addr));
		assert_int_equal(prefix_has(&prefix, &addr), cases[i].has);
	}
	assert_false(prefix_parse("10.0.0.1/33", &prefix));
	assert_false(prefix_parse("10.0.0.1/-1", &prefix));
	assert_false(prefix_parse("10.0.0.1/", &prefix));
	assert_false(prefix_parse("fd00::1/129", &prefix));
	assert_false(prefix_parse("/8", &prefix));
}
