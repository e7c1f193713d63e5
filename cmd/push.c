/* SPDX-License-Identifier: Apache-2.0 */
/* davit push: sends the images of services that have a build section to their registries. */
#include "cmd/app.h"
#include "cmd/command.h"
#include "compose/planner/planner.h"

struct push {
	bool ignore_failures;
	bool include_deps;
	bool quiet;
};

static const struct option push_opts[] = {
	O_BOOL(struct push, ignore_failures, "ignore-push-failures",
		.help = "Exit 0 though images could not be pushed"),
	O_BOOL(struct push, include_deps, "include-deps",
		.help = "Push what the services depend on, too"),
	O_BOOL(struct push, quiet, "quiet", .letter = 'q',
		.help = "Without showing progress"),
	OPTION_END,
};

static bool push_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct push *opts = parsed;

	(void)app;
	(void)operands;
	(void)err;
	out->verb = VERB_PUSH;
	out->include_deps = opts->include_deps;
	out->ignore_failures = opts->ignore_failures;
	out->quiet = opts->quiet;
	return true;
}

const struct command cmd_push = {
	.name = "push",
	.args = "[SERVICE...]",
	.help = "Push images that were built to their registries",
	.opts = push_opts,
	.opts_size = sizeof(struct push),
	.needs = NEEDS_PROJECT | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_IMAGES,
	.wish = push_wish,
};
