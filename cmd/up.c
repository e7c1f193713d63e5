/* SPDX-License-Identifier: Apache-2.0 */
/* davit up: what the file describes runs, and nothing more is done than that takes. */
#include <limits.h>

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/attached.h"
#include "cmd/carry.h"
#include "cmd/commands.h"
#include "cmd/consent.h"
#include "cmd/services.h"
#include "cmd/wishes.h"
#include "compose/planner/planner.h"

struct up {
	bool abort_on_exit, abort_on_failure;
	bool always_recreate_deps;
	struct strings attach, no_attach;
	bool attach_dependencies;
	bool build, no_build, quiet_build;
	bool detach;
	const char *exit_code_from;
	bool force_recreate, no_recreate;
	struct opt_bool menu;
	bool no_color, no_log_prefix, timestamps;
	bool no_deps, no_start;
	const char *pull;
	bool quiet_pull;
	struct opt_bool remove_orphans;
	bool renew_anon_volumes;
	struct strings scale;
	struct opt_i64 timeout_s;
	bool wait;
	struct opt_i64 wait_timeout_s;
	bool watch;
	bool yes;
};

#define U struct up

static const struct option up_opts[] = {
	O_BOOL(U, abort_on_exit, "abort-on-container-exit",
		.help = "Stop all containers as soon as one has ended"),
	O_BOOL(U, abort_on_failure, "abort-on-container-failure",
		.help = "Stop all containers as soon as one has failed"),
	O_BOOL(U, always_recreate_deps, "always-recreate-deps",
		.help = "Recreate what the services depend on, too"),
	O_TEXTS(U, attach, "attach", .value = "SERVICE",
		.help = "Show the output of this service only"),
	O_BOOL(U, attach_dependencies, "attach-dependencies",
		.help = "Show the output of what the services depend on, too"),
	O_BOOL(U, build, "build", .help = "Build images first"),
	O_BOOL(U, detach, "detach", .letter = 'd',
		.help = "Leave the containers running and return"),
	O_TEXT(U, exit_code_from, "exit-code-from", .value = "SERVICE",
		.help = "Exit as this service does; implies --abort-on-container-exit"),
	O_BOOL(U, force_recreate, "force-recreate",
		.help = "Recreate containers though nothing changed"),
	O_TRI(U, menu, "menu", .flags = OPTION_HIDDEN | OPTION_IGNORED,
		.help = "Show keys to press"),
	O_TEXTS(U, no_attach, "no-attach", .value = "SERVICE",
		.help = "Do not show the output of this service"),
	O_BOOL(U, no_build, "no-build",
		.help = "Do not build images, though they are missing"),
	O_BOOL(U, no_color, "no-color", .help = "Output without colours"),
	O_BOOL(U, no_deps, "no-deps", .help = "Leave alone what the services depend on"),
	O_BOOL(U, no_log_prefix, "no-log-prefix",
		.help = "Output without the containers' names"),
	O_BOOL(U, no_recreate, "no-recreate",
		.help = "Keep containers that exist, though they differ"),
	O_BOOL(U, no_start, "no-start", .help = "Create the containers only"),
	O_TEXT(U, pull, "pull", .value = "POLICY",
		.help = "Pull images first: always, missing, never or build"),
	O_BOOL(U, quiet_build, "quiet-build", .help = "Do not show the output of builds"),
	O_BOOL(U, quiet_pull, "quiet-pull", .help = "Pull without showing progress"),
	O_TRI(U, remove_orphans, "remove-orphans",
		.help = "Remove containers of services that the file does not have"),
	O_BOOL(U, renew_anon_volumes, "renew-anon-volumes", .letter = 'V',
		.help = "New anonymous volumes instead of the old containers'"),
	O_TEXTS(U, scale, "scale", .value = "SERVICE=N",
		.help = "N containers of this service"),
	O_INT(U, timeout_s, "timeout", .letter = 't', .value = "SECONDS",
		.help = "How long containers have to stop before they are killed"),
	O_BOOL(U, timestamps, "timestamps", .help = "Output with the time of each line"),
	O_BOOL(U, wait, "wait",
		.help = "Return when all runs and is healthy; implies -d"),
	O_INT(U, wait_timeout_s, "wait-timeout", .value = "SECONDS",
		.help = "How long --wait waits at most"),
	O_BOOL(U, watch, "watch", .letter = 'w', .flags = OPTION_HIDDEN,
		.help = "Watch the sources and refresh containers"),
	O_BOOL(U, yes, "yes", .letter = 'y', .help = "Answer all questions with yes"),
	OPTION_END,
};

static bool is_detached(const struct up *opts)
{
	return opts->detach || opts->wait || opts->no_start;
}

static bool check_recreate(const struct up *opts, struct err *err)
{
	bool no = opts->no_recreate;

	return exclude(opts->force_recreate, "--force-recreate", no, "--no-recreate",
		       err) &&
		exclude(opts->renew_anon_volumes, "-V, --renew-anon-volumes", no,
			"--no-recreate", err) &&
		exclude(opts->always_recreate_deps, "--always-recreate-deps", no,
			"--no-recreate", err);
}

/* Flags that are about output, while there is none. */
static bool check_attached(const struct up *opts, struct err *err)
{
	const char *detached = opts->detach ? "-d, --detach" : "--wait";
	bool is = opts->detach || opts->wait;

	return exclude(opts->abort_on_exit, "--abort-on-container-exit",
		       opts->abort_on_failure, "--abort-on-container-failure", err) &&
		exclude(is, detached, opts->abort_on_exit, "--abort-on-container-exit",
			err) &&
		exclude(is, detached, opts->abort_on_failure,
			"--abort-on-container-failure", err) &&
		exclude(is, detached, opts->exit_code_from, "--exit-code-from", err) &&
		exclude(is, detached, opts->attach.set, "--attach", err) &&
		exclude(is, detached, opts->attach_dependencies, "--attach-dependencies",
			err) &&
		exclude(is, detached, opts->watch, "--watch", err) &&
		exclude(opts->attach.set, "--attach", opts->attach_dependencies,
			"--attach-dependencies", err);
}

static bool check(const struct up *opts, struct err *err)
{
	int64_t timeout_s = opt_i64_or(opts->wait_timeout_s, 0);

	if (!exclude(opts->build, "--build", opts->no_build, "--no-build", err) ||
		!exclude(opts->no_build, "--no-build", opts->watch, "--watch", err) ||
		!check_recreate(opts, err) || !check_attached(opts, err))
		return false;
	if (timeout_s < 0 || timeout_s > INT_MAX)
		return err_set(err, ERR_INPUT, "--wait-timeout is a number of seconds");
	if (opts->watch)
		return err_set(err, ERR_INPUT,
			"--watch is not there yet. This does it: docker compose up "
			"--watch");
	return true;
}

static enum recreate recreate_of(const struct up *opts)
{
	if (opts->no_recreate)
		return RECREATE_NEVER;
	return opts->force_recreate || opts->renew_anon_volumes ? RECREATE_FORCE
								: RECREATE_DIVERGED;
}

static bool up_wish(struct app *app, const void *parsed, const struct operands *operands,
	struct wish *out, struct err *err)
{
	const struct up *opts = parsed;

	(void)operands;
	out->verb = VERB_UP;
	out->recreate = recreate_of(opts);
	out->always_recreate_deps = opts->always_recreate_deps;
	out->no_deps = opts->no_deps;
	out->no_start = opts->no_start;
	out->renew_anon_volumes = opts->renew_anon_volumes;
	out->build = opts->build;
	out->no_build = opts->no_build;
	out->wait = opts->wait;
	out->wait_timeout_s = (int)opt_i64_or(opts->wait_timeout_s, 0);
	out->assume_yes = opts->yes;
	out->quiet = opts->quiet_pull;
	return check(opts, err) && wish_pull_policy(opts->pull, out, err) &&
		wish_timeout(opts->timeout_s, out, err) &&
		wish_orphans(app, opts->remove_orphans, out, err) &&
		wish_scales(&app->arena, app->project, &opts->scale, out, err);
}

/* The services that --attach, --no-attach and --exit-code-from name are services. */
static bool check_names(struct app *app, const struct up *opts, struct err *err)
{
	struct strings found, from = {.items = ARENA_NEW(&app->arena, const char *)};

	if (opts->exit_code_from)
		from.items[from.n++] = opts->exit_code_from;
	return services_resolve(&app->arena, app->project, &opts->attach, &found, err) &&
		services_resolve(
			&app->arena, app->project, &opts->no_attach, &found, err) &&
		services_resolve(&app->arena, app->project, &from, &found, err);
}

static int up_run(struct app *app, const void *parsed, const struct operands *operands)
{
	const struct up *opts = parsed;
	const struct attached_opts attached = {
		.attach = &opts->attach,
		.no_attach = &opts->no_attach,
		.attach_dependencies = opts->attach_dependencies,
		.no_color = opts->no_color,
		.no_prefix = opts->no_log_prefix,
		.timestamps = opts->timestamps,
		.abort_on_exit = opts->abort_on_exit ||
			(opts->exit_code_from && !opts->abort_on_failure),
		.abort_on_failure = opts->abort_on_failure,
		.exit_code_from = opts->exit_code_from,
	};
	struct wish wish;
	struct err err = {0};

	if (app->project->nservices == 0) {
		err_set(&err, ERR_INPUT, "no service selected");
		return app_fail(app, &err);
	}
	if (!command_wish(app, &cmd_up, parsed, operands, &wish, &err) ||
		!check_names(app, opts, &err))
		return app_fail(app, &err);
	if (!app->root.dry_run && !consent(app, opts->yes, &err))
		return err.kind ? app_fail(app, &err) : EXIT_FAILURE;
	if (is_detached(opts) || app->root.dry_run)
		return app_carry_out(app, &wish, NULL);
	return attached_up(app, &wish, &attached);
}

const struct command cmd_up = {
	.name = "up",
	.args = "[SERVICE...]",
	.help = "Create and start what the file describes",
	.detail = "Builds, pulls, creates and starts whatever is missing, recreates what "
		  "has changed, and "
		  "leaves all else alone. `davit plan up` shows beforehand what would be "
		  "done, and why. "
		  "Without -d the output of the containers is shown, and Ctrl-C stops "
		  "them.",
	.opts = up_opts,
	.opts_size = sizeof(struct up),
	.needs = NEEDS_PROJECT | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_DAILY,
	.wish = up_wish,
	.run = up_run,
};
