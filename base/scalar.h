/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plain scalar of a YAML file means: YAML 1.2 core with the octal numbers and
 * underscores of 1.1, as Go's yaml package reads it (reference compose.md 3.1, C1). yes,
 * no, on, off are strings.
 */
#pragma once

#include "base/node.h"

struct arena;

/*
 * The kind of a plain text, and in *out_text the text that says its value: "true", "288"
 * for 0440, "1000" for 1e3 or 1_000; of strings, the text itself. Floats are written as
 * Go's %v does.
 */
enum node_kind scalar_resolve(
	struct arena *arena, const char *text, const char **out_text);

/* A number as Go's %v writes it: "1.1", "1e+06". bits is 32 or 64. */
const char *scalar_float_text(struct arena *arena, double value, int bits);

/* A number as Go's encoding/json writes it: "1.1", "1000000". */
const char *scalar_float_json(struct arena *arena, double value, int bits);
