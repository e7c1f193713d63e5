/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/image.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "netdns/zone-file.h"
#include "tests/unit/test.h"

static const char zone[] = "{\"domain\":\"x.internal\",\"host\":[\"192.168.7.20\"],"
			   "\"listen\":[\"127.0.0.7\"],"
			   "\"networks\":[{\"name\":\"a_b\",\"key\":\"b\","
			   "\"project\":\"a\",\"bridge\":\"br-a\",\"internal\":true,"
			   "\"addresses\":[\"10.1.0.1/24\",\"fd00::1/64\"]},"
			   "{\"name\":\"c\"}],\"containers\":[{\"id\":\"6f1e\",\"name\":"
			   "\"a-web-1\",\"hostname\":\"h\",\"project\":\"a\","
			   "\"service\":\"web\",\"number\":3,\"one_off\":true,\"state\":"
			   "\"paused\",\"health\":\"unhealthy\","
			   "\"draining\":true,\"strict\":true,\"ttl\":0,\"upstreams\":["
			   "\"10.0.0.1\"],\"ports\":[{\"target\":80,"
			   "\"protocol\":\"udp\",\"name\":\"n\",\"app_protocol\":\"p\"},{"
			   "\"target\":81}],\"endpoints\":[{\"network\":\"a_b\","
			   "\"ipv4\":\"10.1.0.2\",\"ipv6\":\"fd00::2\",\"aliases\":["
			   "\"x\",\"*.y\"],\"priority\":-5},{\"network\":\"c\"}]},"
			   "{\"id\":\"71\",\"name\":\"b\"}]}";

static void read_zone(struct arena *arena, struct zone_input *out)
{
	struct errs errs;

	errs_init(&errs, arena);
	assert_true(zone_file_read(arena, zone, strlen(zone), out, &errs));
}

static char *text_of(struct arena *arena, const struct zone_input *input)
{
	auto_str text = {0};

	json_print(&text, zone_file_node(arena, input), JSON_COMPACT);
	return arena_strdup(arena, str_text(&text));
}

TEST(an_image_holds_all_of_a_zone)
{
	struct arena arena = {0};
	struct image in = {.serial = 41, .stale = true};
	struct image out;
	auto_str bytes = {0};

	read_zone(&arena, &in.input);
	image_print(&bytes, &in);
	assert_true(image_read(&arena, (uint8_t *)bytes.text, bytes.len, &out));
	assert_int_equal(out.serial, 41);
	assert_true(out.stale);
	assert_string_equal(text_of(&arena, &out.input), text_of(&arena, &in.input));
	assert_int_equal(out.input.ncontainers, 2);
	assert_true(out.input.containers[0].ttl_s.set);
	assert_false(out.input.containers[1].ttl_s.set);
	assert_null(out.input.networks[1].bridge);
	arena_finish(&arena);
}

TEST(a_part_of_an_image_is_none)
{
	struct arena arena = {0};
	struct image in = {.serial = 41};
	struct image out;
	auto_str bytes = {0};

	read_zone(&arena, &in.input);
	image_print(&bytes, &in);
	for (size_t n = 0; n < bytes.len; n++)
		assert_false(image_read(&arena, (uint8_t *)bytes.text, n, &out));
	str_add_c(&bytes, '\0');
	assert_false(image_read(&arena, (uint8_t *)bytes.text, bytes.len, &out));
	arena_finish(&arena);
}

/* Counts, lengths, words and texts that lie are found, or make no difference; nothing is read beyond the end. */
TEST(an_image_with_any_byte_changed_is_read_safely)
{
	struct arena arena = {0};
	struct image in = {.serial = 41};
	struct image out;
	auto_str bytes = {0};

	read_zone(&arena, &in.input);
	image_print(&bytes, &in);
	for (size_t i = 0; i < bytes.len; i++)
		for (int flip = 1; flip < 256; flip <<= 1) {
			struct arena scratch = {0};
			auto_str again = {0};

			bytes.text[i] = (char)(bytes.text[i] ^ flip);
			if (image_read(
				    &scratch, (uint8_t *)bytes.text, bytes.len, &out)) {
				image_print(&again, &out);
				assert_int_equal(again.len, bytes.len);
			}
			assert_true(scratch.used_bytes < 64 * bytes.len);
			bytes.text[i] = (char)(bytes.text[i] ^ flip);
			arena_finish(&scratch);
		}
	arena_finish(&arena);
}

TEST(an_image_is_sealed_and_what_is_not_is_not_taken)
{
	auto_str bytes = {0};
	struct err err = {0};
	uint8_t *mapped;
	size_t len;
	int fd;

	str_add(&bytes, "bytes");
	assert_true(image_seal(&bytes, &fd, &err));
	assert_int_equal(write(fd, "x", 1), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_true(image_map(fd, &mapped, &len));
	assert_int_equal(len, 5);
	assert_memory_equal(mapped, "bytes", 5);
	image_unmap(mapped, len);
	close(fd);
	fd = memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(write(fd, "bytes", 5), 5);
	assert_false(image_map(fd, &mapped, &len));
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	assert_false(image_map(fd, &mapped, &len));
	close(fd);
}
