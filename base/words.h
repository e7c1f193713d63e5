/* SPDX-License-Identifier: Apache-2.0 */
/* Shell words: how a command that is one text becomes a list. */
#pragma once

#include <stdbool.h>

struct arena;
struct strings;

enum words_result {
	WORDS_OK,
	WORDS_CUT, /* an unquoted ; & | < or > ended it, and the rest was dropped, as docker compose does */
	WORDS_WRONG, /* an open quote, a bare parenthesis or backquote, a backslash at the end */
};

/* Splits at blanks; quotes ' and " and the backslash (\t and \n mean tab and newline) work, $ does not. */
enum words_result words_split(struct arena *arena, const char *text, struct strings *out);
