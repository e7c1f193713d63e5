/* SPDX-License-Identifier: Apache-2.0 */
/* Completes command lines over the tables, and the hidden command that shells ask. */
#include "cmd/complete.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/commands.h"
#include "cmd/prepare.h"
#include "cmd/root.h"
#include "compose/loader/load.h"

#define HIDDEN_FLAGS (OPTION_HIDDEN | OPTION_DEPRECATED | OPTION_IGNORED)

static const struct option *find_option(const struct option *opts, const char *word)
{
	for (const struct option *o = opts; o && o->name; o++) {
		if (word[1] == '-' ? text_eq(o->name, word + 2)
				   : o->letter && word[1] == o->letter && !word[2])
			return o;
	}
	return NULL;
}

/* Is a word a flag whose value is the next word? */
static bool takes_next(const struct option *opts, const char *word)
{
	const struct option *option;

	if (word[0] != '-' || strchr(word, '='))
		return false;
	option = find_option(opts, word);
	return option && option->type != OPTION_BOOL && option->type != OPTION_TRI;
}

static void add(struct arena *arena, struct completion *out, const char *word)
{
	if (text_starts(word, out->typed))
		ARENA_PUSH(arena, out->words.items, out->words.n, word);
}

static void add_flags(
	struct arena *arena, struct completion *out, const struct option *opts)
{
	for (const struct option *o = opts; o && o->name; o++)
		if (!(o->flags & HIDDEN_FLAGS))
			add(arena, out, arena_printf(arena, "--%s", o->name));
}

/* The first word that is neither a flag nor a flag's value, or words->n - 1. */
static size_t find_command(const struct strings *words)
{
	size_t i = 0;

	while (i + 1 < words->n && words->items[i][0] == '-')
		i += takes_next(root_opts, words->items[i]) ? 2 : 1;
	return i < words->n ? i : words->n - 1;
}

static void complete_command(struct arena *arena, const struct command *command,
	const struct strings *words, struct completion *out)
{
	const char *previous = words->items[words->n - 2];

	if (takes_next(command->opts, previous))
		return;
	if (out->typed[0] == '-') {
		add_flags(arena, out, command->opts);
		add_flags(arena, out, command_common_opts);
		return;
	}
	for (size_t i = 0;
		command->words && command->words[i] && words->n == out->ncommand + 2; i++)
		add(arena, out, command->words[i]);
	out->services = (command->needs & SERVICES) ||
		((command->needs & SERVICE_FIRST) && words->n == out->ncommand + 2);
}

void complete(struct arena *arena, const struct command *const *commands,
	const struct strings *words, struct completion *out)
{
	const struct command *command;
	size_t at;

	assert(words->n > 0); /* the last one is what is typed */
	at = find_command(words);
	*out = (struct completion){.ncommand = at, .typed = words->items[words->n - 1]};
	if (at + 1 < words->n) {
		command = command_find(commands, words->items[at]);
		if (command)
			complete_command(arena, command, words, out);
		return;
	}
	if (words->n > 1 && takes_next(root_opts, words->items[words->n - 2]))
		return;
	if (out->typed[0] == '-')
		add_flags(arena, out, root_opts);
	for (; out->typed[0] != '-' && *commands; commands++)
		if (!((*commands)->needs & COMMAND_HIDDEN))
			add(arena, out, (*commands)->name);
}

/* ---- davit __complete */

static const struct option no_opts[] = {OPTION_END};

/* The services of the file that the words so far mean; without a word about what is wrong with it. */
static void print_services(
	struct app *app, const struct strings *words, const struct completion *found)
{
	char **argv = ARENA_NEW_N(&app->arena, found->ncommand + 1, char *);
	const struct project *project;
	struct root_flags flags = {0};
	struct operands rest;
	struct load_opts opts;
	struct errs errs;
	struct err err = {0};

	for (size_t i = 0; i < found->ncommand; i++)
		argv[i] = arena_strdup(&app->arena, words->items[i]);
	if (!root_parse(&app->arena, (int)found->ncommand, argv, &flags, &rest, &err) ||
		!root_settle(&app->arena, &flags, &app->environment, &app->root, &err))
		return;
	errs_init(&errs, &app->arena);
	app_load_opts(app, &opts);
	opts.remotes = NULL; /* whoever presses a key does not wait for a network */
	project = project_load(&app->arena, &opts, &errs);
	for (size_t i = 0; project && i < project->nservices; i++)
		if (text_starts(project->services[i].name, found->typed))
			app_print(app, "%s\n", project->services[i].name);
}

static int complete_run(
	struct app *app, const void *opts, const struct operands *operands)
{
	struct strings words = {0};
	struct completion found;

	(void)opts;
	for (size_t i = 0; i < operands->n; i++)
		ARENA_PUSH(&app->arena, words.items, words.n, operands->items[i]);
	complete(&app->arena, app->commands, &words, &found);
	for (size_t i = 0; i < found.words.n; i++)
		app_print(app, "%s\n", found.words.items[i]);
	if (found.services)
		print_services(app, &words, &found);
	return EXIT_SUCCESS;
}

const struct command cmd_complete = {
	.name = "__complete",
	.args = "-- WORD...",
	.help = "Tell what could stand at the end of a command line",
	.opts = no_opts,
	.needs = COMMAND_HIDDEN | STOP_AT_OPERAND,
	.min_operands = 1,
	.max_operands = -1,
	.run = complete_run,
};
