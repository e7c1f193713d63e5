/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of commands: parsing one's arguments, finding one by name. */
#include "cmd/command.h"

#include <string.h>

#include "base/str.h"
#include "cmd/options.h"
#include "cmd/root.h"

const struct option command_common_opts[] = {
	O_BOOL(struct common, dry_run, "dry-run",
		.help = "Show what would be done, and do nothing"),
	O_BOOL(struct common, help, "help", .letter = 'h', .help = "Show this help"),
	OPTION_END,
};

/* How many operands a command takes, in words. */
static const char *count_words(const struct command *command)
{
	if (command->max_operands == 0)
		return "no arguments";
	if (command->min_operands == command->max_operands)
		return command->max_operands == 1 ? "one argument" : "two arguments";
	if (command->max_operands > 0)
		return "fewer arguments";
	return command->min_operands == 1 ? "at least one argument"
					  : "at least two arguments";
}

static bool count_fits(const struct command *command, size_t n, struct err *err)
{
	if (n >= (size_t)command->min_operands &&
		(command->max_operands < 0 || n <= (size_t)command->max_operands))
		return true;
	return err_set(err, ERR_INPUT,
		"davit %s takes %s, and got %zu\nUsage: davit %s [OPTIONS]%s%s",
		command->name, count_words(command), n, command->name,
		command->args ? " " : "", command->args ? command->args : "");
}

bool command_parse(struct arena *arena, const struct command *command, int argc,
	char *const *argv, void *out_opts, struct operands *out_operands,
	struct common *out_common, struct err *err)
{
	const struct option_target targets[] = {
		{command->opts, out_opts}, {command_common_opts, out_common}};
	const struct parse parse = {
		.targets = targets,
		.ntargets = 2,
		.stop_at_operand = command->needs & STOP_AT_OPERAND,
		.elsewhere = root_opts,
	};

	memset(out_opts, 0, command->opts_size);
	if (!options_parse(arena, &parse, argc, argv, out_operands, err))
		return false;
	return out_common->help || count_fits(command, out_operands->n, err);
}

static bool is_called(const struct command *command, const char *name)
{
	if (text_eq(command->name, name))
		return true;
	for (const char *const *alias = command->aliases; alias && *alias; alias++)
		if (text_eq(*alias, name))
			return true;
	return false;
}

const struct command *command_find(
	const struct command *const *commands, const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (is_called(commands[i], name))
			return commands[i];
	return NULL;
}
