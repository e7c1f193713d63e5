/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a scalar, a duration, a size, a mode, a command line. */

#include "base/arena.h"
#include "base/scalar.h"
#include "base/texts.h"
#include "base/units.h"
#include "base/words.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	const char *text = arena_strndup(arena, data, len);
	const char *value;
	struct strings words = {0};
	int64_t n;
	double d;

	scalar_resolve(arena, text, &value);
	if (duration_parse(text, &n))
		duration_text(arena, n);
	bytes_parse(text, &n);
	mode_parse(text, &n);
	double_parse(text, &d);
	words_split(arena, text, &words);
}
