/* SPDX-License-Identifier: Apache-2.0 */
/* davit pull: fetches images; what runs is left alone until the next up. */
#include <string.h>

#include "cmd/app.h"
#include "cmd/command.h"
#include "compose/planner/planner.h"

struct pull {
	bool ignore_buildable;
	bool ignore_failures;
	bool include_deps;
	bool parallel, no_parallel;
	const char *policy;
	bool quiet;
};

static const struct option pull_opts[] = {
	O_BOOL(struct pull, ignore_buildable, "ignore-buildable",
		.help = "Leave out images that can be built"),
	O_BOOL(struct pull, ignore_failures, "ignore-pull-failures",
		.help = "Exit 0 though images could not be pulled"),
	O_BOOL(struct pull, include_deps, "include-deps",
		.help = "Pull what the services depend on, too"),
	O_BOOL(struct pull, no_parallel, "no-parallel",
		.flags = OPTION_HIDDEN | OPTION_IGNORED,
		.help = "Accepted for old scripts"),
	O_BOOL(struct pull, parallel, "parallel", .flags = OPTION_HIDDEN | OPTION_IGNORED,
		.help = "Accepted for old scripts"),
	O_TEXT(struct pull, policy, "policy", .value = "POLICY",
		.help = "always, or missing: only what is not there"),
	O_BOOL(struct pull, quiet, "quiet", .letter = 'q',
		.help = "Without showing progress"),
	OPTION_END,
};

static bool pull_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct pull *opts = parsed;

	(void)app;
	(void)operands;
	if (opts->policy && strcmp(opts->policy, "always") != 0 &&
		strcmp(opts->policy, "missing") != 0)
		return err_set(err, ERR_INPUT,
			"invalid value for --policy: \"%s\"\nIt is always or missing.",
			opts->policy);
	out->verb = VERB_PULL;
	out->pull = opts->policy;
	out->include_deps = opts->include_deps;
	out->ignore_buildable = opts->ignore_buildable;
	out->ignore_failures = opts->ignore_failures;
	out->quiet = opts->quiet;
	return true;
}

const struct command cmd_pull = {
	.name = "pull",
	.args = "[SERVICE...]",
	.help = "Pull the services' images",
	.detail = "One image that cannot be pulled does not hold up the others. `davit "
		  "up -d` afterwards "
		  "recreates exactly the services whose image has changed.",
	.opts = pull_opts,
	.opts_size = sizeof(struct pull),
	.needs = NEEDS_PROJECT | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_IMAGES,
	.wish = pull_wish,
};
