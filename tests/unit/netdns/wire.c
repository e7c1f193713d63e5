/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/wire.h"

#include "tests/unit/test.h"

TEST(what_is_written_reads_back)
{
	uint8_t buffer[16];
	struct wire_out out = {.data = buffer, .room = sizeof(buffer)};
	struct wire_in in = {.data = buffer};

	wire_put_u8(&out, 0xab);
	wire_put_u16(&out, 0x1234);
	wire_put_u32(&out, 0xdeadbeef);
	wire_put(&out, "xyz", 3);
	wire_patch_u16(&out, 1, 0x4321);
	assert_false(out.full);
	in.len = out.len;
	assert_int_equal(wire_get_u8(&in), 0xab);
	assert_int_equal(wire_get_u16(&in), 0x4321);
	assert_int_equal(wire_get_u32(&in), 0xdeadbeef);
	assert_memory_equal(wire_get(&in, 3), "xyz", 3);
	assert_false(in.bad);
}

TEST(reading_past_the_end_sticks)
{
	static const uint8_t bytes[] = {1, 2, 3};
	struct wire_in in = {.data = bytes, .len = sizeof(bytes)};

	assert_int_equal(wire_get_u32(&in), 0);
	assert_true(in.bad);
	assert_int_equal(wire_get_u8(&in), 0);
	assert_null(wire_get(&in, 1));
}

TEST(writing_past_the_room_sticks)
{
	uint8_t buffer[3] = {0};
	struct wire_out out = {.data = buffer, .room = sizeof(buffer)};

	wire_put_u16(&out, 1);
	wire_put_u16(&out, 2);
	assert_true(out.full);
	wire_put_u8(&out, 3);
	assert_int_equal(out.len, 2);
	assert_int_equal(buffer[2], 0);
}
