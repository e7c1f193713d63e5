/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of the cases in tests/golden/dns: what netdns answers from zone.json.
 *
 *   ASKER NAME [TYPE] [+tcp] [+edns=SIZE] [+to=ADDRESS] [+turn=N] [+stale] [+norec]
 *
 * ASKER is the address that the query comes from, +to the one of ours that it is sent to, +turn where the
 * rotation begins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "netdns/answer.h"
#include "netdns/protocol.h"
#include "netdns/show.h"
#include "netdns/wire.h"
#include "netdns/zone-file.h"
#include "netdns/zone-input.h"

enum { FILE_MAX_BYTES = 1 << 20, QUERY_MAX_BYTES = 512, SERIAL = 7 };

struct args {
	struct addr from;
	struct addr to;
	struct name name;
	uint16_t type;
	int64_t edns;
	int64_t turn;
	bool tcp;
	bool stale;
	bool norec;
};

static bool take_option(struct args *args, const char *text)
{
	if (text_starts(text, "+edns="))
		return parse_i64(text + 6, &args->edns);
	if (text_starts(text, "+turn="))
		return parse_i64(text + 6, &args->turn);
	if (text_starts(text, "+to="))
		return addr_parse(text + 4, &args->to);
	args->tcp = args->tcp || text_eq(text, "+tcp");
	args->stale = args->stale || text_eq(text, "+stale");
	args->norec = args->norec || text_eq(text, "+norec");
	return text[0] == '+' || dns_parse_type(text, &args->type);
}

static bool take_args(struct args *args, int argc, char **argv)
{
	args->type = RR_A;
	if (argc < 3 || !addr_parse(argv[1], &args->from) ||
		!name_parse(argv[2], &args->name))
		return false;
	for (int i = 3; i < argc; i++)
		if (!take_option(args, argv[i]))
			return false;
	return true;
}

static size_t write_query(const struct args *args, uint8_t *out)
{
	struct wire_out wire = {.data = out, .room = QUERY_MAX_BYTES};

	wire_put_u16(&wire, 1);
	wire_put_u16(&wire, args->norec ? 0 : FLAG_RD);
	wire_put_u16(&wire, 1);
	wire_put_u32(&wire, 0);
	wire_put_u16(&wire, args->edns > 0);
	wire_put(&wire, args->name.bytes, args->name.len);
	wire_put_u16(&wire, args->type);
	wire_put_u16(&wire, CLASS_IN);
	if (args->edns) {
		wire_put_u8(&wire, 0);
		wire_put_u16(&wire, RR_OPT);
		wire_put_u16(&wire, (uint16_t)args->edns);
		wire_put_u32(&wire, 0);
		wire_put_u16(&wire, 0);
	}
	return wire.len;
}

static bool read_zone(struct arena *arena, struct zone_input *out)
{
	char *text = arena_alloc(arena, FILE_MAX_BYTES);
	FILE *f = fopen("zone.json", "r");
	size_t len = f ? fread(text, 1, FILE_MAX_BYTES, f) : 0;
	struct errs errs;
	bool ok;

	errs_init(&errs, arena);
	ok = zone_file_read(arena, text, len, out, &errs);
	for (size_t i = 0; i < errs.nitems; i++)
		printf("%s\n", errs.items[i].text);
	if (f)
		fclose(f);
	return ok;
}

static bool ask(const struct zone *zone, const struct args *args)
{
	static const uint8_t secret[16] = {0};
	uint8_t packet[QUERY_MAX_BYTES];
	uint8_t buffer[DNS_TCP_BYTES];
	struct ask ask = {.zone = zone,
		.source = args->from,
		.tcp = args->tcp,
		.stale = args->stale,
		.random = (uint32_t)args->turn,
		.secret = secret};
	struct query query;
	auto_str text = {0};
	size_t len = write_query(args, packet);

	if (!zone_view(zone, args->to.len ? &args->to : NULL, &args->from, &ask.view)) {
		printf(";; dropped\n");
		return true;
	}
	switch (answer(&ask, packet, len, &query, buffer, &len)) {
	case ANSWER_DROP:
		printf(";; dropped\n");
		return true;
	case ANSWER_FORWARD:
		printf(";; forwarded\n");
		return true;
	case ANSWER_SEND:
		break;
	}
	if (!message_print(&text, buffer, len))
		str_add(&text, ";; malformed\n");
	fputs(str_text(&text), stdout);
	return true;
}

int main(int argc, char **argv)
{
	static const uint8_t seed[ZONE_SEED_BYTES] = {1};
	struct arena arena = {0};
	struct args args = {0};
	struct zone_input input;
	bool ok = take_args(&args, argc, argv);

	if (!ok)
		printf("usage: ASKER NAME [TYPE] [+option]...\n");
	ok = ok && read_zone(&arena, &input) &&
		ask(zone_new(&arena, &input, seed, SERIAL), &args);
	arena_finish(&arena);
	return ok ? 0 : 1;
}
