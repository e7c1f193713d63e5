/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a tree a pass is: a chain on its stack, written out only when something has to
 * be said. */
#pragma once

#include <stddef.h>

struct arena;

struct where {
	const struct where *up; /* the caller's; NULL: the top */
	const char *key;        /* NULL: an item of a list */
	size_t index;
};

/* "services.web.ports[0]". */
const char *where_text(struct arena *arena, const struct where *where);
