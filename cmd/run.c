/* SPDX-License-Identifier: Apache-2.0 */
/* davit run: one container of a service, for one command, with what the service depends
 * on. */
#include "base/node.h"
#include "base/str.h"
#include "base/words.h"
#include "cmd/app.h"
#include "cmd/await.h"
#include "cmd/carry.h"
#include "cmd/commands.h"
#include "cmd/consent.h"
#include "cmd/session.h"
#include "cmd/tty-choice.h"
#include "compose/loader/dotenv.h"
#include "compose/loader/env.h"
#include "compose/loader/load.h"
#include "compose/planner/plan.h"
#include "compose/planner/planner.h"
#include "engine-client/engine.h"

#include <string.h>

struct run {
	bool build;
	bool detach;
	bool interactive;
	bool no_deps;
	bool quiet;
	bool quiet_build;
	bool quiet_pull;
	bool remove;
	bool remove_orphans;
	bool service_ports;
	bool use_aliases;
	struct opt_bool tty;
	struct opt_bool no_tty;
	struct strings cap_add;
	struct strings cap_drop;
	struct strings environment;
	struct strings env_files;
	struct strings labels;
	struct strings publish;
	struct strings volumes;
	const char *entrypoint;
	const char *name;
	const char *pull;
	const char *user;
	const char *workdir;
};

static const struct option run_opts[] = {
	O_BOOL(struct run, build, "build", .help = "Build the image first"),
	O_TEXTS(struct run, cap_add, "cap-add", .value = "CAPABILITY",
		.help = "Add a Linux capability"),
	O_TEXTS(struct run, cap_drop, "cap-drop", .value = "CAPABILITY",
		.help = "Drop a Linux capability"),
	O_BOOL(struct run, detach, "detach", .letter = 'd',
		.help = "Leave the container running, and print its id"),
	O_TEXT(struct run, entrypoint, "entrypoint", .value = "COMMAND",
		.help = "Replace the image's entrypoint"),
	O_TEXTS(struct run, environment, "env", .letter = 'e', .value = "KEY=VALUE",
		.help = "Set a variable; KEY alone takes the project's value"),
	O_TEXTS(struct run, env_files, "env-from-file", .value = "FILE",
		.help = "Set the variables of a file"),
	O_BOOL(struct run, interactive, "interactive", .letter = 'i', .preset = "true",
		.help = "Pass standard input on"),
	O_TEXTS(struct run, labels, "label", .letter = 'l', .value = "KEY=VALUE",
		.help = "Add or replace a label"),
	O_TEXTS(struct run, labels, "labels", .flags = OPTION_HIDDEN,
		.value = "KEY=VALUE"),
	O_TEXT(struct run, name, "name", .value = "NAME",
		.help = "Name of the container"),
	O_BOOL(struct run, no_deps, "no-deps",
		.help = "Leave the service's dependencies alone"),
	O_TRI(struct run, no_tty, "no-tty", .letter = 'T',
		.help = "No terminal inside; so also where input or output is none here"),
	O_TRI(struct run, no_tty, "no-TTY", .flags = OPTION_HIDDEN),
	O_TEXTS(struct run, publish, "publish", .letter = 'p', .value = "PORT",
		.help = "Publish a port instead of the service's"),
	O_TEXT(struct run, pull, "pull", .value = "POLICY",
		.help = "When to pull images: always, missing, never"),
	O_BOOL(struct run, quiet, "quiet", .letter = 'q', .help = "No progress"),
	O_BOOL(struct run, quiet_build, "quiet-build", .help = "No output of builds"),
	O_BOOL(struct run, quiet_pull, "quiet-pull", .help = "No progress of pulls"),
	O_BOOL(struct run, remove_orphans, "remove-orphans",
		.help = "Remove containers of services that are no longer there"),
	O_BOOL(struct run, remove, "rm",
		.help = "Remove the container once it has ended"),
	O_BOOL(struct run, service_ports, "service-ports", .letter = 'P',
		.help = "Publish the service's ports"),
	O_TRI(struct run, tty, "tty", .letter = 't', .help = "A terminal inside",
		.flags = OPTION_HIDDEN),
	O_BOOL(struct run, use_aliases, "use-aliases",
		.help = "Answer to the service's names in its networks"),
	O_TEXT(struct run, user, "user", .letter = 'u', .value = "USER[:GROUP]",
		.help = "Run as this user"),
	O_TEXTS(struct run, volumes, "volume", .letter = 'v', .value = "SOURCE:TARGET",
		.help = "Mount one more volume or directory"),
	O_TEXTS(struct run, volumes, "volumes", .flags = OPTION_HIDDEN,
		.value = "SOURCE:TARGET"),
	O_TEXT(struct run, workdir, "workdir", .letter = 'w', .value = "DIR",
		.help = "Run in this directory of the container"),
	OPTION_END,
};

static bool check(const struct run *opts, struct err *err)
{
	if (opts->service_ports && opts->publish.n)
		return err_set(
			err, ERR_INPUT, "--service-ports and --publish are incompatible");
	for (size_t i = 0; i < opts->labels.n; i++)
		if (!strchr(opts->labels.items[i], '='))
			return err_set(err, ERR_INPUT,
				"label must be set as KEY=VALUE: \"%s\"",
				opts->labels.items[i]);
	return true;
}

/* Files fill, -e overrides; -e KEY takes the project's value, and counts for nothing
 * where there is none. */
static bool read_environment(
	struct app *app, const struct run *opts, struct strings *out, struct err *err)
{
	struct arena *arena = &app->arena;
	struct env project, own;
	struct errs errs;
	struct pairs pairs;

	errs_init(&errs, arena);
	env_init(&project, arena, NULL);
	env_add(&project, &app->project->environment);
	env_init(&own, arena, NULL);
	for (size_t i = 0; i < opts->env_files.n; i++)
		dotenv_read_file(arena, &files_system, opts->env_files.items[i],
			opts->env_files.items[i], DOTENV, &own, &errs);
	if (errs_failed(&errs)) {
		app_show_errs(app, &errs);
		return err_set(err, ERR_INPUT, "--env-from-file could not be read");
	}
	for (size_t i = 0; i < opts->environment.n; i++) {
		const char *text = opts->environment.items[i];
		const char *equals = strchr(text, '=');
		const char *value = equals ? equals + 1 : env_get(&project, text);

		if (value)
			env_set(&own,
				equals ? arena_strndup(
						 arena, text, (size_t)(equals - text))
				       : text,
				value, (struct pos){0});
	}
	pairs = env_pairs(arena, &own);
	for (size_t i = 0; i < pairs.n; i++)
		ARENA_PUSH(arena, out->items, out->n,
			arena_printf(arena, "%s=%s", pairs.items[i].key,
				pairs.items[i].value));
	return true;
}

static bool read_entrypoint(
	struct arena *arena, const char *text, struct strings *out, struct err *err)
{
	if (!text)
		return true;
	out->set = true;
	if (words_split(arena, text, out) == WORDS_WRONG)
		return err_set(err, ERR_INPUT,
			"--entrypoint cannot be split into words: %s", text);
	return true;
}

static void read_command(
	struct arena *arena, const struct operands *operands, struct strings *out)
{
	for (size_t i = 1; i < operands->n; i++)
		ARENA_PUSH(arena, out->items, out->n, operands->items[i]);
	out->set = out->n > 0;
}

static bool run_wish(struct app *app, const void *parsed, const struct operands *operands,
	struct wish *out, struct err *err)
{
	const struct run *opts = parsed;
	const struct tty_choice terminal = {
		.tty = opts->tty,
		.no_tty = opts->no_tty,
		.interactive = opts->interactive && !opts->detach,
	};
	struct run_wish *run = ARENA_NEW(&app->arena, struct run_wish);

	*run = (struct run_wish){
		.service = app->services.items[0],
		.labels = opts->labels,
		.publish = opts->publish,
		.volumes = opts->volumes,
		.cap_add = opts->cap_add,
		.cap_drop = opts->cap_drop,
		.name = opts->name,
		.user = opts->user,
		.workdir = opts->workdir,
		.service_ports = opts->service_ports,
		.use_aliases = opts->use_aliases,
		.remove = opts->remove,
		.interactive = opts->interactive,
		.detach = opts->detach,
	};
	read_command(&app->arena, operands, &run->command);
	out->verb = VERB_RUN;
	out->run = run;
	out->build = opts->build;
	out->pull = opts->pull;
	out->no_deps = opts->no_deps;
	out->remove_orphans = opts->remove_orphans;
	out->quiet = opts->quiet_build || opts->quiet;
	return check(opts, err) && tty_choose_here(&terminal, &run->tty, err) &&
		read_entrypoint(&app->arena, opts->entrypoint, &run->entrypoint, err) &&
		read_environment(app, opts, &run->environment, err);
}

static const char *created_name(const struct plan *plan)
{
	for (size_t i = plan->nactions; i > 0; i--)
		if (plan->actions[i - 1].kind == ACTION_CONTAINER_CREATE)
			return plan->actions[i - 1].name;
	return NULL;
}

static int print_id(struct app *app, const char *name)
{
	struct await inspected = {.arena = &app->arena};
	struct err err;

	engine_container_inspect(app->engine, name, await_reply, &inspected);
	if (!await_call(app, &inspected, &err))
		return app_fail(app, &err);
	app_print(app, "%s\n", node_get_text(inspected.body, "Id"));
	return EXIT_SUCCESS;
}

/* The engine watches for the container's end before it starts: however short it lives,
 * its status is told. */
struct ending {
	struct await await;
	struct call *call;
	bool watched;
};

static void on_watched(void *ctx)
{
	((struct ending *)ctx)->watched = true;
}

static void on_ended(void *ctx, const struct reply *reply)
{
	struct ending *ending = ctx;

	await_reply(&ending->await, reply);
	ending->call = NULL;
	ending->watched = true;
}

static void watch_ending(
	struct app *app, const char *name, bool remove, struct ending *out)
{
	*out = (struct ending){.await.arena = &app->arena};
	out->call = engine_container_wait(
		app->engine, name, remove ? "removed" : "next-exit", on_ended, out);
	engine_on_ready(out->call, on_watched);
}

static bool start(struct app *app, const char *name, struct err *err)
{
	struct await started = {0};

	engine_container_start(app->engine, name, await_reply, &started);
	return await_call(app, &started, err);
}

static bool converse(struct app *app, const char *name, struct session *session,
	struct ending *ending, struct err *err)
{
	app_run_until(app, &ending->watched);
	app_run_until(app, session_ready(session));
	if (ending->await.failed || session_result(session)->failed) {
		*err = ending->await.failed ? ending->await.err
					    : session_result(session)->err;
		return false;
	}
	if (!start(app, name, err))
		return false;
	session_resize(session);
	app_run_until(app, session_done(session));
	return true;
}

static int end_status(struct app *app, struct session *session, struct ending *ending)
{
	const struct session_result *result = session_result(session);
	struct err err;

	if (session_left(result))
		return session_status(result);
	if (!await_call(app, &ending->await, &err))
		return app_fail(app, &err);
	return (int)node_get_int(ending->await.body, "StatusCode", 0);
}

static int run_attached(struct app *app, const struct run_wish *run, const char *name)
{
	const struct session_opts opts = {
		.kind = SESSION_ATTACH,
		.id = name,
		.tty = run->tty,
		.interactive = run->interactive,
		.forward_signals = true,
	};
	struct session *session;
	struct ending ending;
	struct err err;
	int status;

	watch_ending(app, name, run->remove, &ending);
	session = session_new(app->loop, app->engine, &opts, &err);
	if (session && converse(app, name, session, &ending, &err)) {
		status = end_status(app, session, &ending);
		session_free(session);
	} else {
		session_free(session);
		status = app_fail(app, &err);
	}
	if (ending.call)
		engine_cancel(ending.call);
	return status;
}

static int run_run(struct app *app, const void *opts, const struct operands *operands)
{
	struct wish wish;
	const struct plan *plan = NULL;
	struct err err = {0};
	int status;

	if (!command_wish(app, &cmd_run, opts, operands, &wish, &err))
		return app_fail(app, &err);
	if (!app->root.dry_run && !consent(app, false, &err))
		return err.kind ? app_fail(app, &err) : EXIT_FAILURE;
	status = app_carry_out(app, &wish, &plan);
	if (status || app->root.dry_run || !plan)
		return status;
	return wish.run->detach ? print_id(app, created_name(plan))
				: run_attached(app, wish.run, created_name(plan));
}

const struct command cmd_run = {
	.name = "run",
	.args = "SERVICE [COMMAND] [ARGS...]",
	.help = "Run a command in a new container of a service",
	.opts = run_opts,
	.opts_size = sizeof(struct run),
	.needs = NEEDS_PROJECT | NEEDS_ENGINE | CHANGES | STOP_AT_OPERAND | SERVICE_FIRST,
	.min_operands = 1,
	.max_operands = -1,
	.group = GROUP_INSIDE,
	.wish = run_wish,
	.run = run_run,
};
