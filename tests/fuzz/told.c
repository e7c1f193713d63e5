/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an engine's reply, whole and in pieces, which must come to the same; its body as events, and as the
 * networks and containers of a zone.
 */
#include "netdns/told.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "netdns/http.h"
#include "netdns/zone.h"
#include "tests/fuzz/fuzz.h"

enum { BODY_MAX_BYTES = 4096 };

static bool read_reply(const char *data, size_t len, size_t step, struct str *body)
{
	struct http_reply reply = {0};
	struct err err = {0};

	str_init(body, BODY_MAX_BYTES);
	for (size_t at = 0; at < len; at += step)
		if (!http_read(&reply, data + at, step < len - at ? step : len - at, body,
			    &err)) {
			assert(err.kind == ERR_CONNECTION);
			return false;
		}
	return http_is_whole(&reply);
}

static void read_event(struct arena *arena, const char *text, size_t len)
{
	struct told_event event;
	struct err err;

	if (!told_event_read(arena, text, len, &event, &err))
		return;
	assert(!event.container || told_is_id(event.container));
	assert(!event.network || told_is_id(event.network));
}

static void make_zone(struct arena *arena, const struct node *json)
{
	static const uint8_t seed[ZONE_SEED_BYTES] = {0};
	struct told_network network;
	struct told_container container;
	struct told_network kept_network;
	struct told_container kept;
	const struct told_network *networks[] = {&kept_network};
	const struct told_container *containers[] = {&kept};
	struct told told = {.networks = networks, .containers = containers};
	struct zone_input input;
	enum dns_mode *modes;

	if (told_network_read(arena, json, &network)) {
		told_network_keep(arena, &network, &kept_network);
		told.nnetworks = 1;
	}
	if (told_container_read(arena, json, &container)) {
		told_container_keep(arena, &container, &kept);
		told.ncontainers = 1;
	}
	told_input(arena, &told, &input, &modes);
	assert(input.nnetworks <= told.nnetworks);
	zone_new(arena, &input, seed, 1);
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	auto_str whole = {0};
	auto_str pieces = {0};
	struct node *json;
	struct err err;
	bool ok = read_reply(data, len, len ? len : 1, &whole);

	assert(read_reply(data, len, 1, &pieces) == ok);
	if (!ok)
		return;
	assert(whole.len == pieces.len &&
		!memcmp(str_text(&whole), str_text(&pieces), whole.len));
	read_event(arena, str_text(&whole), whole.len);
	if (json_parse(arena, str_text(&whole), whole.len, &json, &err))
		make_zone(arena, json);
}
