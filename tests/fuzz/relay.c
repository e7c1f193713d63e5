/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any packet as somebody else's reply; what is taken goes on to a client, and what goes on is within the limit
 * and, unless it was cut, well formed where the original was. Nothing is taken under another id or for another question.
 */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "netdns/answer.h"
#include "netdns/protocol.h"
#include "netdns/relay.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message.h"

static void pass_on(const struct ask *ask, const struct query *query,
	const uint8_t *message, size_t len)
{
	uint8_t buffer[DNS_TCP_BYTES];
	size_t n = answer_relayed(
		ask, query, &(struct relayed){message, len, EDE_STALE}, buffer);

	assert(n >= DNS_HEADER_BYTES);
	assert(n <= (ask->tcp ? DNS_TCP_BYTES : DNS_UDP_EDNS_BYTES));
	assert(buffer[0] == query->id >> 8 && buffer[1] == (query->id & 0xff));
	if (message_is_strict(message, len))
		assert(message_is_strict(buffer, n));
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	static const uint8_t secret[16] = {0};
	struct ask ask = {.secret = secret, .source = {.len = 4}};
	struct query query = {.id = 7, .asked = true, .type = RR_A, .class = CLASS_IN};
	struct relay_question question;
	struct relay_question other;
	struct relay_reply reply;
	struct relay_reply ignored;
	uint8_t *copy = arena_alloc(arena, len + 1);

	if (len > DNS_TCP_BYTES)
		return;
	if (len)
		memcpy(copy, data, len);
	assert(name_parse("web.ex", &query.name));
	query.key = query.name;
	relay_question_of(&query, &question);
	if (!relay_read(&question, 0x1234, copy, len, &reply))
		return;
	assert(reply.len <= len);
	assert(message_u16(copy) == 0x1234 && copy[2] & 0x80);
	assert(name_equal(&query.name, &question.key));
	other = question;
	other.type++;
	assert(!relay_read(&other, 0x1234, copy, reply.len, &ignored));
	assert(!relay_read(&question, 0x1235, copy, reply.len, &ignored));
	pass_on(&ask, &query, copy, reply.len);
	query.edns = (struct edns){.present = true, .udp_bytes = 4096, .cookie_len = 8};
	pass_on(&ask, &query, copy, reply.len);
	ask.tcp = true;
	pass_on(&ask, &query, copy, reply.len);
	relay_age(copy, reply.len, 5, 30);
}
