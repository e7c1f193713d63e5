/* SPDX-License-Identifier: Apache-2.0 */
/* Any packet as a query; the question of what is well formed goes back as it came, and reads again. */

#include <assert.h>
#include <string.h>

#include "netdns/protocol.h"
#include "netdns/query.h"
#include "netdns/reply.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	uint8_t buffer[DNS_UDP_BYTES];
	struct query query;
	struct query again;
	struct reply reply;
	unsigned rcode = 0;
	unsigned ignored;
	size_t n;

	(void)arena;
	if (query_read((const uint8_t *)data, len, &query, &rcode) == QUERY_DROP)
		return;
	reply_start(&reply, buffer, sizeof(buffer), &query);
	reply_open(&reply, REPLY_ANSWER, &query.key, RR_CNAME, 1);
	reply_put_name(&reply, &query.name);
	reply_close(&reply);
	n = reply_finish(&reply, rcode, 0);
	assert(n <= sizeof(buffer));
	buffer[2] = 0; /* a query again */
	assert(query_read(buffer, n, &again, &ignored) != QUERY_DROP);
	assert(again.asked == query.asked && again.id == query.id);
	assert(!again.asked ||
		(again.type == query.type && again.name.len == query.name.len &&
			!memcmp(again.name.bytes, query.name.bytes, query.name.len)));
}
