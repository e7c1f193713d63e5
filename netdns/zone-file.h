/* SPDX-License-Identifier: Apache-2.0 */
/* A zone's input as a JSON text: what `davit-netdns serve` reads, and the tests. Its keys are those of zone-input.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct errs;
struct node;
struct zone_input;

/* False, with everything that is wrong in errs, for another text than a whole correct one. Text is shared. */
bool zone_file_read(struct arena *arena, const char *text, size_t len,
	struct zone_input *out, struct errs *errs);

/* The tree of such a text, with what is unset left out. Text is shared. */
struct node *zone_file_node(struct arena *arena, const struct zone_input *input);
