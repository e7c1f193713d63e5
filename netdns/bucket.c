/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/bucket.h"

static unsigned place_of(const struct addr *addr)
{
	unsigned hash = 2166136261u;

	for (unsigned i = 0; i < addr->len; i++)
		hash = (hash ^ addr->bytes[i]) * 16777619u;
	return (hash ^ hash >> 15) % BUCKETS;
}

bool bucket_take(struct bucket *buckets, const struct addr *addr, int64_t now_ms)
{
	struct bucket *bucket = &buckets[place_of(addr)];
	int64_t more;

	if (!addr_equal(&bucket->addr, addr))
		*bucket = (struct bucket){
			.addr = *addr, .left = BUCKET_BURST, .filled_ms = now_ms};
	more = (now_ms - bucket->filled_ms) * BUCKET_PER_S / 1000;
	if (more > 0) {
		bucket->filled_ms = now_ms;
		bucket->left = more > BUCKET_BURST - (int64_t)bucket->left
			? BUCKET_BURST
			: bucket->left + (uint32_t)more;
	}
	if (!bucket->left)
		return false;
	bucket->left--;
	return true;
}
