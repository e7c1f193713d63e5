/* SPDX-License-Identifier: Apache-2.0 */
/* The way through a run: flags, environment, command, what it needs, and the exit status. */
#include "cmd/program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/display.h"
#include "cmd/handover.h"
#include "cmd/missing.h"
#include "cmd/prepare.h"
#include "cmd/root.h"
#include "compose/loader/load.h"

#define CONFIG_FOLDER ".docker"

struct run {
	const struct program *program;
	int argc;
	char **argv;
	char **environment;
	struct app app;
	struct display display;
	struct root_flags flags;
	uv_loop_t loop;
};

/* What docker asks of a plugin before it shows it in its own help. */
static const char plugin_metadata[] =
	"{\"SchemaVersion\":\"0.1.0\",\"Vendor\":\"davit\",\"Version\":\"v" DAVIT_VERSION
	"\",\"ShortDescription\":\"Docker Compose, by davit\"}\n";

static struct pairs read_environment(struct arena *arena, char **environment)
{
	struct pairs pairs = {.set = true};

	for (; *environment; environment++) {
		const char *equals = strchr(*environment, '=');
		struct pair pair;

		if (!equals)
			continue;
		pair = (struct pair){
			.key = arena_strndup(
				arena, *environment, (size_t)(equals - *environment)),
			.value = equals + 1,
		};
		ARENA_PUSH(arena, pairs.items, pairs.n, pair);
	}
	return pairs;
}

static bool find_folders(struct app *app, struct err *err)
{
	char *cwd = getcwd(NULL, 0);

	if (!cwd)
		return err_sys(err, "find the current directory");
	app->cwd = arena_strdup(&app->arena, cwd);
	free(cwd);
	app->home = app_getenv(app, "HOME");
	app->docker_config = app->root.docker_config;
	if (!app->docker_config)
		app->docker_config = arena_printf(
			&app->arena, "%s/" CONFIG_FOLDER, app->home ? app->home : "");
	return true;
}

static bool settle(struct run *run, struct operands *out_rest, struct err *err)
{
	struct app *app = &run->app;
	const char *no_color;

	app->files = files_once(&app->arena);
	app->environment = read_environment(&app->arena, run->environment);
	no_color = app_getenv(app, "NO_COLOR");
	if (!root_parse(&app->arena, run->argc - 1, run->argv + 1, &run->flags, out_rest,
		    err) ||
		!root_settle(
			&app->arena, &run->flags, &app->environment, &app->root, err) ||
		!find_folders(app, err))
		return false;
	display_init(&run->display, &app->root, app->cwd, no_color && *no_color);
	run->display.origins = &app->origins;
	return true;
}

/* COMPOSE_* of .env count as if they had been exported (compose.md 1.4). False: errors were shown. */
static bool read_env_files(struct run *run)
{
	struct app *app = &run->app;
	struct load_opts opts;
	struct pairs found = {0};
	struct errs errs;
	struct err err = {0};

	errs_init(&errs, &app->arena);
	app_load_opts(app, &opts);
	if (!project_environment(&app->arena, &opts, &found, &errs))
		return app_show_errs(app, &errs) == 0;
	for (size_t i = 0; i < found.n; i++)
		if (text_starts(found.items[i].key, "COMPOSE_") &&
			!app_getenv(app, found.items[i].key))
			ARENA_PUSH(&app->arena, app->environment.items,
				app->environment.n, found.items[i]);
	if (root_settle_env(&run->flags, &app->environment, &app->root, &err))
		return true;
	app_fail(app, &err);
	return false;
}

static int show_command_help(struct run *run, const struct command *command)
{
	auto_str text = {0};

	command_help(&text, command);
	app_print_str(&run->app, &text);
	return EXIT_SUCCESS;
}

static int hand_on(struct run *run)
{
	struct err err = {0};

	hand_over(run->argv, run->environment, &err);
	return app_fail(&run->app, &err);
}

/* The command is one that davit can do, but not with such an option. */
static bool wants_engine(const struct command *command, const void *opts)
{
	for (const struct option *o = command->opts; o && o->name; o++)
		if ((o->flags & OPTION_NEEDS_ENGINE) &&
			*(const bool *)((const char *)opts + o->offset))
			return true;
	return false;
}

/* The command's arguments are the last nargs of argv. */
static int run_command(struct run *run, const struct command *command, size_t nargs)
{
	struct app *app = &run->app;
	void *opts = arena_alloc(&app->arena, command->opts_size + 1);
	char *const *argv = run->argv + run->argc - nargs;
	struct operands operands;
	struct common common = {0};
	struct err err = {0};

	if (!command_parse(&app->arena, command, (int)nargs, argv, opts, &operands,
		    &common, &err))
		return app_fail(app, &err);
	if (common.help)
		return show_command_help(run, command);
	if (!run->program->engine_side && wants_engine(command, opts))
		return hand_on(run);
	app->root.dry_run = app->root.dry_run || common.dry_run;
	if ((command->needs & (NEEDS_PROJECT | NEEDS_NAME | NEEDS_ENVIRONMENT)) &&
		!read_env_files(run))
		return EXIT_FAILURE;
	if (!app_prepare(app, command, &operands))
		return EXIT_FAILURE;
	return command->run ? command->run(app, opts, &operands)
			    : app->engine_side->carry_out(app, command, opts, &operands);
}

static int show_root_help(struct run *run)
{
	auto_str text = {0};

	root_help(&text, run->program->commands);
	app_print_str(&run->app, &text);
	return EXIT_SUCCESS;
}

static int unknown(struct run *run, const char *name)
{
	struct err err = {0};

	command_missing(run->program->commands, name, &err);
	return app_fail(&run->app, &err);
}

/* What the words before the command's own arguments ask for. */
struct asked {
	const char *name; /* NULL: davit itself */
	bool help;
	size_t nargs;
};

/* help [COMMAND], --help [COMMAND], --version and nothing at all are other ways to say a command. */
static struct asked what_is_asked(
	const struct root_flags *flags, const struct operands *rest)
{
	struct asked asked = {.help = flags->help};
	size_t n = rest->n;

	if (flags->version && !flags->help)
		return (struct asked){.name = "version"};
	if (n > 0 && !strcmp(rest->items[0], "help"))
		asked.help = true;
	if (n > (size_t)(asked.help && !flags->help)) {
		asked.name = rest->items[asked.help && !flags->help];
		asked.nargs = n - 1;
	}
	return asked;
}

static int dispatch(struct run *run, const struct asked *asked)
{
	const struct command *command;

	if (!asked->name)
		return run->program->engine_side ? show_root_help(run) : hand_on(run);
	if (!strcmp(asked->name, "docker-cli-plugin-metadata")) {
		app_print(&run->app, "%s", plugin_metadata);
		return EXIT_SUCCESS;
	}
	command = command_find(run->program->commands, asked->name);
	if (!command)
		return run->program->engine_side ? unknown(run, asked->name)
						 : hand_on(run);
	return asked->help ? show_command_help(run, command)
			   : run_command(run, command, asked->nargs);
}

/* A reader that went away is no error worth a word; a full disk is. */
static int flush_output(struct run *run, int status)
{
	struct err err = {0};

	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (run->app.output_errno)
		errno = run->app.output_errno;
	if (errno == EPIPE)
		return status ? status : EXIT_FAILURE;
	err_sys(&err, "write to standard output");
	return app_fail(&run->app, &err);
}

static int finish(struct run *run, int status)
{
	struct app *app = &run->app;

	status = flush_output(run, status);
	display_close(&run->display, &run->loop);
	if (app->engine_side)
		app->engine_side->finish(app);
	uv_run(&run->loop, UV_RUN_NOWAIT); /* what was closed is let go of */
	uv_loop_close(&run->loop);
	arena_finish(&app->arena);
	return status;
}

int program_run(const struct program *program, int argc, char **argv, char **environment)
{
	struct run run = {.program = program,
		.argc = argc,
		.argv = argv,
		.environment = environment};
	struct operands rest = {0};
	struct asked asked;
	struct err err = {0};

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&run.loop);
	run.app.loop = &run.loop;
	run.app.display = &run.display;
	run.app.commands = program->commands;
	run.app.engine_side = program->engine_side;
	if (!settle(&run, &rest, &err))
		return finish(&run, app_fail(&run.app, &err));
	if (program->engine_side)
		display_open(&run.display, &run.loop);
	asked = what_is_asked(&run.flags, &rest);
	return finish(&run, dispatch(&run, &asked));
}
