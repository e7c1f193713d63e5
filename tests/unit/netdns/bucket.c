/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/bucket.h"

#include <string.h>

#include "tests/unit/test.h"

static struct bucket buckets[BUCKETS];

static unsigned take_all(const struct addr *addr, int64_t now_ms)
{
	unsigned n = 0;

	while (bucket_take(buckets, addr, now_ms))
		n++;
	return n;
}

TEST(a_client_has_a_burst_and_then_its_rate)
{
	struct addr a;
	struct addr b;

	memset(buckets, 0, sizeof(buckets));
	addr_parse("10.0.0.1", &a);
	addr_parse("10.0.0.2", &b);
	assert_int_equal(take_all(&a, 1000), BUCKET_BURST);
	assert_int_equal(take_all(&a, 1000), 0);
	assert_int_equal(take_all(&a, 1100), BUCKET_PER_S / 10);
	assert_int_equal(take_all(&a, 1101), BUCKET_PER_S / 1000);
	assert_int_equal(take_all(&b, 1101), BUCKET_BURST);
	assert_int_equal(take_all(&a, 9999999), BUCKET_BURST);
	/* a clock that stands or goes back gives nothing */
	assert_int_equal(take_all(&a, 9999999), 0);
	assert_int_equal(take_all(&a, 5), 0);
}
