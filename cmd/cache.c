/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cache.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/path.h"
#include "cmd/app.h"

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void cache_drop(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool make_dirs(struct arena *arena, const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	if (errno != ENOENT || !make_dirs(arena, path_dir(arena, path), err) ||
		(mkdir(path, 0700) < 0 && errno != EEXIST))
		return err->kind ? false : err_sys(err, "make %s", path);
	return true;
}

bool cache_dir(struct app *app, const char **out, struct err *err)
{
	const char *cache = app_getenv(app, "XDG_CACHE_HOME");
	const char *base = cache && *cache ? cache : app->home;

	if (!base || !*base)
		return err_set(err, ERR_INPUT,
			"neither XDG_CACHE_HOME nor HOME is set: there is no place to "
			"keep the files");
	*out = path_join(&app->arena, path_join(&app->arena, app->cwd, base),
		base == cache ? "docker-compose" : ".cache/docker-compose");
	return make_dirs(&app->arena, *out, err);
}
