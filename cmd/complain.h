/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors and warnings as people see them: where, what, the source line and a caret under it. Pure but for
 * reading the source again.
 */
#pragma once

#include <stdbool.h>

struct err_item;
struct origins;
struct str;

struct complain {
	const char
		*cwd; /* paths below it are shown relative to it; NULL: all as they are */
	const struct origins
		*origins; /* of files that were got from elsewhere; NULL: none were */
	bool color;
	unsigned columns; /* of the terminal; 0: lines may be as long as they are */
};

/* Appends the lines of one complaint. A warning is one line: it must not bury what was asked for. */
void complain(struct str *str, const struct complain *how, const struct err_item *item);

/* Appends the line of source and the caret; nothing when the file cannot be read. */
void complain_source(
	struct str *str, const struct complain *how, const struct err_item *item);
