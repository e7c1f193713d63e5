/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/reply.h"

#include <string.h>

#include "netdns/name.h"
#include "netdns/protocol.h"
#include "netdns/query.h"
#include "tests/unit/test.h"

static struct query query_for(const char *text, uint16_t type)
{
	struct query query = {.id = 0x1234,
		.flags = FLAG_RD | FLAG_AD | 1 << 6,
		.asked = true,
		.type = type,
		.class = CLASS_IN};

	assert_true(name_parse(text, &query.name));
	query.key = query.name;
	return query;
}

TEST(names_point_back_to_what_was_written)
{
	struct query query = query_for("a.a.example", RR_PTR);
	struct name owner;
	struct reply reply;
	uint8_t buffer[512];
	size_t len;

	reply_start(&reply, buffer, sizeof(buffer), &query);
	reply_open(&reply, REPLY_ANSWER, &query.name, RR_PTR, 5);
	assert_true(name_parse("b.a.example", &owner));
	reply_put_name(&reply, &owner);
	assert_true(reply_close(&reply));
	len = reply_finish(&reply, RCODE_NOERROR, FLAG_AA | FLAG_RA);
	/* header, question, pointer to 12, fixed part, "b" and a pointer to the second "a" */
	assert_int_equal(len, 12 + 13 + 4 + 2 + 10 + 4);
	assert_memory_equal(buffer,
		"\x12\x34\x85\x80\0\1\0\1\0\0\0\0"
		"\1a\1a\7example\0\0\x0c\0\1"
		"\xc0\x0c\0\x0c\0\1\0\0\0\5\0\4\1b\xc0\x0e",
		len);
}

TEST(a_record_that_does_not_fit_leaves_no_trace)
{
	struct query query = query_for("web", RR_A);
	struct reply reply;
	uint8_t buffer[DNS_UDP_BYTES];
	unsigned n = 0;
	size_t len;

	query.edns.present = true;
	reply_start(&reply, buffer, sizeof(buffer), &query);
	for (;;) {
		reply_open(&reply, REPLY_ANSWER, &query.name, RR_A, 5);
		wire_put_u32(&reply.out, 0x0a000001);
		if (!reply_close(&reply))
			break;
		n++;
	}
	reply_option(&reply, OPTION_EDE, "0123456789012345678901234567890123456789", 40);
	len = reply_finish(&reply, RCODE_BADVERS, FLAG_TC);
	assert_int_equal(n, (512 - 12 - 9 - 75) / 16);
	assert_int_equal(len, 12 + 9 + 16 * n + 11 + 44);
	assert_int_equal(buffer[7], n);
	assert_int_equal(buffer[11], 1);
	/* OPT: our size, the upper bits of the RCODE, the length of the options */
	assert_memory_equal(
		buffer + 12 + 9 + 16 * n, "\0\0\x29\4\xd0\1\0\0\0\0\x2c\0\x0f\0\x28", 15);
}

TEST(without_a_question_the_header_is_all)
{
	struct query query = {.id = 7};
	struct reply reply;
	uint8_t buffer[DNS_UDP_BYTES];

	reply_start(&reply, buffer, sizeof(buffer), &query);
	assert_int_equal(reply_finish(&reply, RCODE_FORMERR, 0), 12);
	assert_memory_equal(buffer, "\0\7\x80\1\0\0\0\0\0\0\0\0", 12);
}
