/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a scalar, a number, a truth; a number that was read can be written. */

#include "base/arena.h"
#include "base/scalar.h"
#include "base/units.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	const char *text = arena_strndup(arena, data, len);
	const char *value;
	bool truth, old;
	double d;

	scalar_resolve(arena, text, &value);
	bool_parse(text, &truth, &old);
	if (double_parse(text, &d)) {
		scalar_float_text(arena, d, 64);
		scalar_float_text(arena, d, 32);
		scalar_float_json(arena, d, 64);
		scalar_float_json(arena, d, 32);
	}
}
