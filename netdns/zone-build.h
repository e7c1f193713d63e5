/* SPDX-License-Identifier: Apache-2.0 */
/* A zone in the making: zone.c copies the input, zone-names.c makes the index. */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "netdns/zone-inside.h"

struct claim;

enum { BUILD_RECENT = 2 };

struct build {
	struct arena *arena; /* of the zone */
	struct arena scratch;
	struct zone *zone;
	struct map networks; /* by the engine's name: struct zone_network */
	struct map services; /* one copy of each service's name */
	const struct zone_project *no_project;
	struct claim *recent[BUILD_RECENT]; /* made last */
	size_t nclaims;
	uint8_t *bytes; /* of the arena, for names to come */
	size_t nbytes;
};

/* In lower case and without the root. */
struct labels labels_keep(struct build *build, const struct name *name);

/* Text as people name things, where each dot begins a label; false for what is no name. */
bool name_from_text(const char *text, struct name *out);

/* Enters an endpoint under all its names. The index has room for them. */
void build_claim(struct build *build, const struct zone_endpoint *endpoint,
	const struct input_container *in, const struct input_endpoint *at);

/* After all claims: what each name answers. */
void build_settle(struct build *build);
