/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/query.h"

#include <string.h>

#include "base/str.h"
#include "netdns/protocol.h"
#include "tests/unit/test.h"

#define PLAIN "\x12\x34\1\0\0\1\0\0\0\0\0\0"
#define WITH_OPT "\x12\x34\1\0\0\1\0\0\0\0\0\1"
#define QUESTION "\3wEb\0\0\1\0\1"
#define OPT "\0\0\x29\4\xd0\0\0\0\0\0\0"

/* What the last READ gave. */
static unsigned rcode;
static struct query query;

#define READ(bytes) \
	query_read((const uint8_t *)(bytes), sizeof(bytes) - 1, &query, &rcode)

static void assert_refused(enum query_fate fate, unsigned with)
{
	assert_int_equal(fate, QUERY_REFUSE);
	assert_int_equal(rcode, with);
}

TEST(a_plain_query_is_read)
{
	auto_str text = {0};

	assert_int_equal(READ(PLAIN QUESTION), QUERY_OK);
	assert_int_equal(query.id, 0x1234);
	assert_int_equal(query.type, RR_A);
	assert_int_equal(query.class, CLASS_IN);
	assert_false(query.edns.present);
	name_print(&text, &query.name);
	name_print(&text, &query.key);
	assert_string_equal(str_text(&text), "wEb.web.");
}

TEST(edns_is_read_with_its_options)
{
	assert_int_equal(READ(WITH_OPT QUESTION
				 "\0\0\x29\x10\0\0\0\x80\0\0\x16"
				 "\0\x64\0\2zz" /* unknown: ignored, RFC 6891 6.1.2 */
				 "\0\x0a\0\x08" /* cookie */
				 "12345678"
				 "\0\x0b\0\0"),
		QUERY_OK);
	assert_true(query.edns.present);
	assert_true(query.edns.dnssec_ok);
	assert_true(query.edns.keepalive);
	assert_int_equal(query.edns.udp_bytes, 4096);
	assert_int_equal(query.edns.cookie_len, 8);
	assert_memory_equal(query.edns.cookie, "12345678", 8);
}

TEST(what_is_no_query_is_dropped)
{
	assert_int_equal(READ("\x12\x34\1\0\0\1\0\0\0\0\0"), QUERY_DROP);
	assert_int_equal(READ("\x12\x34\x81\0\0\1\0\0\0\0\0\0" QUESTION), QUERY_DROP);
}

TEST(other_opcodes_are_not_implemented)
{
	assert_refused(READ("\x12\x34\x10\0\0\1\0\0\0\0\0\0" QUESTION), RCODE_NOTIMP);
	assert_refused(READ("\x12\x34\x78\0\0\0\0\0\0\0\0\0"), RCODE_NOTIMP);
}

TEST(malformed_queries_are_told_so)
{
	assert_refused(READ("\x12\x34\1\0\0\0\0\0\0\0\0\0"), RCODE_FORMERR);
	assert_refused(
		READ("\x12\x34\1\0\0\2\0\0\0\0\0\0" QUESTION QUESTION), RCODE_FORMERR);
	assert_refused(READ(PLAIN "\3web\0\0\1\0"), RCODE_FORMERR);
	assert_refused(READ(PLAIN "\xc0\x0c\0\1\0\1"), RCODE_FORMERR);
	assert_refused(READ(PLAIN "\x40" QUESTION), RCODE_FORMERR);
	/* an OPT record that is not there, twice there, not the root's, among the answers */
	assert_refused(READ(WITH_OPT QUESTION), RCODE_FORMERR);
	assert_refused(
		READ("\x12\x34\1\0\0\1\0\0\0\0\0\2" QUESTION OPT OPT), RCODE_FORMERR);
	assert_refused(READ(WITH_OPT QUESTION "\1a" OPT), RCODE_FORMERR);
	assert_refused(READ("\x12\x34\1\0\0\1\0\1\0\0\0\0" QUESTION OPT), RCODE_FORMERR);
	/* an option longer than its record, a cookie of no legal length */
	assert_refused(READ(WITH_OPT QUESTION "\0\0\x29\4\xd0\0\0\0\0\0\4\0\x64\0\1"),
		RCODE_FORMERR);
	assert_refused(READ(WITH_OPT QUESTION "\0\0\x29\4\xd0\0\0\0\0\0\6\0\x0a\0\2ab"),
		RCODE_FORMERR);
	/* sixty-five thousand records promised */
	assert_refused(
		READ("\x12\x34\1\0\0\1\xff\xff\xff\xff\xff\xff" QUESTION), RCODE_FORMERR);
}

TEST(other_versions_of_edns_are_told_ours)
{
	assert_refused(
		READ(WITH_OPT QUESTION "\0\0\x29\4\xd0\0\1\0\0\0\0"), RCODE_BADVERS);
	assert_true(query.edns.present);
}

TEST(other_records_and_bytes_behind_the_message_are_passed_over)
{
	assert_int_equal(READ("\x12\x34\1\0\0\1\0\0\0\1\0\1" QUESTION
			      "\xc0\x0c\0\6\0\1\0\0\0\0\0\2xx" OPT "garbage"),
		QUERY_OK);
	assert_true(query.edns.present);
}
