/* SPDX-License-Identifier: Apache-2.0 */
/* davit: the commands that need no engine. All others are davit-engine's (DESIGN.md: why there are two). */
#include "cmd/commands.h"
#include "cmd/program.h"

#include <unistd.h>

static const struct command *const light_commands[] = {
	&cmd_completion,
	&cmd_config,
	&cmd_env,
	&cmd_version,
	NULL,
};

int main(int argc, char **argv)
{
	const struct program program = {.commands = light_commands};

	return program_run(&program, argc, argv, environ);
}
