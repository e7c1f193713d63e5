/* SPDX-License-Identifier: Apache-2.0 */
/* From a question's meaning (zone_find) to records, limits and flags. */
#include "netdns/answer.h"

#include <string.h>

#include "netdns/cookie.h"
#include "netdns/protocol.h"
#include "netdns/reply.h"

enum {
	SRV_PRIORITY = 0,
	SRV_WEIGHT = 10,
	SOA_REFRESH_S = 3600,
	SOA_RETRY_S = 600,
	SOA_EXPIRE_S = 86400,
	SOA_MINIMUM_S = ZONE_TTL_RUNNING_S,
	TEXT_MAX_BYTES = 255,
	ADDRESS_RECORD_BYTES = 12, /* with its owner as a pointer, without the address */
	OPT_BYTES = 11,
	SCHEMA_TTL_S = 60,
};

#define SCHEMA_VERSION "1.0.0"

/* One answer in the making. */
struct work {
	const struct ask *ask;
	const struct query *query;
	struct reply reply;
	struct zone_hit hit;
	const struct name *
		owner; /* of the records of a set: what was asked, or what that leads to */
	bool truncated;
};

static bool wants(const struct work *work, uint16_t type)
{
	return work->query->type == type;
}

/* ANY is answered with one set of records (RFC 8482 4.1): the first that there is. */
static bool wants_too(const struct work *work, uint16_t type)
{
	return wants(work, type) ||
		(wants(work, RR_ANY) && !work->reply.counts[REPLY_ANSWER]);
}

static void close_record(struct work *work)
{
	if (!reply_close(&work->reply) && work->reply.section == REPLY_ANSWER)
		work->truncated = true;
}

/* ---- records */

static void put_soa(struct work *work, enum reply_section section,
	const struct name *owner, uint32_t ttl_s)
{
	struct reply *reply = &work->reply;
	const struct zone *zone = work->ask->zone;
	struct name name;

	reply_open(reply, section, owner, RR_SOA, ttl_s);
	zone_server_name(zone, &name);
	reply_put_name(reply, &name);
	zone_hostmaster_name(zone, &name);
	reply_put_name(reply, &name);
	wire_put_u32(&reply->out, zone_serial(zone));
	wire_put_u32(&reply->out, SOA_REFRESH_S);
	wire_put_u32(&reply->out, SOA_RETRY_S);
	wire_put_u32(&reply->out, SOA_EXPIRE_S);
	wire_put_u32(&reply->out, SOA_MINIMUM_S);
	close_record(work);
}

/* RFC 2308 3: why there is nothing, and for how long that may be believed. */
static void put_negative(struct work *work)
{
	const struct name *name = &work->query->name;
	struct name apex = {.len = (uint8_t)(name->len - work->hit.apex_at)};

	memcpy(apex.bytes, name->bytes + work->hit.apex_at, apex.len);
	put_soa(work, REPLY_AUTHORITY, &apex, SOA_MINIMUM_S);
}

static void put_address(struct work *work, enum reply_section section,
	const struct name *owner, const struct addr *addr, uint32_t ttl_s)
{
	uint16_t type = addr->len == ADDR_V4_BYTES ? RR_A : RR_AAAA;

	reply_open(&work->reply, section, owner, type, ttl_s);
	wire_put(&work->reply.out, addr->bytes, addr->len);
	close_record(work);
}

static void put_pointer(
	struct work *work, uint16_t type, const struct name *to, uint32_t ttl_s)
{
	reply_open(&work->reply, REPLY_ANSWER, &work->query->name, type, ttl_s);
	reply_put_name(&work->reply, to);
	close_record(work);
}

static void put_string(struct work *work, const char *text)
{
	size_t len = strnlen(text, TEXT_MAX_BYTES);

	wire_put_u8(&work->reply.out, (uint8_t)len);
	wire_put(&work->reply.out, text, len);
}

static void put_text(struct work *work, const char *text, uint32_t ttl_s)
{
	reply_open(&work->reply, REPLY_ANSWER, &work->query->name, RR_TXT, ttl_s);
	put_string(work, text);
	close_record(work);
}

/* ---- a set */

static const struct addr *address_of(const struct zone_endpoint *endpoint, uint16_t type)
{
	return type == RR_A ? &endpoint->v4 : &endpoint->v6;
}

/*
 * Over UDP a service gives a selection that every client can take, without a word that there are more; what
 * has to be complete is marked as cut instead.
 */
static bool is_selection(const struct work *work)
{
	return !work->ask->tcp && !set_is_complete(work->hit.set);
}

static bool has_room(const struct work *work, const struct addr *addr)
{
	size_t opt = work->query->edns.present ? OPT_BYTES : 0;

	return work->reply.out.len + ADDRESS_RECORD_BYTES + addr->len + opt <=
		DNS_UDP_BYTES;
}

static void put_set_addresses(struct work *work, uint16_t type)
{
	const struct zone_set *set = work->hit.set;
	bool selection = is_selection(work);
	size_t n;
	const struct zone_endpoint *const *endpoints = set_endpoints(set, &n);
	size_t at = n ? work->ask->random % n : 0;

	for (size_t left = n; left > 0 && !work->truncated; left--, at = (at + 1) % n) {
		const struct addr *addr = address_of(endpoints[at], type);

		if (!addr->len)
			continue;
		if (selection &&
			(work->reply.counts[REPLY_ANSWER] == ANSWER_SELECTION ||
				!has_room(work, addr)))
			break;
		put_address(work, REPLY_ANSWER, work->owner, addr, set_ttl_s(set));
	}
}

static void put_set_texts(struct work *work)
{
	char text[TEXT_MAX_BYTES + 1];

	if (!set_text(work->hit.set, 0, text, sizeof(text)))
		return;
	reply_open(&work->reply, REPLY_ANSWER, work->owner, RR_TXT, ZONE_TTL_RUNNING_S);
	for (unsigned i = 0; set_text(work->hit.set, i, text, sizeof(text)); i++)
		put_string(work, text);
	close_record(work);
}

static void answer_set(struct work *work)
{
	if (wants_too(work, RR_A))
		put_set_addresses(work, RR_A);
	if (wants_too(work, RR_AAAA))
		put_set_addresses(work, RR_AAAA);
	if (wants_too(work, RR_TXT))
		put_set_texts(work);
}

/* RFC 1034 3.6.2: the name's other name, and what that has; RFC 2308 2.2: or the SOA, if it has nothing. */
static void answer_link(struct work *work)
{
	struct name target;

	if (!link_target(work->ask->zone, &work->hit, &target))
		return;
	put_pointer(work, RR_CNAME, &target, set_ttl_s(work->hit.set));
	if (wants(work, RR_CNAME) || wants(work, RR_ANY))
		return;
	work->owner = &target;
	answer_set(work);
	work->owner = &work->query->name;
	if (work->reply.counts[REPLY_ANSWER] == 1 && !work->truncated)
		put_soa(work, REPLY_AUTHORITY, zone_domain(work->ask->zone),
			SOA_MINIMUM_S);
}

/* RFC 2782: the target is a name with addresses, and is not compressed. */
static void put_service(struct work *work, const struct zone_endpoint *endpoint,
	const struct name *target)
{
	struct wire_out *out = &work->reply.out;
	const struct zone_port *port;

	for (size_t i = 0; (port = endpoint_port(endpoint, &work->hit, i)); i++) {
		reply_open(&work->reply, REPLY_ANSWER, &work->query->name, RR_SRV,
			set_ttl_s(work->hit.set));
		wire_put_u16(out, SRV_PRIORITY);
		wire_put_u16(out, SRV_WEIGHT);
		wire_put_u16(out, port->number);
		wire_put(out, target->bytes, target->len);
		close_record(work);
	}
}

static void put_glue(struct work *work, const struct zone_endpoint *endpoint,
	const struct name *target)
{
	uint32_t ttl = set_ttl_s(work->hit.set);

	if (endpoint->v4.len)
		put_address(work, REPLY_ADDITIONAL, target, &endpoint->v4, ttl);
	if (endpoint->v6.len)
		put_address(work, REPLY_ADDITIONAL, target, &endpoint->v6, ttl);
}

typedef void put_endpoint(struct work *work, const struct zone_endpoint *endpoint,
	const struct name *target);

static void each_target(struct work *work, put_endpoint *put)
{
	size_t n;
	const struct zone_endpoint *const *endpoints = set_endpoints(work->hit.set, &n);
	size_t at = n ? work->ask->random % n : 0;
	struct name target;

	for (size_t left = n; left > 0 && !work->truncated; left--, at = (at + 1) % n)
		if (endpoint_port(endpoints[at], &work->hit, 0) &&
			endpoint_replica_name(work->ask->zone, endpoints[at], &target))
			put(work, endpoints[at], &target);
}

static void answer_service(struct work *work)
{
	if (!wants(work, RR_SRV) && !wants(work, RR_ANY))
		return;
	each_target(work, put_service);
	each_target(work, put_glue);
}

/* ---- names of our own */

static void put_own_addresses(struct work *work, enum reply_section section,
	const struct name *owner, uint16_t type)
{
	const struct zone_view *view = &work->ask->view;
	uint8_t len = type == RR_A ? ADDR_V4_BYTES : ADDR_V6_BYTES;

	for (size_t i = 0; i < view->nnetworks; i++) {
		const struct prefix *prefix;

		for (size_t k = 0; (prefix = network_address(view->networks[i], k)); k++)
			if (prefix->addr.len == len && !work->truncated)
				put_address(work, section, owner, &prefix->addr,
					ZONE_TTL_APEX_S);
	}
}

static void answer_server(struct work *work)
{
	if (wants_too(work, RR_A))
		put_own_addresses(work, REPLY_ANSWER, &work->query->name, RR_A);
	if (wants_too(work, RR_AAAA))
		put_own_addresses(work, REPLY_ANSWER, &work->query->name, RR_AAAA);
}

static void answer_apex(struct work *work)
{
	struct name server;

	if (wants_too(work, RR_SOA))
		put_soa(work, REPLY_ANSWER, &work->query->name, ZONE_TTL_APEX_S);
	if (!wants(work, RR_NS))
		return;
	zone_server_name(work->ask->zone, &server);
	put_pointer(work, RR_NS, &server, ZONE_TTL_APEX_S);
	put_own_addresses(work, REPLY_ADDITIONAL, &server, RR_A);
	put_own_addresses(work, REPLY_ADDITIONAL, &server, RR_AAAA);
}

static void answer_reverse(struct work *work)
{
	const struct zone_endpoint *endpoint = work->hit.endpoint;
	struct name name;

	if (!wants_too(work, RR_PTR))
		return;
	if (!endpoint) {
		zone_server_name(work->ask->zone, &name);
		put_pointer(work, RR_PTR, &name, ZONE_TTL_APEX_S);
		return;
	}
	if (endpoint_replica_name(work->ask->zone, endpoint, &name))
		put_pointer(work, RR_PTR, &name, ZONE_TTL_S);
	if (endpoint_engine_name(endpoint, &name))
		put_pointer(work, RR_PTR, &name, ZONE_TTL_S);
}

static void answer_version(struct work *work)
{
	if (wants_too(work, RR_TXT))
		put_text(work, SCHEMA_VERSION, SCHEMA_TTL_S);
}

/* ---- names that nobody owns (RFC 6761, RFC 7686) */

static bool is_below(const struct name *key, const char *top)
{
	struct name name;
	size_t at;

	name_parse(top, &name);
	if (key->len < name.len)
		return false;
	for (at = 0; key->len - at > name.len; at += (size_t)key->bytes[at] + 1)
		;
	return key->len - at == name.len &&
		!memcmp(key->bytes + at, name.bytes, name.len);
}

static void answer_localhost(struct work *work)
{
	struct addr addr;

	if (wants_too(work, RR_A) && addr_parse("127.0.0.1", &addr))
		put_address(
			work, REPLY_ANSWER, &work->query->name, &addr, ZONE_TTL_APEX_S);
	if (wants_too(work, RR_AAAA) && addr_parse("::1", &addr))
		put_address(
			work, REPLY_ANSWER, &work->query->name, &addr, ZONE_TTL_APEX_S);
}

static bool is_nobodys(const struct name *key)
{
	return is_below(key, "invalid") || is_below(key, "onion") ||
		is_below(key, "test");
}

/* ---- the whole */

static void put_options(struct work *work, enum answer_ede ede)
{
	const struct ask *ask = work->ask;
	const struct edns *edns = &work->query->edns;
	uint8_t cookie[COOKIE_BYTES];
	uint8_t bytes[2] = {
		0, ANSWER_KEEPALIVE_S * 10}; /* tenths of a second: RFC 7828 3.1 */

	if (edns->cookie_len) {
		cookie_make(edns->cookie, &ask->source, ask->now_s, ask->secret, cookie);
		reply_option(&work->reply, OPTION_COOKIE, cookie, sizeof(cookie));
	}
	if (edns->keepalive && ask->tcp)
		reply_option(&work->reply, OPTION_KEEPALIVE, bytes, sizeof(bytes));
	if (ede != EDE_NONE) {
		bytes[1] = (uint8_t)ede;
		reply_option(&work->reply, OPTION_EDE, bytes, sizeof(bytes));
	}
}

static size_t limit_of(const struct ask *ask, const struct query *query)
{
	size_t limit = query->edns.present ? query->edns.udp_bytes : DNS_UDP_BYTES;

	if (ask->tcp)
		return DNS_TCP_BYTES;
	if (limit > DNS_UDP_EDNS_BYTES)
		return DNS_UDP_EDNS_BYTES;
	return limit < DNS_UDP_BYTES ? DNS_UDP_BYTES : limit;
}

static size_t finish(
	struct work *work, unsigned rcode, unsigned flags, enum answer_ede ede)
{
	put_options(work, ede);
	if (work->truncated)
		flags |= FLAG_TC;
	return reply_finish(&work->reply, rcode, flags | FLAG_RA);
}

static size_t finish_ours(struct work *work, unsigned rcode)
{
	if (!work->reply.counts[REPLY_ANSWER] && !work->truncated)
		put_negative(work);
	return finish(work, rcode, FLAG_AA, work->ask->stale ? EDE_STALE : EDE_NONE);
}

size_t answer_failure(const struct ask *ask, const struct query *query, unsigned rcode,
	enum answer_ede ede, uint8_t *buffer)
{
	struct work work = {.ask = ask, .query = query};

	reply_start(&work.reply, buffer, limit_of(ask, query), query);
	return finish(&work, rcode, 0, ede);
}

size_t answer_relayed(const struct ask *ask, const struct query *query,
	const struct relayed *relayed, uint8_t *buffer)
{
	struct work work = {.ask = ask, .query = query};
	unsigned flags = (unsigned)relayed->message[2] << 8 | relayed->message[3];

	reply_start(&work.reply, buffer, limit_of(ask, query), query);
	if (relayed->len > work.reply.out.room) {
		work.truncated = true;
		return finish(&work, RCODE_NOERROR, 0, EDE_NONE);
	}
	reply_adopt(&work.reply, relayed->message, relayed->len);
	return finish(
		&work, flags & 0xf, flags & (FLAG_AA | FLAG_TC | FLAG_AD), relayed->ede);
}

/* What no zone is needed for: the server's version, and what is refused to everybody. */
static bool answer_at_once(struct work *work, size_t *out_len)
{
	const struct query *query = work->query;

	if (query->class == CLASS_CH && query->type == RR_TXT &&
		(is_below(&query->key, "version.server") ||
			is_below(&query->key, "version.bind"))) {
		put_text(work, "davit-netdns " DAVIT_VERSION, 0);
		*out_len = finish(work, RCODE_NOERROR, FLAG_AA, EDE_NONE);
		return true;
	}
	if (query->class == CLASS_IN && query->type != RR_AXFR && query->type != RR_IXFR)
		return false;
	*out_len = finish(work, RCODE_REFUSED, 0, EDE_NONE);
	return true;
}

/* A name that is not in the zone: of nobody, forbidden to ask for, or to be asked elsewhere. */
static bool answer_unknown(struct work *work, size_t *out_len)
{
	const struct name *key = &work->query->key;

	if (is_below(key, "localhost")) {
		answer_localhost(work);
		*out_len = finish_ours(work, RCODE_NOERROR);
	} else if (is_nobodys(key))
		*out_len = finish_ours(work, RCODE_NXDOMAIN);
	else if (work->ask->view.internal)
		*out_len = finish(work, RCODE_NXDOMAIN, FLAG_AA, EDE_PROHIBITED);
	else
		return false;
	return true;
}

static bool answer_hit(struct work *work, size_t *out_len)
{
	unsigned rcode = RCODE_NOERROR;

	switch (work->hit.kind) {
	case ZONE_UNKNOWN:
		return answer_unknown(work, out_len);
	case ZONE_NXDOMAIN:
		rcode = RCODE_NXDOMAIN;
		break;
	case ZONE_NODATA:
		break;
	case ZONE_APEX:
		answer_apex(work);
		break;
	case ZONE_SERVER:
		answer_server(work);
		break;
	case ZONE_VERSION:
		answer_version(work);
		break;
	case ZONE_SET:
		answer_set(work);
		break;
	case ZONE_LINK:
		answer_link(work);
		break;
	case ZONE_SERVICE:
		answer_service(work);
		break;
	case ZONE_REVERSE:
		answer_reverse(work);
		break;
	}
	*out_len = finish_ours(work, rcode);
	return true;
}

enum answer_fate answer(const struct ask *ask, const uint8_t *packet, size_t len,
	struct query *out_query, uint8_t *buffer, size_t *out_len)
{
	struct work work;
	unsigned rcode;
	enum query_fate fate = query_read(packet, len, out_query, &rcode);

	if (fate == QUERY_DROP)
		return ANSWER_DROP;
	work = (struct work){.ask = ask, .query = out_query, .owner = &out_query->name};
	reply_start(&work.reply, buffer, limit_of(ask, out_query), out_query);
	if (fate == QUERY_REFUSE) {
		*out_len = finish(&work, rcode, 0, EDE_NONE);
		return ANSWER_SEND;
	}
	if (answer_at_once(&work, out_len))
		return ANSWER_SEND;
	if (!ask->zone) {
		*out_len = finish(&work, RCODE_SERVFAIL, 0, EDE_NOT_READY);
		return ANSWER_SEND;
	}
	zone_find(ask->zone, &ask->view, &out_query->key, &work.hit);
	return answer_hit(&work, out_len) ? ANSWER_SEND : ANSWER_FORWARD;
}
