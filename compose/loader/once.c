/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real files, where what can be read only once is kept: a run looks at its variables before it loads the project,
 * and a pipe (--env-file <(...)) has nothing to say the second time.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/map.h"
#include "compose/loader/load.h"

struct once {
	struct arena *arena;
	struct map kept; /* path to struct text */
};

struct text {
	const char *text;
	size_t len;
};

static bool is_read_once(const char *path)
{
	struct stat st;

	return !strcmp(path, "-") || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

static bool once_read(void *ctx, struct arena *arena, const char *path, size_t max_bytes,
	const char **out_text, size_t *out_len, struct err *err)
{
	struct once *once = ctx;
	struct text *kept;

	if (!is_read_once(path))
		return files_system.read(
			NULL, arena, path, max_bytes, out_text, out_len, err);
	kept = map_get(&once->kept, path);
	if (!kept) {
		kept = ARENA_NEW(once->arena, struct text);
		if (!files_system.read(NULL, once->arena, path, max_bytes, &kept->text,
			    &kept->len, err))
			return false;
		map_put(&once->kept, arena_strdup(once->arena, path), kept);
	}
	*out_text = kept->text;
	*out_len = kept->len;
	return true;
}

const struct files *files_once(struct arena *arena)
{
	struct once *once = ARENA_NEW(arena, struct once);
	struct files *files = ARENA_NEW(arena, struct files);

	*once = (struct once){.arena = arena};
	map_init(&once->kept, arena);
	*files = files_system;
	files->ctx = once;
	files->read = once_read;
	return files;
}
