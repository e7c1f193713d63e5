/* SPDX-License-Identifier: Apache-2.0 */
/* What people call the files that were got from elsewhere, and where these are. Pure. */
#pragma once

#include <stddef.h>

struct arena;

struct origin {
	const char *dir;    /* absolute and clean */
	const char *prefix; /* before the path below dir: "https://host/x.git#main:" */
};

struct origins {
	struct origin *items;
	size_t n;
};

/* A directory keeps its first name. */
void origins_add(struct arena *arena, struct origins *origins, const char *dir,
	const char *prefix);

/* The name of a path: its origin and the path there. NULL: it has none. */
const char *origins_name(
	struct arena *arena, const struct origins *origins, const char *path);

/* The way back: writes the path of a name into out, cut at its size; what has no origin is a path already. */
void origins_path(
	const struct origins *origins, const char *name, char *out, size_t size);
