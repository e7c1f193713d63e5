/* SPDX-License-Identifier: Apache-2.0 */
/* davit plan: shows what a command would do, and why, without doing it. */
#include <string.h>

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/carry.h"
#include "cmd/commands.h"
#include "cmd/display.h"
#include "cmd/prepare.h"
#include "cmd/progress.h"
#include "compose/planner/plan.h"
#include "compose/planner/planner.h"

#define EXIT_CHANGES 2

struct plan_cmd {
	const char *format;
};

static const struct option plan_opts[] = {
	O_TEXT(struct plan_cmd, format, "format", .value = "FORMAT", .preset = "text",
		.help = "text or json"),
	OPTION_END,
};

/* Commands that can be shown: those that are a wish. */
static const struct command *const planned[] = {
	&cmd_up,
	&cmd_down,
	&cmd_create,
	&cmd_start,
	&cmd_stop,
	&cmd_restart,
	&cmd_rm,
	&cmd_kill,
	&cmd_pause,
	&cmd_unpause,
	&cmd_pull,
	&cmd_push,
	&cmd_build,
	&cmd_scale,
	NULL,
};

/* The command behind `plan`, with its own flags. */
struct inner {
	const struct command *command;
	void *opts;
	struct operands operands;
	struct common common;
};

/* A flag first means up, so that `davit plan --scale web=3` is `davit plan up --scale web=3`. */
static bool parse_inner(struct app *app, const struct operands *operands,
	struct inner *out, struct err *err)
{
	const char *name = operands->n ? operands->items[0] : "up";
	int argc = operands->n ? (int)operands->n - 1 : 0;
	char **argv = ARENA_NEW_N(&app->arena, operands->n + 1, char *);

	out->command = command_find(planned, name);
	if (!out->command)
		return err_set(err, ERR_INPUT,
			"davit plan %s: there is no plan for it\nThere is one for: up, "
			"down, create, start, stop, restart, rm, kill, pause, unpause, "
			"pull, push, build, scale",
			name);
	for (int i = 0; i < argc; i++)
		argv[i] = arena_strdup(&app->arena, operands->items[i + 1]);
	out->opts = arena_alloc(&app->arena, out->command->opts_size + 1);
	return command_parse(&app->arena, out->command, argc, argv, out->opts,
		&out->operands, &out->common, err);
}

static int show_help(struct app *app, const struct command *command)
{
	auto_str text = {0};

	command_help(&text, command);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

static int show(struct app *app, const struct inner *inner, bool json)
{
	const struct plan *plan;
	struct wish wish;
	struct err err = {0};

	if (!command_wish(
		    app, inner->command, inner->opts, &inner->operands, &wish, &err))
		return app_fail(app, &err);
	plan = app_plan(app, &wish);
	if (!plan)
		return EXIT_FAILURE;
	if (!json)
		app_show_notes(app, plan);
	if (!json && plan->nactions == 0)
		progress_nothing(app->display, plan);
	else
		app_print_plan(app, plan, json);
	return plan_changes(plan) ? EXIT_CHANGES : EXIT_SUCCESS;
}

static int plan_run(struct app *app, const void *parsed, const struct operands *operands)
{
	const struct plan_cmd *opts = parsed;
	bool json = text_eq(opts->format, "json");
	struct inner inner = {0};
	struct err err = {0};

	if (!json && !text_eq(opts->format, "text")) {
		err_set(&err, ERR_INPUT,
			"invalid value for --format: \"%s\"\nIt is text or json.",
			opts->format);
		return app_fail(app, &err);
	}
	if (!parse_inner(app, operands, &inner, &err))
		return app_fail(app, &err);
	if (inner.common.help)
		return show_help(app, inner.command);
	if (!app_prepare(app, inner.command, &inner.operands))
		return EXIT_FAILURE;
	return show(app, &inner, json);
}

const struct command cmd_plan = {
	.name = "plan",
	.args = "[COMMAND [ARGS...]]",
	.help = "Show what a command would do, and why",
	.detail = "Prints the list of actions that the command (up unless told) would "
		  "carry out, in order: "
		  "their numbers, the actions that they need, what is done, and the "
		  "reason. Nothing is changed. "
		  "Exits 0 when there is nothing to do, 2 when there are changes, 1 on "
		  "errors.",
	.opts = plan_opts,
	.opts_size = sizeof(struct plan_cmd),
	.needs = NEEDS_ENVIRONMENT | STOP_AT_OPERAND,
	.max_operands = -1,
	.group = GROUP_DAILY,
	.run = plan_run,
};
