/* SPDX-License-Identifier: Apache-2.0 */
/* Says what to do instead of a command that is not there. */
#include "cmd/missing.h"

#include <stddef.h>
#include <string.h>

#include "base/err.h"
#include "base/nearest.h"
#include "cmd/command.h"

struct missing {
	const char *name;
	const char *instead; /* the docker command that does it */
};

static const struct missing missing_commands[] = {
	{"alpha", "docker compose alpha ..."},
	{"bridge", "docker compose bridge ..."},
	{"commit", "docker commit CONTAINER (davit ps tells the names)"},
	{"cp", "docker cp CONTAINER:PATH PATH (davit ps tells the names)"},
	{"events", "docker events --filter label=com.docker.compose.project=NAME"},
	{"export", "docker export CONTAINER (davit ps tells the names)"},
	{"stats", "docker stats $(davit ps -q)"},
	{"viz", "docker compose alpha viz"},
	{"watch", "docker compose watch"},
};

static const char *nearest_command(
	const struct command *const *commands, const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (; *commands; commands++)
		if (!((*commands)->needs & COMMAND_HIDDEN))
			nearest_offer(&nearest, (*commands)->name);
	return nearest.best;
}

bool command_missing(
	const struct command *const *commands, const char *name, struct err *err)
{
	const char *near = nearest_command(commands, name);

	for (size_t i = 0; i < sizeof(missing_commands) / sizeof(*missing_commands); i++)
		if (!strcmp(missing_commands[i].name, name))
			return err_set(err, ERR_INPUT,
				"davit %s is not there yet. This does it: %s", name,
				missing_commands[i].instead);
	if (near)
		return err_set(err, ERR_INPUT,
			"unknown command: davit %s\nDid you mean %s?", name, near);
	return err_set(err, ERR_INPUT,
		"unknown command: davit %s\ndavit --help lists all of them.", name);
}
