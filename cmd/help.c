/* SPDX-License-Identifier: Apache-2.0 */
/* Help for people, out of the tables of commands and options. */
#include <string.h>

#include "base/str.h"
#include "cmd/command.h"
#include "cmd/root.h"

#define HELP_COLUMNS 96
#define NAMES_MAX_COLUMNS 34 /* longer ones have their text on the next line */

static const char *const group_titles[GROUP_COUNT] = {
	[GROUP_DAILY] = "Every day",
	[GROUP_STEPS] = "One step at a time",
	[GROUP_INSIDE] = "Inside the containers",
	[GROUP_IMAGES] = "Images",
	[GROUP_FILES] = "Files and projects",
};

/* Wraps text between indent and HELP_COLUMNS; the cursor stands at column. */
static void add_wrapped(struct str *str, const char *text, size_t column, size_t indent)
{
	if (column + 2 > indent && column > 0) {
		str_add_c(str, '\n');
		column = 0;
	}
	str_add_repeat(str, ' ', indent - column);
	column = indent;
	while (*text) {
		size_t len = strcspn(text, " \n");

		if (column > indent && column + 1 + len > HELP_COLUMNS) {
			str_add_c(str, '\n');
			str_add_repeat(str, ' ', indent);
			column = indent;
		} else if (column > indent) {
			str_add_c(str, ' ');
			column++;
		}
		str_add_n(str, text, len);
		column += len;
		text += len;
		text += strspn(text, " \n");
	}
	str_add_c(str, '\n');
}

static bool is_shown(const struct option *option)
{
	return !(option->flags & (OPTION_HIDDEN | OPTION_DEPRECATED | OPTION_IGNORED));
}

/* "  -t, --timeout SECONDS" */
static void add_spelled(struct str *str, const struct option *option)
{
	if (option->letter)
		str_printf(str, "  -%c, --%s", option->letter, option->name);
	else
		str_printf(str, "      --%s", option->name);
	if (option->value)
		str_printf(str, " %s", option->value);
}

static size_t names_width(const struct option *opts)
{
	size_t width = 0;

	for (const struct option *o = opts; o && o->name; o++) {
		auto_str line = {0};

		if (!is_shown(o))
			continue;
		add_spelled(&line, o);
		if (line.len > width && line.len <= NAMES_MAX_COLUMNS)
			width = line.len;
	}
	return width;
}

static void add_option(struct str *str, const struct option *option, size_t indent)
{
	auto_str line = {0}, text = {0};

	if (!is_shown(option))
		return;
	add_spelled(&line, option);
	str_add_n(str, line.text, line.len);
	str_add(&text, option->help);
	if (option->preset && option->type != OPTION_BOOL)
		str_printf(&text, " (%s)", option->preset);
	else if (option->preset)
		str_printf(&text, " (on; --%s=false switches it off)", option->name);
	add_wrapped(str, str_text(&text), line.len, indent);
}

/* One list in order of names; opts is sorted, and so is more. */
static void add_options(
	struct str *str, const struct option *opts, const struct option *more)
{
	size_t width = names_width(opts), other = names_width(more);
	size_t indent = (width > other ? width : other) + 3;

	while ((opts && opts->name) || (more && more->name)) {
		bool first = opts && opts->name &&
			(!more || !more->name || strcmp(opts->name, more->name) <= 0);

		add_option(str, first ? opts++ : more++, indent);
	}
}

void command_help(struct str *str, const struct command *command)
{
	str_printf(str, "Usage: davit %s [OPTIONS]", command->name);
	if (command->args)
		str_printf(str, " %s", command->args);
	str_add(str, "\n\n");
	add_wrapped(str, command->help, 0, 0);
	if (command->detail) {
		str_add_c(str, '\n');
		add_wrapped(str, command->detail, 0, 0);
	}
	if (command->aliases) {
		str_add(str, "\nAlso called:");
		for (const char *const *alias = command->aliases; *alias; alias++)
			str_printf(str, " %s", *alias);
		str_add_c(str, '\n');
	}
	str_add(str, "\nOptions:\n");
	add_options(str, command->opts, command_common_opts);
	str_add(str,
		"\nOptions for all commands stand before the command: see davit "
		"--help.\n");
}

static void add_group(
	struct str *str, const struct command *const *commands, enum command_group group)
{
	str_printf(str, "\n%s\n", group_titles[group]);
	for (; *commands; commands++) {
		size_t start = str->len;

		if ((*commands)->group != group || ((*commands)->needs & COMMAND_HIDDEN))
			continue;
		str_printf(str, "  %s", (*commands)->name);
		add_wrapped(str, (*commands)->help, str->len - start, 14);
	}
}

void root_help(struct str *str, const struct command *const *commands)
{
	str_add(str,
		"Usage: davit [OPTIONS] COMMAND\n\n"
		"Brings up what a compose.yaml describes, changes it and takes it "
		"down.\n");
	for (int group = 0; group < GROUP_COUNT; group++)
		add_group(str, commands, (enum command_group)group);
	str_add(str, "\nOptions\n");
	add_options(str, root_opts, NULL);
	str_add(str, "\ndavit COMMAND --help tells more about a command.\n");
}
