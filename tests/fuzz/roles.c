/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a message between the roles of davit-netdns, and as a zone's image: what is taken is written again as
 * the same bytes, and a zone can be made of it; what is asked of the engine on its behalf is one line of a GET.
 */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "netdns/image.h"
#include "netdns/message.h"
#include "netdns/reads.h"
#include "netdns/zone.h"
#include "tests/fuzz/fuzz.h"

static void check_request(const struct message *message)
{
	static const char end[] =
		" HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n";
	auto_str request = {0};

	if (!read_print(&request, message->number, message->text))
		return;
	assert(text_starts(str_text(&request), "GET /"));
	assert(strchr(str_text(&request), '\r') ==
		str_text(&request) + request.len - strlen(strchr(end, '\r')));
	assert(text_ends(str_text(&request), end));
}

static void check_message(const uint8_t *data, size_t len)
{
	struct message message;
	uint8_t again[MESSAGE_BYTES];

	if (!message_read(data, len, &message))
		return;
	assert(message_write(&message, again) == len);
	assert(!memcmp(again, data, len));
	if (message.kind == MESSAGE_READ)
		check_request(&message);
}

static void check_image(struct arena *arena, const uint8_t *data, size_t len)
{
	static const uint8_t seed[ZONE_SEED_BYTES] = {0};
	struct image image;
	auto_str again = {0};

	if (!image_read(arena, data, len, &image))
		return;
	image_print(&again, &image);
	assert(again.len == len);
	assert(!memcmp(again.text, data, len));
	assert(zone_serial(zone_new(arena, &image.input, seed, image.serial)) ==
		image.serial);
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	check_message((const uint8_t *)data, len);
	check_image(arena, (const uint8_t *)data, len);
}
