/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any packet to a zone that has a bit of everything. What is answered is well formed, within its limit, has the id and
 * the question that were sent and TTLs of the zone, and is the same when it is asked again: with another turn, the
 * same records.
 */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "netdns/answer.h"
#include "netdns/protocol.h"
#include "netdns/show.h"
#include "netdns/zone-file.h"
#include "netdns/zone-input.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message.h"

static const char zone_text[] =
	"{\"networks\": [{\"name\": \"p_n\", \"key\": \"n\", \"project\": \"p\","
	" \"addresses\": [\"10.1.0.1/24\", \"fd00::1/64\"]}], \"containers\": ["
	"{\"id\": \"a\", \"name\": \"p-web-1\", \"project\": \"p\", \"service\": \"web\","
	" \"number\": 1, \"ports\": [{\"target\": 80, \"name\": \"http\"}],"
	" \"endpoints\": [{\"network\": \"p_n\", \"ipv4\": \"10.1.0.2\", \"ipv6\": "
	"\"fd00::2\","
	" \"aliases\": [\"*.w\", \"a.b\"]}]},"
	"{\"id\": \"b\", \"name\": \"q\", \"project\": \"q\", \"service\": \"web\","
	" \"endpoints\": [{\"network\": \"p_n\", \"ipv4\": \"10.1.0.3\"}]}]}";

/* The question goes back byte by byte, where there was one that could be read. */
static void check_question(
	const struct query *query, const uint8_t *packet, const uint8_t *reply)
{
	size_t len = query->name.len + 4u;

	if (query->asked && message_u16(reply + 4) == 1)
		assert(!memcmp(packet + MESSAGE_HEADER, reply + MESSAGE_HEADER, len));
}

static void check_again(const struct ask *ask, const uint8_t *packet, size_t len,
	const uint8_t *reply, size_t n)
{
	uint8_t buffer[DNS_TCP_BYTES];
	struct query query;
	struct ask turned = *ask;
	size_t again;

	assert(answer(ask, packet, len, &query, buffer, &again) == ANSWER_SEND);
	assert(again == n && !memcmp(buffer, reply, n));
	turned.random++;
	assert(answer(&turned, packet, len, &query, buffer, &again) == ANSWER_SEND);
	assert(again == n && !memcmp(buffer, reply, MESSAGE_HEADER));
}

static void check(const struct ask *ask, const uint8_t *packet, size_t len)
{
	uint8_t buffer[DNS_TCP_BYTES];
	struct query query;
	auto_str text = {0};
	enum answer_fate fate;
	size_t n = 0;

	fate = answer(ask, packet, len, &query, buffer, &n);
	switch (fate) {
	case ANSWER_DROP:
		return;
	case ANSWER_FORWARD:
		n = answer_failure(
			ask, &query, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE, buffer);
		break;
	case ANSWER_SEND:
		break;
	}
	assert(n >= DNS_HEADER_BYTES);
	assert(ask->tcp ||
		n <= (query.edns.present ? DNS_UDP_EDNS_BYTES : DNS_UDP_BYTES));
	assert(buffer[0] == packet[0] && buffer[1] == packet[1]);
	assert(message_is_strict(buffer, n));
	assert(message_print(&text, buffer, n));
	check_question(&query, packet, buffer);
	if (fate == ANSWER_SEND)
		check_again(ask, packet, len, buffer, n);
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	static const uint8_t secret[16] = {0};
	struct ask ask = {.secret = secret};
	struct zone_input input;
	struct errs errs;

	errs_init(&errs, arena);
	addr_parse("10.1.0.2", &ask.source);
	check(&ask, (const uint8_t *)data, len);
	assert(zone_file_read(arena, zone_text, sizeof(zone_text) - 1, &input, &errs));
	ask.zone = zone_new(arena, &input, secret, 1);
	assert(zone_view(ask.zone, NULL, &ask.source, &ask.view));
	check(&ask, (const uint8_t *)data, len);
	ask.tcp = true;
	check(&ask, (const uint8_t *)data, len);
}
