/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What standards ask of any server, packet by packet: a query's bytes in, the reply as text. Names and views
 * are tests/golden/dns.
 */
#include "netdns/answer.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "netdns/protocol.h"
#include "netdns/show.h"
#include "netdns/zone-file.h"
#include "netdns/zone-input.h"
#include "tests/unit/test.h"

#define HEADER(flags, counts) "\x12\x34" flags counts
#define ONE "\0\1\0\0\0\0\0\0"
#define ONE_AND_OPT "\0\1\0\0\0\0\0\1"
#define WEB "\3wEb\0"
#define A_IN "\0\1\0\1"
#define WEB_A WEB A_IN
#define OPT(version, flags, options) "\0\0\x29\x10\0\0" version flags options
#define NO_OPTIONS "\0\0"

#define YES ";; NOERROR qr aa rd ra\n;; wEb. IN A\nwEb. 5 IN A 10.1.0.2\n"
#define FORMERR ";; FORMERR qr rd ra\n"

struct probe {
	const char *what;
	const char *packet;
	size_t len;
	const char *reply; /* NULL: none */
	bool tcp;
};

#define PROBE(what, packet, reply)                             \
	{                                                      \
		what, packet, sizeof(packet) - 1, reply, false \
	}
#define PROBE_TCP(what, packet, reply)                        \
	{                                                     \
		what, packet, sizeof(packet) - 1, reply, true \
	}

static const struct probe probes[] = {
	PROBE("RFC 1035: question and id go back, RD is copied",
		HEADER("\1\0", ONE) WEB_A, YES),
	PROBE("RFC 1035: no RD in, none out", HEADER("\0\0", ONE) WEB_A,
		";; NOERROR qr aa ra\n;; wEb. IN A\nwEb. 5 IN A 10.1.0.2\n"),
	PROBE("RFC 2308: NODATA has the SOA, with the smaller TTL",
		HEADER("\1\0", ONE) WEB "\0\x0f\0\1",
		";; NOERROR qr aa rd ra\n;; wEb. IN MX\n;; authority\n"
		"wEb. 1 IN SOA netdns.davit.internal. hostmaster.davit.internal. 9 3600 "
		"600 "
		"86400 1\n"),
	PROBE("RFC 3597: unknown types are NODATA",
		HEADER("\1\0", ONE) WEB "\xff\x78\0\1",
		";; NOERROR qr aa rd ra\n;; wEb. IN TYPE65400\n;; authority\n"
		"wEb. 1 IN SOA netdns.davit.internal. hostmaster.davit.internal. 9 3600 "
		"600 "
		"86400 1\n"),
	PROBE("RFC 8482: ANY gives one set", HEADER("\1\0", ONE) WEB "\0\xff\0\1",
		";; NOERROR qr aa rd ra\n;; wEb. IN ANY\nwEb. 5 IN A 10.1.0.2\n"),
	PROBE("RFC 6891: OPT for OPT, DO copied",
		HEADER("\1\0", ONE_AND_OPT) WEB_A OPT("\0", "\x80\0", NO_OPTIONS),
		YES ";; edns size 1232 version 0 do\n"),
	PROBE("RFC 6891: another version is BADVERS",
		HEADER("\1\0", ONE_AND_OPT) WEB_A OPT("\1", "\0\0", NO_OPTIONS),
		";; NOERROR qr rd ra\n;; wEb. IN A\n;; edns size 1232 version 0 "
		"rcode+16\n"),
	PROBE("RFC 6891: unknown options and flags are ignored",
		HEADER("\1\0", ONE_AND_OPT) WEB_A OPT("\0", "\0\x40", "\0\5\0\x64\0\1x"),
		YES ";; edns size 1232 version 0\n"),
	PROBE("RFC 6891: two OPT",
		HEADER("\1\0", "\0\1\0\0\0\0\0\2") WEB_A OPT("\0", "\0\0", NO_OPTIONS)
			OPT("\0", "\0\0", NO_OPTIONS),
		";; FORMERR qr rd ra\n;; wEb. IN A\n;; edns size 1232 version 0\n"),
	PROBE("RFC 6891: an OPT that is not the root's",
		HEADER("\1\0", ONE_AND_OPT) WEB_A "\1a" OPT("\0", "\0\0", NO_OPTIONS),
		FORMERR ";; wEb. IN A\n"),
	PROBE_TCP("RFC 7828: keepalive over TCP",
		HEADER("\1\0", ONE_AND_OPT) WEB_A OPT("\0", "\0\0", "\0\4\0\x0b\0\0"),
		YES ";; edns size 1232 version 0, option 11 0064\n"),
	PROBE("RFC 7828: and never over UDP",
		HEADER("\1\0", ONE_AND_OPT) WEB_A OPT("\0", "\0\0", "\0\4\0\x0b\0\0"),
		YES ";; edns size 1232 version 0\n"),
	PROBE("RFC 9018: a client's cookie is completed",
		HEADER("\1\0", ONE_AND_OPT) WEB_A OPT("\0", "\0\0",
			"\0\x0c\0\x0a\0\x08\x24\x64\xc4\xab\xcf\x10\xc9\x57"),
		YES ";; edns size 1232 version 0, option 10 "
		    "2464c4abcf10c957010000005cf79f111f8130c3eee29480\n"),
	PROBE("RFC 7873: a wrong server's cookie gets a fresh one",
		HEADER("\1\0", ONE_AND_OPT) WEB_A OPT("\0", "\0\0",
			"\0\x14\0\x0a\0\x10\x24\x64\xc4\xab\xcf\x10\xc9\x57\1\0\0\0\0\0\0"
			"\0"),
		YES ";; edns size 1232 version 0, option 10 "
		    "2464c4abcf10c957010000005cf79f111f8130c3eee29480\n"),
	PROBE("RFC 7873: a cookie of a wrong length",
		HEADER("\1\0", ONE_AND_OPT)
			WEB_A OPT("\0", "\0\0", "\0\6\0\x0a\0\2\1\x23"),
		FORMERR ";; wEb. IN A\n;; edns size 1232 version 0\n"),
	PROBE("RFC 8906: STATUS", HEADER("\x10\0", ONE) WEB_A,
		";; NOTIMP opcode 2 qr ra\n"),
	PROBE("RFC 8906: NOTIFY", HEADER("\x20\0", ONE) WEB_A,
		";; NOTIMP opcode 4 qr ra\n"),
	PROBE("RFC 8906: UPDATE", HEADER("\x28\0", ONE) WEB_A,
		";; NOTIMP opcode 5 qr ra\n"),
	PROBE("RFC 8906: opcode 15", HEADER("\x78\0", ONE) WEB_A,
		";; NOTIMP opcode 15 qr ra\n"),
	PROBE("RFC 8906: AD and Z are not echoed, CD is", HEADER("\1\x70", ONE) WEB_A,
		";; NOERROR qr aa rd ra cd\n;; wEb. IN A\nwEb. 5 IN A 10.1.0.2\n"),
	PROBE("RFC 8906: no question", HEADER("\1\0", "\0\0\0\0\0\0\0\0"), FORMERR),
	PROBE("RFC 9619: two questions", HEADER("\1\0", "\0\2\0\0\0\0\0\0") WEB_A WEB_A,
		FORMERR),
	PROBE("a reply", HEADER("\x81\0", ONE) WEB_A, NULL),
	PROBE("half a header", "\x12\x34\1\0\0\1\0\0\0\0\0", NULL),
	PROBE("RFC 1035: a pointer in the question", HEADER("\1\0", ONE) "\xc0\x0c" A_IN,
		FORMERR),
	PROBE("RFC 1035: a label of 64", HEADER("\1\0", ONE) "\x40" WEB_A, FORMERR),
	PROBE("RFC 1035: a name without an end", HEADER("\1\0", ONE) "\3web", FORMERR),
	PROBE("bytes behind the message", HEADER("\1\0", ONE) WEB_A "junk", YES),
	PROBE("RFC 1035: class CH", HEADER("\1\0", ONE) WEB "\0\1\0\3",
		";; REFUSED qr rd ra\n;; wEb. CH A\n"),
	PROBE("class ANY", HEADER("\1\0", ONE) WEB "\0\1\0\xff",
		";; REFUSED qr rd ra\n;; wEb. ANY A\n"),
	PROBE("version.server", HEADER("\1\0", ONE) "\7version\6server\0\0\x10\0\3",
		";; NOERROR qr aa rd ra\n;; version.server. CH TXT\n"
		"version.server. 0 CH TXT \"davit-netdns " DAVIT_VERSION "\"\n"),
	PROBE_TCP("RFC 5936: AXFR", HEADER("\1\0", ONE) "\5davit\x08internal\0\0\xfc\0\1",
		";; REFUSED qr rd ra\n;; davit.internal. IN AXFR\n"),
	PROBE_TCP("RFC 1995: IXFR", HEADER("\1\0", ONE) "\5davit\x08internal\0\0\xfb\0\1",
		";; REFUSED qr rd ra\n;; davit.internal. IN IXFR\n"),
};

static const char zone_text[] =
	"{\"networks\": [{\"name\": \"n\", \"addresses\": [\"10.1.0.1/24\"]}], "
	"\"containers\": ["
	"{\"id\": \"a\", \"name\": \"p-web-1\", \"project\": \"p\", \"service\": \"web\","
	" \"number\": 1, \"endpoints\": [{\"network\": \"n\", \"ipv4\": "
	"\"10.1.0.2\"}]}]}";

static const struct zone *make_zone(struct arena *arena)
{
	static const uint8_t seed[ZONE_SEED_BYTES] = {0};
	struct zone_input input;
	struct errs errs;

	errs_init(&errs, arena);
	assert_true(
		zone_file_read(arena, zone_text, sizeof(zone_text) - 1, &input, &errs));
	return zone_new(arena, &input, seed, 9);
}

static struct ask make_ask(const struct zone *zone)
{
	static const uint8_t secret[] = {0xe5, 0xe9, 0x73, 0xe5, 0xa6, 0xb2, 0xa4, 0x3f,
		0x48, 0xe7, 0xdc, 0x84, 0x9e, 0x37, 0xbf, 0xcf};
	struct ask ask = {.zone = zone, .now_s = 1559731985, .secret = secret};
	struct addr client;

	/* The view is of the container, the cookie of the RFC's client. */
	addr_parse("10.1.0.2", &client);
	if (zone)
		assert_true(zone_view(zone, NULL, &client, &ask.view));
	addr_parse("198.51.100.100", &ask.source);
	return ask;
}

static enum answer_fate reply_text(
	const struct ask *ask, const char *packet, size_t len, struct str *out)
{
	uint8_t buffer[DNS_TCP_BYTES];
	struct query query;
	enum answer_fate fate =
		answer(ask, (const uint8_t *)packet, len, &query, buffer, &len);

	if (fate == ANSWER_SEND) {
		assert_memory_equal(buffer, packet, 2);
		assert_true(message_print(out, buffer, len));
	}
	return fate;
}

TEST(every_probe_gets_the_reply_that_standards_ask_for)
{
	struct arena arena = {0};
	struct ask ask = make_ask(make_zone(&arena));

	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++) {
		auto_str text = {0};
		const struct probe *probe = &probes[i];
		enum answer_fate fate;

		ask.tcp = probe->tcp;
		fate = reply_text(&ask, probe->packet, probe->len, &text);
		if (fate != (probe->reply ? ANSWER_SEND : ANSWER_DROP) ||
			(probe->reply && !text_eq(str_text(&text), probe->reply)))
			fail_msg("%s:\n%s", probe->what, str_text(&text));
	}
	arena_finish(&arena);
}

TEST(before_the_first_zone_everything_is_not_ready)
{
	struct ask ask = make_ask(NULL);
	auto_str text = {0};
	static const char packet[] =
		HEADER("\1\0", ONE_AND_OPT) WEB_A OPT("\0", "\0\0", NO_OPTIONS);

	reply_text(&ask, packet, sizeof(packet) - 1, &text);
	assert_string_equal(str_text(&text),
		";; SERVFAIL qr rd ra\n;; wEb. IN A\n;; edns size 1232 version 0, ede "
		"14\n");
}

TEST(what_is_not_ours_is_forwarded_and_a_failure_can_be_said)
{
	struct arena arena = {0};
	struct ask ask = make_ask(make_zone(&arena));
	static const char packet[] = HEADER("\1\0", ONE) "\7example\0\0\1\0\1";
	uint8_t buffer[DNS_UDP_EDNS_BYTES];
	struct query query;
	auto_str text = {0};
	size_t len = 0;

	assert_int_equal(answer(&ask, (const uint8_t *)packet, sizeof(packet) - 1, &query,
				 buffer, &len),
		ANSWER_FORWARD);
	len = answer_failure(&ask, &query, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE, buffer);
	assert_true(message_print(&text, buffer, len));
	assert_string_equal(str_text(&text), ";; REFUSED qr rd ra\n;; example. IN A\n");
	arena_finish(&arena);
}
