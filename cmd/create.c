/* SPDX-License-Identifier: Apache-2.0 */
/* davit create: as up, but nothing is started. */
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/wishes.h"
#include "compose/planner/planner.h"

struct create {
	bool build, no_build;
	bool force_recreate, no_recreate;
	const char *pull;
	bool quiet_pull;
	struct opt_bool remove_orphans;
	struct strings scale;
	bool yes;
};

static const struct option create_opts[] = {
	O_BOOL(struct create, build, "build", .help = "Build images first"),
	O_BOOL(struct create, force_recreate, "force-recreate",
		.help = "Recreate containers though nothing changed"),
	O_BOOL(struct create, no_build, "no-build",
		.help = "Do not build images, though they are missing"),
	O_BOOL(struct create, no_recreate, "no-recreate",
		.help = "Keep containers that exist, though they differ"),
	O_TEXT(struct create, pull, "pull", .value = "POLICY",
		.help = "Pull images first: always, missing, never or build"),
	O_BOOL(struct create, quiet_pull, "quiet-pull",
		.help = "Pull without showing progress"),
	O_TRI(struct create, remove_orphans, "remove-orphans",
		.help = "Remove containers of services that the file does not have"),
	O_TEXTS(struct create, scale, "scale", .value = "SERVICE=N",
		.help = "N containers of this service"),
	O_BOOL(struct create, yes, "yes", .letter = 'y',
		.help = "Answer all questions with yes"),
	OPTION_END,
};

static bool create_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct create *opts = parsed;

	(void)operands;
	out->verb = VERB_CREATE;
	out->recreate = opts->no_recreate ? RECREATE_NEVER
		: opts->force_recreate    ? RECREATE_FORCE
					  : RECREATE_DIVERGED;
	out->build = opts->build;
	out->no_build = opts->no_build;
	out->assume_yes = opts->yes;
	out->quiet = opts->quiet_pull;
	return exclude(opts->build, "--build", opts->no_build, "--no-build", err) &&
		exclude(opts->force_recreate, "--force-recreate", opts->no_recreate,
			"--no-recreate", err) &&
		wish_pull_policy(opts->pull, out, err) &&
		wish_orphans(app, opts->remove_orphans, out, err) &&
		wish_scales(&app->arena, app->project, &opts->scale, out, err);
}

const struct command cmd_create = {
	.name = "create",
	.args = "[SERVICE...]",
	.help = "Create containers without starting them",
	.opts = create_opts,
	.opts_size = sizeof(struct create),
	.needs = NEEDS_PROJECT | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_STEPS,
	.wish = create_wish,
};
