/* SPDX-License-Identifier: Apache-2.0 */
/* Short port mappings: "[[ip:]host[-range]:]port[-range][/protocol]" (reference
 * compose.md 2.8). */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct arena;
struct node;

/*
 * Appends long forms to a list, one for each port of a range, with target, published,
 * host_ip, protocol and mode. They stand at pos.
 */
bool ports_parse(struct arena *arena, const char *text, struct pos pos,
	struct node *out_list, struct err *err);
