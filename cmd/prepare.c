/* SPDX-License-Identifier: Apache-2.0 */
/* What happens between the command line and a command: connecting, loading, looking up services. */
#include "cmd/prepare.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/elsewhere.h"
#include "cmd/services.h"
#include "compose/graph/graph.h"
#include "compose/loader/load.h"

/* Cycles: where nothing is wrong, the graph that is kept tells of them. */
static void judge(struct arena *arena, const struct project *project, struct errs *errs)
{
	graph_build(arena, project, errs);
}

void app_load_opts(struct app *app, struct load_opts *out)
{
	*out = (struct load_opts){
		.files = app->files,
		.remotes = elsewhere_remotes(app),
		.cwd = app->cwd,
		.home = app->home,
		.config_files = app->root.files,
		.env_files = app->root.env_files,
		.profiles = app->root.profiles,
		.project_name = app->root.project_name,
		.project_dir = app->root.project_directory,
		.environment = app->environment,
		.all_resources = app->root.all_resources,
		.compatibility = app->root.compatibility,
		.strict = app->root.strict,
		.keep_all_services = true,
		.judge = judge,
		.default_platform = app_getenv(app, "DOCKER_DEFAULT_PLATFORM"),
	};
}

/* The project and its graph, or NULL; errs tells why. */
static const struct project *load(
	struct app *app, const struct load_opts *opts, struct errs *errs)
{
	const struct project *project = project_load(&app->arena, opts, errs);
	struct errs cycles; /* --no-consistency does without a graph */

	if (!project)
		return NULL;
	if (opts->no_consistency)
		errs_init(&cycles, &app->arena);
	app->graph =
		graph_build(&app->arena, project, opts->no_consistency ? &cycles : errs);
	return app->graph || opts->no_consistency ? project : NULL;
}

bool app_load(struct app *app, const struct load_opts *opts)
{
	struct errs errs;

	errs_init(&errs, &app->arena);
	app->project = load(app, opts, &errs);
	return app_show_errs(app, &errs) == 0 && app->project;
}

static bool load_by_labels(struct app *app, const char *name, bool whole)
{
	struct errs errs;
	struct err err = {0};

	errs_init(&errs, &app->arena);
	if (!app->engine_side->project_by_labels(app, name, whole, &err)) {
		app_fail(app, &err);
		return false;
	}
	app->project_from_labels = true;
	app->graph = graph_build(&app->arena, app->project, &errs);
	return app_show_errs(app, &errs) == 0 && app->graph;
}

/*
 * The order of compose.md 1.5, 8: with -p and without -f no file is read at all; a file that cannot be loaded
 * is no hindrance while COMPOSE_PROJECT_NAME tells the name.
 */
static bool load_by_name(struct app *app, const struct load_opts *opts, bool whole)
{
	const char *name = app_getenv(app, "COMPOSE_PROJECT_NAME");
	struct errs errs;

	if (app->root.project_name && app->root.files.n == 0)
		return load_by_labels(app, app->root.project_name, whole);
	errs_init(&errs, &app->arena);
	app->project = load(app, opts, &errs);
	if (!app->project && name && *name)
		return load_by_labels(app, name, whole);
	return app_show_errs(app, &errs) == 0 && app->project;
}

/* The operands that are names of services. */
static struct strings named_services(
	struct app *app, const struct command *command, const struct operands *operands)
{
	struct strings names = {0};
	size_t n = command->needs & SERVICES ? operands->n : 0;

	if ((command->needs & SERVICE_FIRST) && operands->n > 0)
		n = 1;
	for (size_t i = 0; i < n; i++)
		ARENA_PUSH(&app->arena, names.items, names.n, operands->items[i]);
	names.set = n > 0;
	return names;
}

bool app_prepare(
	struct app *app, const struct command *command, const struct operands *operands)
{
	struct load_opts opts;
	struct err err = {0};

	if (!(command->needs & (NEEDS_PROJECT | NEEDS_NAME)))
		return true;
	app_load_opts(app, &opts);
	opts.services = named_services(app, command, operands);
	if (!(command->needs & NEEDS_NAME
			    ? load_by_name(app, &opts, command->needs & CHANGES)
			    : app_load(app, &opts)))
		return false;
	if (services_resolve(
		    &app->arena, app->project, &opts.services, &app->services, &err))
		return true;
	app_fail(app, &err);
	return false;
}
