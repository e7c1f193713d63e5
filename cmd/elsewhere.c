/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/elsewhere.h"

#include "base/map.h"
#include "cmd/app.h"
#include "cmd/git.h"
#include "cmd/oci.h"
#include "cmd/options.h"
#include "compose/loader/remote.h"

struct elsewhere {
	struct app *app;
	struct map known; /* what is before the path of a file there, to its directory */
};

static const struct {
	const char *what;
	const char *allowed; /* the variable that may say no */
	bool (*get)(struct app *app, const struct remote *remote, const char **out_dir,
		struct err *err);
} kinds[] = {
	[REMOTE_GIT] = {"git repositories", "COMPOSE_EXPERIMENTAL_GIT_REMOTE", git_get},
	[REMOTE_OCI] = {"registries", "COMPOSE_EXPERIMENTAL_OCI_REMOTE", oci_get},
};

static bool is_allowed(const struct app *app, enum remote_kind kind, struct err *err)
{
	const char *name = kinds[kind].allowed, *text = app_getenv(app, name);
	bool allowed;

	if (!text || !*text)
		return true;
	if (!parse_bool(text, &allowed))
		return err_set(err, ERR_INPUT, "%s is neither true nor false: \"%s\"",
			name, text);
	return allowed ? true
		       : err_set(err, ERR_INPUT, "files of %s are switched off by %s=%s",
				 kinds[kind].what, name, text);
}

static bool get(void *ctx, struct arena *arena, const struct remote *remote,
	const char **out_dir, struct err *err)
{
	struct elsewhere *elsewhere = ctx;
	struct app *app = elsewhere->app;
	const char *key = remote_prefix(arena, remote);

	*out_dir = map_get(&elsewhere->known, key);
	if (*out_dir)
		return true;
	if (!is_allowed(app, remote->kind, err) ||
		!kinds[remote->kind].get(app, remote, out_dir, err))
		return false;
	map_put(&elsewhere->known, key, arena_strdup(&app->arena, *out_dir));
	origins_add(&app->arena, &app->origins, *out_dir, key);
	return true;
}

static const char *shown(void *ctx, struct arena *arena, const char *path)
{
	const struct elsewhere *elsewhere = ctx;

	return origins_name(arena, &elsewhere->app->origins, path);
}

const struct remotes *elsewhere_remotes(struct app *app)
{
	struct elsewhere *elsewhere;
	struct remotes *remotes;

	if (app->remotes)
		return app->remotes;
	elsewhere = ARENA_NEW(&app->arena, struct elsewhere);
	elsewhere->app = app;
	map_init(&elsewhere->known, &app->arena);
	remotes = ARENA_NEW(&app->arena, struct remotes);
	*remotes = (struct remotes){.ctx = elsewhere, .get = get, .shown = shown};
	return app->remotes = remotes;
}
