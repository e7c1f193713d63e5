/* SPDX-License-Identifier: Apache-2.0 */
/* davit __man: the manual page davit(1), in scdoc's language, out of the tables. The build asks for it. */
#include <string.h>

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/commands.h"
#include "cmd/root.h"

static const struct option no_opts[] = {OPTION_END};

static const char head[] =
	"davit(1)\n\n"
	"# NAME\n\n"
	"davit - bring up what a Compose file describes, change it and take it down\n\n"
	"# SYNOPSIS\n\n"
	"*davit* [_OPTIONS_] _COMMAND_ [_ARGS_]\n\n"
	"# DESCRIPTION\n\n"
	"davit reads Compose files, compares what they describe with what the engine "
	"runs, makes a plan, and "
	"carries the plan out. *davit plan* shows the plan, with reasons, without "
	"carrying it out. Files, flags, "
	"labels, names and exit codes are those of docker compose; *davit-compose*(7) "
	"tells where davit differs.\n\n";

static const char tail[] =
	"# ENVIRONMENT\n\n"
	"*COMPOSE_FILE*, *COMPOSE_PROJECT_NAME*, *COMPOSE_PROFILES*, "
	"*COMPOSE_ENV_FILES*, *COMPOSE_PROGRESS*, "
	"*COMPOSE_ANSI*, *COMPOSE_PARALLEL_LIMIT*, *COMPOSE_REMOVE_ORPHANS*, "
	"*COMPOSE_IGNORE_ORPHANS*\n"
	"	As the flags of these names; flags win. They may stand in .env as "
	"well.\n\n"
	"*DOCKER_HOST*, *DOCKER_CONTEXT*, *DOCKER_CONFIG*, *DOCKER_TLS_VERIFY*, "
	"*DOCKER_CERT_PATH*, "
	"*DOCKER_API_VERSION*\n"
	"	Which engine, as docker(1) has it.\n\n"
	"*NO_COLOR*\n"
	"	No colours.\n\n"
	"# EXIT STATUS\n\n"
	"0: done, or nothing to do. 1: an error. 2: *davit plan* has found changes. 130: "
	"ended by Ctrl-C. "
	"*davit exec* and *davit run* exit as the command inside does.\n\n"
	"# SEE ALSO\n\n"
	"*davit-compose*(7), *docker*(1)\n";

/* Underscores and stars would be marks. */
static void add_escaped(struct str *str, const char *text)
{
	for (; *text; text++) {
		if (strchr("_*\\#`~", *text))
			str_add_c(str, '\\');
		str_add_c(str, *text);
	}
}

static void add_option(struct str *str, const struct option *option)
{
	if (option->flags & (OPTION_HIDDEN | OPTION_DEPRECATED | OPTION_IGNORED))
		return;
	if (option->letter)
		str_printf(str, "*-%c*, ", option->letter);
	str_printf(str, "*--%s*", option->name);
	if (option->value) {
		str_add(str, " ");
		add_escaped(str, option->value);
	}
	str_add(str, "\n\t");
	add_escaped(str, option->help);
	if (option->preset) {
		str_add(str, " (");
		add_escaped(str, option->preset);
		str_add_c(str, ')');
	}
	str_add(str, "\n\n");
}

static void add_options(struct str *str, const struct option *opts)
{
	for (; opts && opts->name; opts++)
		add_option(str, opts);
}

static void add_command(struct str *str, const struct command *command)
{
	str_printf(str, "## davit %s ", command->name);
	if (command->args)
		add_escaped(str, command->args);
	str_add(str, "\n\n");
	add_escaped(str, command->help);
	str_add(str, ".");
	if (command->detail) {
		str_add_c(str, ' ');
		add_escaped(str, command->detail);
	}
	str_add(str, "\n\n");
	add_options(str, command->opts);
}

static int man_run(struct app *app, const void *opts, const struct operands *operands)
{
	auto_str text = {0};

	(void)opts;
	(void)operands;
	str_add(&text, head);
	str_add(&text, "# OPTIONS\n\n");
	add_options(&text, root_opts);
	str_add(&text,
		"# COMMANDS\n\nAll of them also take *--dry-run* and *--help*.\n\n");
	for (const struct command *const *command = app->commands; *command; command++)
		if (!((*command)->needs & COMMAND_HIDDEN))
			add_command(&text, *command);
	str_add(&text, tail);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

const struct command cmd_man = {
	.name = "__man",
	.help = "Print the manual page in scdoc's language",
	.opts = no_opts,
	.needs = COMMAND_HIDDEN,
	.run = man_run,
};
