/* SPDX-License-Identifier: Apache-2.0 */
/* davit version. */
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/commands.h"

/* What davit does as; its labels, hashes and names are those of this version. */
#define COMPOSE_VERSION "2.40.3"

struct version {
	const char *format;
	bool is_short;
};

static const struct option version_opts[] = {
	O_TEXT(struct version, format, "format", .letter = 'f', .value = "FORMAT",
		.help = "pretty or json"),
	O_BOOL(struct version, is_short, "short",
		.help = "Only the number of the docker compose that davit does as"),
	OPTION_END,
};

static int version_run(
	struct app *app, const void *parsed, const struct operands *operands)
{
	const struct version *opts = parsed;

	(void)operands;
	if (opts->is_short)
		app_print(app, "%s\n", COMPOSE_VERSION);
	else if (text_eq(opts->format, "json"))
		app_print(app, "{\"version\":\"%s\",\"davit\":\"%s\"}\n", COMPOSE_VERSION,
			DAVIT_VERSION);
	else
		app_print(app, "davit version %s (does as Docker Compose version %s)\n",
			DAVIT_VERSION, COMPOSE_VERSION);
	return EXIT_SUCCESS;
}

const struct command cmd_version = {
	.name = "version",
	.help = "Show the version",
	.opts = version_opts,
	.opts_size = sizeof(struct version),
	.group = GROUP_FILES,
	.run = version_run,
};
