/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/relay.h"

#include <string.h>

#include "netdns/protocol.h"
#include "tests/unit/test.h"

#define HEAD(flags, counts) "\x12\x34" flags counts
#define QUESTION "\3WeB\2ex\0\0\1\0\1"
#define A(ttl) "\xc0\x0c\0\1\0\1" ttl "\0\4\x0a\0\0\1"
#define OPT "\0\0\x29\4\xd0\0\0\0\0\0\0"
#define SOA(ttl, minimum) \
	"\xc0\x10\0\6\0\1" ttl "\0\x18\1a\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1" minimum

static struct relay_question question_for(const char *name)
{
	struct relay_question question = {.type = RR_A};

	assert_true(name_parse(name, &question.key));
	return question;
}

static bool read_reply(
	const char *bytes, size_t len, uint16_t id, struct relay_reply *out)
{
	struct relay_question question = question_for("web.ex");
	uint8_t copy[512];

	memcpy(copy, bytes, len);
	return relay_read(&question, id, copy, len, out);
}

#define READ(bytes) read_reply(bytes, sizeof(bytes) - 1, 0x1234, &reply)

TEST(a_query_of_ours_has_only_what_is_ours)
{
	struct relay_question question = question_for("web.ex");
	uint8_t out[RELAY_QUERY_BYTES];
	size_t len;

	question.dnssec_ok = true;
	len = relay_write(&question, &question.key, 0xabcd, out);
	assert_int_equal(len, 12 + 12 + 11);
	assert_memory_equal(out,
		"\xab\xcd\1\0\0\1\0\0\0\0\0\1\3web\2ex\0\0\1\0\1"
		"\0\0\x29\4\xd0\0\0\x80\0\0\0",
		len);
}

TEST(letters_are_spelt_as_chance_will)
{
	struct relay_question question = question_for("ab.c1-z");
	uint8_t chance[RELAY_CHANCE_BYTES] = {0};
	struct name spelling;
	uint8_t reply[64] = {0};

	relay_spell(&question, chance, &spelling);
	assert_memory_equal(spelling.bytes, question.key.bytes, question.key.len);
	chance[0] = 0xf2; /* lengths and what is no letter stay */
	chance[1] = 0xff;
	relay_spell(&question, chance, &spelling);
	assert_memory_equal(spelling.bytes, "\2Ab\4C1-Z", 9);
	memcpy(reply + DNS_HEADER_BYTES, spelling.bytes, spelling.len);
	assert_true(relay_is_spelt(reply, &spelling));
	assert_false(relay_is_spelt(reply, &question.key));
}

TEST(a_reply_loses_its_opt_and_tells_how_long_it_holds)
{
	struct relay_reply reply;

	assert_true(READ(HEAD("\x81\x80", "\0\1\0\2\0\0\0\1") QUESTION A("\0\0\0\x3c")
			A("\0\0\0\5") OPT));
	assert_int_equal(reply.len, 12 + 12 + 32);
	assert_int_equal(reply.ttl_s, 5);
	assert_false(reply.truncated);
	assert_true(READ(HEAD("\x81\x80", "\0\1\0\1\0\0\0\0") QUESTION A("\0\1\0\0")));
	assert_int_equal(reply.ttl_s, RELAY_TTL_MAX_S);
	/* RFC 2181 8 */
	assert_true(READ(HEAD("\x81\x80", "\0\1\0\1\0\0\0\0") QUESTION A("\x80\0\0\0")));
	assert_int_equal(reply.ttl_s, 0);
}

TEST(negative_replies_hold_as_their_soa_says)
{
	struct relay_reply reply;

	assert_true(READ(HEAD("\x81\x83", "\0\1\0\0\0\1\0\0")
			QUESTION SOA("\0\0\0\x3c", "\0\0\0\x0a")));
	assert_int_equal(reply.rcode, RCODE_NXDOMAIN);
	assert_int_equal(reply.ttl_s, 10);
	assert_true(READ(HEAD("\x81\x80", "\0\1\0\0\0\1\0\0")
			QUESTION SOA("\0\0\x0f\0", "\0\0\x0f\0")));
	assert_int_equal(reply.ttl_s, RELAY_NEGATIVE_MAX_S);
	assert_true(READ(HEAD("\x81\x83", "\0\1\0\0\0\0\0\0") QUESTION));
	assert_int_equal(reply.ttl_s, 0);
	assert_true(READ(HEAD("\x81\x82", "\0\1\0\0\0\1\0\0")
			QUESTION SOA("\0\0\0\x3c", "\0\0\0\x0a")));
	assert_int_equal(reply.ttl_s, 0);
}

TEST(what_is_no_reply_to_the_question_is_refused)
{
	struct relay_reply reply;

	assert_false(read_reply(
		HEAD("\x81\x80", "\0\1\0\0\0\0\0\0") QUESTION, 24, 0x1235, &reply));
	assert_false(READ(HEAD("\1\x80", "\0\1\0\0\0\0\0\0") QUESTION));   /* a query */
	assert_false(READ(HEAD("\x89\x80", "\0\1\0\0\0\0\0\0") QUESTION)); /* an opcode */
	assert_false(READ(HEAD("\x81\x80", "\0\0\0\0\0\0\0\0"))); /* no question */
	assert_false(READ(HEAD("\x81\x80", "\0\1\0\0\0\0\0\0") "\3wex\2ex\0\0\1\0\1"));
	assert_false(READ(HEAD("\x81\x80", "\0\1\0\0\0\0\0\0") "\3web\2ex\0\0\x1c\0\1"));
	assert_false(READ(HEAD("\x81\x80", "\0\1\0\0\0\0\0\0") "\3web\2ex\0\0\1\0\3"));
	assert_false(READ(HEAD("\x81\x80", "\0\1\0\1\0\0\0\0") QUESTION)); /* cut */
	assert_false(READ(HEAD("\x81\x80", "\0\1\0\1\0\0\0\0") QUESTION
		"\xc0\x0c\0\1\0\1\0\0\0\5\0\5abcd"));
	/* an OPT record in the middle, an answer, one with an RCODE of its own */
	assert_false(
		READ(HEAD("\x81\x80", "\0\1\0\0\0\0\0\2") QUESTION OPT A("\0\0\0\5")));
	assert_false(READ(HEAD("\x81\x80", "\0\1\0\1\0\0\0\0") QUESTION OPT));
	assert_false(READ(HEAD("\x81\x80", "\0\1\0\0\0\0\0\1") QUESTION
		"\0\0\x29\4\xd0\1\0\0\0\0\0"));
}

TEST(a_cut_reply_is_one_that_is_not_kept)
{
	struct relay_reply reply;

	assert_true(READ(HEAD("\x83\x80", "\0\1\0\1\0\0\0\0") QUESTION A("\0\0\0\5")));
	assert_true(reply.truncated);
	assert_int_equal(reply.ttl_s, 0);
}

TEST(ttls_age_and_have_a_ceiling)
{
	uint8_t reply[] = HEAD("\x81\x80", "\0\1\0\2\0\0\0\0") QUESTION A("\0\0\0\x3c")
		A("\0\0\0\5");

	relay_age(reply, sizeof(reply) - 1, 10, 40);
	assert_memory_equal(reply + 24 + 6, "\0\0\0\x28", 4);
	assert_memory_equal(reply + 40 + 6, "\0\0\0\0", 4);
}
