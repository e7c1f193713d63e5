/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text. */
#include "base/path.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* Takes the last element off, unless that is a ".." that has to stay. False: nothing to
 * take. */
static bool drop_last(char *out, size_t *len, bool absolute)
{
	size_t start = *len;

	if (*len == (absolute ? 1u : 0u))
		return absolute;
	while (start > 0 && out[start - 1] != '/')
		start--;
	if (*len - start == 2 && out[start] == '.' && out[start + 1] == '.')
		return false;
	*len = start > 1 || (start == 1 && !absolute) ? start - 1 : start;
	return true;
}

static void append(char *out, size_t *len, const char *element, size_t n)
{
	if (*len > 0 && out[*len - 1] != '/')
		out[(*len)++] = '/';
	memcpy(out + *len, element, n);
	*len += n;
}

const char *path_clean(struct arena *arena, const char *path)
{
	bool absolute = *path == '/';
	char *out = arena_alloc(arena, strlen(path) + 2);
	size_t len = 0;

	if (absolute)
		out[len++] = '/';
	while (*path) {
		size_t n = strcspn(path, "/");
		bool up = n == 2 && path[0] == '.' && path[1] == '.';

		if (n > 0 && !(n == 1 && path[0] == '.') &&
			!(up && drop_last(out, &len, absolute)))
			append(out, &len, path, n);
		path += n + (path[n] == '/');
	}
	if (len == 0)
		out[len++] = '.';
	out[len] = '\0';
	return out;
}

const char *path_join(struct arena *arena, const char *dir, const char *path)
{
	if (*path == '/')
		return path_clean(arena, path);
	return path_clean(arena, arena_printf(arena, "%s/%s", dir, path));
}

const char *path_expand_home(struct arena *arena, const char *home, const char *path)
{
	if (!home || path[0] != '~' || (path[1] && path[1] != '/'))
		return path;
	return path_clean(arena, arena_printf(arena, "%s%s", home, path + 1));
}

const char *path_dir(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

const char *path_shown(struct arena *arena, const char *dir, const char *path)
{
	size_t len = strlen(dir);

	if (len > 1 && !strncmp(path, dir, len) && path[len] == '/' && path[len + 1])
		return arena_strdup(arena, path + len + 1);
	return path;
}

const char *path_relative(struct arena *arena, const char *from, const char *to)
{
	size_t common = 0, i = 0;
	auto_str out = {0};

	for (; from[i] && from[i] == to[i]; i++)
		if (from[i] == '/')
			common = i;
	if ((!from[i] || from[i] == '/') && (!to[i] || to[i] == '/'))
		common = i;
	for (const char *p = from + common; *p; p++)
		if (p[0] == '/' && p[1])
			str_add(&out, out.len ? "/.." : "..");
	for (to += common; *to == '/'; to++)
		;
	if (*to)
		str_printf(&out, "%s%s", out.len ? "/" : "", to);
	return out.len ? arena_strdup(arena, str_text(&out)) : ".";
}
