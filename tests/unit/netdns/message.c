/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/message.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

static struct message full(enum message_kind kind, const uint8_t *bytes, size_t len)
{
	struct message message = {
		.kind = kind,
		.number = 0x01020304,
		.index = 7,
		.via.n = 2,
		.asking = {.tcp = true, .now_s = 99, .secret = "fifteen letters"},
		.counts = {1, 2, 3, UINT64_MAX, 5},
		.bytes = bytes,
		.len = len,
	};

	addr_parse("10.1.0.1", &message.addr);
	addr_parse("10.1.0.2", &message.via.items[0]);
	addr_parse("fd00::1", &message.via.items[1]);
	snprintf(message.device, sizeof(message.device), "br-0123456789ab");
	snprintf(message.text, sizeof(message.text), "text");
	return message;
}

TEST(every_kind_of_message_comes_back_as_it_went)
{
	static const uint8_t packet[] = "a packet";
	uint8_t bytes[MESSAGE_BYTES];
	uint8_t again[MESSAGE_BYTES];

	for (int kind = 0; kind < MESSAGE_KINDS; kind++) {
		struct message in = full((enum message_kind)kind, packet, sizeof(packet));
		struct message out;
		size_t len = message_write(&in, bytes);

		assert_true(message_read(bytes, len, &out));
		assert_int_equal(out.kind, kind);
		assert_int_equal(message_write(&out, again), len);
		assert_memory_equal(bytes, again, len);
	}
}

TEST(fields_of_a_message_are_kept)
{
	static const uint8_t packet[] = "a packet";
	struct message in = full(MESSAGE_ASK, packet, sizeof(packet));
	struct message out;
	uint8_t bytes[MESSAGE_BYTES];

	assert_true(message_read(bytes, message_write(&in, bytes), &out));
	assert_int_equal(out.number, 0x01020304);
	assert_true(addr_equal(&out.addr, &in.addr));
	assert_true(upstreams_equal(&out.via, &in.via));
	assert_true(out.asking.tcp);
	assert_int_equal(out.asking.now_s, 99);
	assert_memory_equal(out.asking.secret, in.asking.secret, COOKIE_SECRET_BYTES);
	assert_int_equal(out.len, sizeof(packet));
	assert_memory_equal(out.bytes, packet, sizeof(packet));
	assert_int_equal(out.index, 0);
}

TEST(what_is_no_message_is_not_taken)
{
	static const uint8_t packet[] = "a packet";
	uint8_t bytes[MESSAGE_BYTES + 1];
	struct message out;

	for (int kind = 0; kind < MESSAGE_KINDS; kind++) {
		struct message in = full((enum message_kind)kind, packet, sizeof(packet));
		size_t len = message_write(&in, bytes);

		for (size_t n = 0; n < len; n++)
			assert_false(message_read(bytes, n, &out));
		bytes[len] = 0;
		assert_false(message_read(bytes, len + 1, &out));
		bytes[0]++;
		assert_false(message_read(bytes, len, &out));
		bytes[0]--;
		bytes[1] = MESSAGE_KINDS;
		assert_false(message_read(bytes, len, &out));
	}
}

TEST(fields_of_a_message_are_checked)
{
	struct message out;

	/* a device with a zero byte in it, and one that is too long */
	assert_false(message_read((const uint8_t *)"\1\1\4\12\1\0\1\0\3a\0b", 12, &out));
	assert_false(message_read((const uint8_t *)"\1\1\4\12\1\0\1\0\20"
						   "0123456789abcdef",
		25, &out));
	assert_true(message_read((const uint8_t *)"\1\1\4\12\1\0\1\0\1a", 10, &out));
	/* an address of five bytes; four servers; one without an address */
	assert_false(message_read((const uint8_t *)"\1\1\5\12\1\0\1\1\0\1a", 11, &out));
	assert_false(message_read(
		(const uint8_t *)"\1\016\4\4aaaa\4aaaa\4aaaa\4aaaa", 23, &out));
	assert_false(message_read((const uint8_t *)"\1\016\1\0", 4, &out));
	assert_true(message_read((const uint8_t *)"\1\016\1\4aaaa", 8, &out));
}
