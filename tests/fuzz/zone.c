/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a zone's file; whatever is a zone answers a few questions of its first container. */
#include "netdns/zone.h"
#include "base/arena.h"
#include "base/err.h"
#include "netdns/zone-file.h"
#include "netdns/zone-input.h"
#include "tests/fuzz/fuzz.h"

static void ask(const struct zone *zone, const struct zone_view *view, const char *text)
{
	struct zone_hit hit;
	struct name name;

	if (!text || !name_parse(text, &name))
		return;
	name_lower(&name);
	zone_find(zone, view, &name, &hit);
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	static const uint8_t seed[ZONE_SEED_BYTES] = {0};
	const struct zone *zone;
	struct zone_input input;
	struct zone_view view;
	struct errs errs;
	struct addr addr;

	errs_init(&errs, arena);
	if (!zone_file_read(arena, data, len, &input, &errs))
		return;
	zone = zone_new(arena, &input, seed, 1);
	addr_parse("127.0.0.1", &addr);
	zone_view(zone, NULL, &addr, &view);
	for (size_t i = 0; i < input.ncontainers; i++) {
		ask(zone, &view, input.containers[i].name);
		ask(zone, &view, input.containers[i].service);
		ask(zone, &view,
			arena_printf(arena, "%s.%s.davit.internal",
				input.containers[i].service,
				input.containers[i].project));
	}
}
