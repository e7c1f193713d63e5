/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/responder.h"

#include <sys/random.h>
#include <time.h>

#include "base/arena.h"
#include "netdns/answer.h"
#include "netdns/bucket.h"
#include "netdns/cookie.h"
#include "netdns/outside.h"
#include "netdns/protocol.h"
#include "netdns/reply.h"

struct responder {
	const struct zone *zone; /* borrowed */
	struct outside *outside; /* borrowed */
	bool stale;
	struct counters counters;
	uint8_t secret[COOKIE_SECRET_BYTES];
	uint64_t random; /* state of a generator that only has to look even */
	struct bucket buckets[BUCKETS];
};

struct responder *responder_new(struct outside *outside)
{
	struct responder *responder = xalloc(sizeof(*responder));

	responder->outside = outside;
	/* At this size never short, and never fails once the kernel has started. */
	while (getrandom(responder->secret, sizeof(responder->secret), 0) < 0)
		;
	while (getrandom(&responder->random, sizeof(responder->random), 0) < 0)
		;
	responder->random |= 1;
	return responder;
}

void responder_free(struct responder *responder)
{
	free(responder);
}

void responder_set_zone(struct responder *responder, const struct zone *zone)
{
	responder->zone = zone;
}

void responder_set_stale(struct responder *responder, bool stale)
{
	responder->stale = stale;
}

const struct counters *responder_counters(const struct responder *responder)
{
	return &responder->counters;
}

/* xorshift64*: Marsaglia 2003, Vigna 2014. */
static uint32_t next_random(struct responder *responder)
{
	uint64_t x = responder->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	responder->random = x;
	return (uint32_t)(x * 0x2545f4914f6cdd1d >> 32);
}

static size_t reply_too_much(const uint8_t *packet, size_t len, uint8_t *buffer)
{
	struct reply reply;
	struct query query;
	unsigned rcode;

	if (query_read(packet, len, &query, &rcode) != QUERY_OK)
		return 0;
	query.edns.present = false;
	reply_start(&reply, buffer, DNS_UDP_BYTES, &query);
	return reply_finish(&reply, RCODE_NOERROR, FLAG_TC | FLAG_RA);
}

static enum reply_fate decide(struct responder *responder, const struct arrival *arrival,
	const struct packet_bytes *packet, uint8_t *buffer, size_t *out_len)
{
	struct ask ask = {
		.zone = responder->zone,
		.source = *arrival->source,
		.tcp = arrival->tcp,
		.stale = responder->stale,
		.now_s = (uint32_t)time(NULL),
		.random = next_random(responder),
		.secret = responder->secret,
	};
	struct query query;

	*out_len = 0;
	if (ask.zone && !zone_view(ask.zone, arrival->local, arrival->source, &ask.view))
		return REPLY_NONE;
	if (!arrival->tcp &&
		!bucket_take(responder->buckets, arrival->source, arrival->now_ms) &&
		!addr_is_loopback(arrival->source)) {
		responder->counters.slowed++;
		*out_len = reply_too_much(packet->bytes, packet->len, buffer);
		return *out_len ? REPLY_NOW : REPLY_NONE;
	}
	switch (answer(&ask, packet->bytes, packet->len, &query, buffer, out_len)) {
	case ANSWER_DROP:
		return REPLY_NONE;
	case ANSWER_SEND:
		return REPLY_NOW;
	case ANSWER_FORWARD:
		break;
	}
	responder->counters.forwarded++;
	*out_len = outside_ask(responder->outside,
		&(struct outside_question){&ask, &query, packet, arrival->later}, buffer);
	return *out_len ? REPLY_NOW : REPLY_LATER;
}

enum reply_fate responder_reply(struct responder *responder,
	const struct arrival *arrival, const struct packet_bytes *packet, uint8_t *buffer,
	size_t *out_len)
{
	enum reply_fate fate = decide(responder, arrival, packet, buffer, out_len);

	if (arrival->tcp)
		responder->counters.tcp++;
	else
		responder->counters.udp++;
	responder->counters.dropped += fate == REPLY_NONE;
	return fate;
}

void responder_forget(struct responder *responder, const void *owner)
{
	outside_forget(responder->outside, owner);
}
