/* SPDX-License-Identifier: Apache-2.0 */
/* A zone's input as a JSON text: what `davit-netdns serve` reads, and the tests. Its keys are those of zone-input.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct errs;
struct str;
struct zone_input;

/* False, with everything that is wrong in errs, for another text than a whole correct one. Text is shared. */
bool zone_file_read(struct arena *arena, const char *text, size_t len,
	struct zone_input *out, struct errs *errs);

/* The same text, with what is unset left out. */
void zone_file_print(
	struct str *str, const struct zone_input *input, unsigned json_style);
