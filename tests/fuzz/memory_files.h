/* SPDX-License-Identifier: Apache-2.0 */
/* A file tree in memory, below /p, for fuzzers and tests of the loader. */
#pragma once

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "compose/loader/load.h"

struct memory_files {
	struct node *texts; /* path to text */
};

/* "== NAME\n" begins the file /p/NAME. */
static inline void memory_files_split(
	struct memory_files *memory, struct arena *arena, const char *text, size_t size)
{
	const char *rest = arena_strndup(arena, text, size), *next, *newline;

	memory->texts = node_map(arena);
	for (; rest; rest = next) {
		next = strstr(rest, "\n== ");
		newline = strchr(rest, '\n');
		if (!strncmp(rest, "== ", 3) && newline) {
			const char *path = arena_printf(
				arena, "/p/%.*s", (int)(newline - rest - 3), rest + 3);
			size_t len =
				next && next > newline ? (size_t)(next - newline) : 0;

			node_set_text(arena, memory->texts, path,
				next ? arena_strndup(arena, newline + 1, len)
				     : newline + 1);
		}
		next = next ? next + 1 : NULL;
	}
}

static inline bool memory_read(void *ctx, struct arena *arena, const char *path,
	size_t max_bytes, const char **out_text, size_t *out_len, struct err *err)
{
	const struct memory_files *memory = ctx;

	(void)arena;
	*out_text = node_get_text(memory->texts, path);
	*out_len = *out_text ? strlen(*out_text) : 0;
	errno = !*out_text ? ENOENT : *out_len > max_bytes ? EFBIG : 0;
	return errno == 0 || err_sys(err, "open %s", path);
}

static inline bool memory_is_file(void *ctx, const char *path)
{
	return node_get(((const struct memory_files *)ctx)->texts, path);
}

static inline bool memory_is_dir(void *ctx, const char *path)
{
	(void)ctx;
	return !strcmp(path, "/p");
}

static inline struct files memory_files(struct memory_files *memory)
{
	return (struct files){memory, memory_read, memory_is_file, memory_is_dir};
}
