/* SPDX-License-Identifier: Apache-2.0 */
/* Where a walk down a tree is: links on the stack, made into text only when there is something to say. */
#pragma once

#include <stddef.h>

struct arena;

struct trail {
	const struct trail *up; /* NULL: the root */
	const char *key;        /* NULL: an item of a list */
	size_t index;
};

/* "services.web.ports[0]"; "" for the root or NULL. */
const char *trail_text(struct arena *arena, const struct trail *trail);
