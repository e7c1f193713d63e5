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

bool oci_get(struct app *app, const struct remote *remote, const char **out_dir,
	struct err *err)
{
	char engine[PATH_MAX + 64];
	const char *cache = NULL;
	const char *args[] = {engine, "--config", app->docker_config, OCI_GET_COMMAND,
		"--", remote->url, NULL, NULL};
	struct child run = {.args = args, .arena = &app->arena};

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
