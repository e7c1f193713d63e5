/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davit does not link what talks to a registry, so davit-engine does it: as a child, because the files are needed
 * before it is known whether there is anything for an engine to do.
 */
#include "cmd/oci.h"

#include <limits.h>

#include "base/digest.h"
#include "base/path.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/cache.h"
#include "cmd/child.h"
#include "cmd/handover.h"
#include "compose/loader/remote.h"

static const char *const *environment(struct app *app)
{
	const struct pairs *pairs = &app->environment;
	const char **out = ARENA_NEW_N(&app->arena, pairs->n + 1, const char *);

	for (size_t i = 0; i < pairs->n; i++)
		out[i] = arena_printf(
			&app->arena, "%s=%s", pairs->items[i].key, pairs->items[i].value);
	return out;
}

bool oci_get(struct app *app, const struct remote *remote, const char **out_dir,
	struct err *err)
{
	char engine[PATH_MAX + 64];
	const char *cache = NULL;
	const char *args[] = {engine, "--config", app->docker_config, OCI_GET_COMMAND,
		"--", remote->url, NULL, NULL};
	struct child run = {
		.args = args, .environment = environment(app), .arena = &app->arena};

	if (!engine_program(engine, sizeof(engine), err) || !cache_dir(app, &cache, err))
		return false;
	args[6] = cache;
	if (!child_run(&run, err))
		return false;
	if (run.status)
		return err_set(err, ERR_REGISTRY, "%s",
			*run.output ? run.output : "davit-engine said nothing");
	*out_dir = path_join(&app->arena, cache, run.output);
	return true;
}
