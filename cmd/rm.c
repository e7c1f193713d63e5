/* SPDX-License-Identifier: Apache-2.0 */
/* davit rm: removes containers that have stopped, after asking. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/carry.h"
#include "cmd/commands.h"
#include "cmd/display.h"
#include "compose/planner/plan.h"
#include "compose/planner/planner.h"

#define ANSWER_MAX_BYTES 64

struct rm {
	bool all;
	bool force;
	bool stop;
	bool volumes;
};

static const struct option rm_opts[] = {
	O_BOOL(struct rm, all, "all", .letter = 'a',
		.flags = OPTION_HIDDEN | OPTION_IGNORED,
		.help = "Accepted for old scripts"),
	O_BOOL(struct rm, force, "force", .letter = 'f', .help = "Do not ask"),
	O_BOOL(struct rm, stop, "stop", .letter = 's', .help = "Stop containers first"),
	O_BOOL(struct rm, volumes, "volumes", .letter = 'v',
		.help = "Remove their anonymous volumes, too"),
	OPTION_END,
};

static bool rm_wish(struct app *app, const void *parsed, const struct operands *operands,
	struct wish *out, struct err *err)
{
	const struct rm *opts = parsed;

	(void)app;
	(void)operands;
	(void)err;
	out->verb = VERB_RM;
	out->force = opts->force;
	out->stop = opts->stop;
	out->volumes = opts->volumes;
	return true;
}

static void say_what_goes(struct app *app, const struct plan *plan)
{
	auto_str names = {0};

	for (size_t i = 0; i < plan->nactions; i++)
		if (plan->actions[i].kind == ACTION_CONTAINER_REMOVE)
			str_printf(&names, "%s%s", names.len ? ", " : "",
				plan->actions[i].label);
	display_say(app->display, "Going to remove %s", str_text(&names));
}

/* Nobody who could be asked is a no. */
static bool ask(void)
{
	char answer[ANSWER_MAX_BYTES];

	fputs("Are you sure? [yN] ", stderr);
	fflush(stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	answer[strcspn(answer, "\r\n")] = '\0';
	return !strcasecmp(answer, "y") || !strcasecmp(answer, "yes");
}

static int rm_run(struct app *app, const void *parsed, const struct operands *operands)
{
	const struct rm *opts = parsed;
	const struct plan *plan;
	struct wish wish;
	struct err err = {0};

	if (!command_wish(app, &cmd_rm, parsed, operands, &wish, &err))
		return app_fail(app, &err);
	plan = app_plan(app, &wish);
	if (!plan)
		return EXIT_FAILURE;
	if (plan->nactions == 0) {
		display_say(app->display, "No stopped containers");
		return EXIT_SUCCESS;
	}
	if (!opts->force && !app->root.dry_run) {
		say_what_goes(app, plan);
		if (!ask())
			return EXIT_SUCCESS;
	}
	return app_carry_out(app, &wish, NULL);
}

const struct command cmd_rm = {
	.name = "rm",
	.args = "[SERVICE...]",
	.help = "Remove containers that have stopped",
	.opts = rm_opts,
	.opts_size = sizeof(struct rm),
	.needs = NEEDS_NAME | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_STEPS,
	.wish = rm_wish,
	.run = rm_run,
};
