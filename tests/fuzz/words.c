/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a command of shell words, which hold no more than it does. */

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/texts.h"
#include "base/words.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct strings words = {0};
	size_t total = 0;

	words_split(arena, arena_strndup(arena, data, len), &words);
	for (size_t i = 0; i < words.n; i++)
		total += strlen(words.items[i]);
	if (total > len)
		abort();
}
