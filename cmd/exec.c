/* SPDX-License-Identifier: Apache-2.0 */
/* davit exec: a command in a running container. */
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/await.h"
#include "cmd/command.h"
#include "cmd/pick.h"
#include "cmd/session.h"
#include "cmd/tty-choice.h"
#include "cmd/tty.h"
#include "compose/planner/observed.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/engine.h"

#include <string.h>

struct exec {
	bool detach;
	bool interactive;
	bool privileged;
	struct opt_bool tty;
	struct opt_bool no_tty;
	struct opt_i64 index;
	struct strings environment;
	const char *user;
	const char *workdir;
};

static const struct option exec_opts[] = {
	O_BOOL(struct exec, detach, "detach", .letter = 'd',
		.help = "Leave the command running and return"),
	O_TEXTS(struct exec, environment, "env", .letter = 'e', .value = "KEY=VALUE",
		.help = "Set a variable; KEY alone takes the project's value"),
	O_INT(struct exec, index, "index", .value = "N",
		.help = "Number of the container, where the service has several"),
	O_BOOL(struct exec, interactive, "interactive", .letter = 'i', .preset = "true",
		.help = "Pass standard input on", .flags = OPTION_HIDDEN),
	O_TRI(struct exec, no_tty, "no-tty", .letter = 'T',
		.help = "No terminal inside; so also where input or output is none here"),
	O_TRI(struct exec, no_tty, "no-TTY", .flags = OPTION_HIDDEN),
	O_BOOL(struct exec, privileged, "privileged",
		.help = "Give the command all privileges"),
	O_TRI(struct exec, tty, "tty", .letter = 't', .help = "A terminal inside",
		.flags = OPTION_HIDDEN),
	O_TEXT(struct exec, user, "user", .letter = 'u', .value = "USER[:GROUP]",
		.help = "Run as this user"),
	O_TEXT(struct exec, workdir, "workdir", .letter = 'w', .value = "DIR",
		.help = "Run in this directory of the container"),
	OPTION_END,
};

/* -e KEY without a value takes the project's; one that is not set there is left out. */
static struct node *environment_node(struct app *app, const struct strings *environment)
{
	struct node *list = node_list(&app->arena);

	for (size_t i = 0; i < environment->n; i++) {
		const char *text = environment->items[i];
		const char *value = pairs_get(&app->project->environment, text);

		if (!strchr(text, '=') && !value)
			continue;
		if (!strchr(text, '='))
			text = arena_printf(&app->arena, "%s=%s", text, value);
		node_push(&app->arena, list, node_text(&app->arena, text));
	}
	return list;
}

static struct node *command_node(struct app *app, const struct operands *operands)
{
	struct node *list = node_list(&app->arena);

	for (size_t i = 1; i < operands->n; i++)
		node_push(&app->arena, list, node_text(&app->arena, operands->items[i]));
	return list;
}

/* From the first moment on where the engine takes it (API 1.42); 1.41 does not look at
 * it. */
static void set_console_size(struct app *app, struct node *body)
{
	struct node *size = node_list(&app->arena);
	int rows, columns;

	if (!tty_size(&rows, &columns))
		return;
	node_push(&app->arena, size, node_int(&app->arena, rows));
	node_push(&app->arena, size, node_int(&app->arena, columns));
	node_set(&app->arena, body, "ConsoleSize", size);
}

static const struct node *exec_body(struct app *app, const struct exec *opts,
	const struct operands *operands, bool tty)
{
	struct arena *arena = &app->arena;
	struct node *body = node_map(arena);

	node_set_bool(arena, body, "AttachStdin", opts->interactive && !opts->detach);
	node_set_bool(arena, body, "AttachStdout", !opts->detach);
	node_set_bool(arena, body, "AttachStderr", !opts->detach);
	node_set_bool(arena, body, "Tty", tty);
	node_set_bool(arena, body, "Privileged", opts->privileged);
	node_set_text_opt(arena, body, "User", opts->user);
	node_set_text_opt(arena, body, "WorkingDir", opts->workdir);
	node_set(arena, body, "Env", environment_node(app, &opts->environment));
	node_set(arena, body, "Cmd", command_node(app, operands));
	if (tty)
		set_console_size(app, body);
	return body;
}

static const char *create_exec(
	struct app *app, const char *container, const struct node *body, struct err *err)
{
	struct await created = {.arena = &app->arena};

	engine_exec_create(app->engine, container, body, await_reply, &created);
	if (!await_call(app, &created, err))
		return NULL;
	return node_get_text(created.body, "Id");
}

static bool exit_code(struct app *app, const char *id, int *out_code, struct err *err)
{
	struct await inspected = {.arena = &app->arena};

	engine_exec_inspect(app->engine, id, await_reply, &inspected);
	if (!await_call(app, &inspected, err))
		return false;
	*out_code = (int)node_get_int(inspected.body, "ExitCode", 0);
	return true;
}

static int start_detached(struct app *app, const char *id, bool tty)
{
	struct await started = {0};
	struct err err;

	engine_exec_start(app->engine, id, true, tty, NULL, await_reply, &started);
	return await_call(app, &started, &err) ? 0 : app_fail(app, &err);
}

static int start_attached(struct app *app, const char *id, bool tty, bool interactive)
{
	const struct session_opts opts = {
		.kind = SESSION_EXEC, .id = id, .tty = tty, .interactive = interactive};
	struct session_result result;
	struct err err;
	int code;

	if (!session_run(app, &opts, &result, &err))
		return app_fail(app, &err);
	if (session_left(&result))
		return session_status(&result);
	return exit_code(app, id, &code, &err) ? code : app_fail(app, &err);
}

static int exec_run(struct app *app, const void *parsed, const struct operands *operands)
{
	const struct exec *opts = parsed;
	const struct pick pick = {
		.service = operands->items[0], .index = opt_i64_or(opts->index, 0)};
	const struct tty_choice terminal = {
		.tty = opts->tty,
		.no_tty = opts->no_tty,
		.interactive = opts->interactive && !opts->detach,
	};
	const struct observed_container *container;
	const struct observed *observed;
	const char *id;
	bool tty;
	struct err err = {0};

	if (!tty_choose_here(&terminal, &tty, &err))
		return app_fail(app, &err);
	observed = app_observe(app, OBSERVE_CONTAINERS);
	if (!observed)
		return EXIT_FAILURE;
	container = pick_container(observed, &pick, &err);
	if (!container)
		return app_fail(app, &err);
	id = create_exec(app, container->id, exec_body(app, opts, operands, tty), &err);
	if (!id)
		return app_fail(app, &err);
	return opts->detach ? start_detached(app, id, tty)
			    : start_attached(app, id, tty, opts->interactive);
}

const struct command cmd_exec = {
	.name = "exec",
	.args = "SERVICE COMMAND [ARGS...]",
	.help = "Run a command in a running container",
	.opts = exec_opts,
	.opts_size = sizeof(struct exec),
	.needs = NEEDS_NAME | NEEDS_ENGINE | STOP_AT_OPERAND | SERVICE_FIRST,
	.min_operands = 2,
	.max_operands = -1,
	.group = GROUP_INSIDE,
	.run = exec_run,
};
