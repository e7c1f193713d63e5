/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/resolv.h"

#include <string.h>

#include "base/str.h"
#include "tests/unit/test.h"

TEST(the_first_usable_servers_are_taken)
{
	static const char text[] =
		"# nameserver 9.9.9.9\nsearch example\nnameserver fe80::1%eth0\n"
		"nameserver\t10.0.0.1 \r\nnameserver fd00::1\nnameservers 1.1.1.1\n"
		"nameserver nonsense\nnameserver\nnameserver 10.0.0.3\nnameserver "
		"10.0.0.4";
	static const char *const want[] = {"10.0.0.1", "fd00::1", "10.0.0.3"};
	struct upstreams upstreams;

	resolv_read(text, sizeof(text) - 1, &upstreams);
	assert_int_equal(upstreams.n, 3);
	for (size_t i = 0; i < upstreams.n; i++) {
		auto_str shown = {0};

		addr_print(&shown, &upstreams.items[i]);
		assert_string_equal(str_text(&shown), want[i]);
	}
	resolv_read("", 0, &upstreams);
	assert_int_equal(upstreams.n, 0);
}
