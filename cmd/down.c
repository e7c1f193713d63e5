/* SPDX-License-Identifier: Apache-2.0 */
/* davit down: stops and removes what up has made. */
#include <string.h>

#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/wishes.h"
#include "compose/planner/planner.h"

struct down {
	struct opt_bool remove_orphans;
	const char *rmi;
	struct opt_i64 timeout_s;
	bool volumes;
};

static const struct option down_opts[] = {
	O_TRI(struct down, remove_orphans, "remove-orphans",
		.help = "Remove containers of services that the file does not have"),
	O_TEXT(struct down, rmi, "rmi", .value = "WHICH",
		.help = "Remove images, too: local (built without a name of their own) "
			"or all"),
	O_INT(struct down, timeout_s, "timeout", .letter = 't', .value = "SECONDS",
		.help = "How long containers have to stop before they are killed"),
	O_BOOL(struct down, volumes, "volume", .flags = OPTION_DEPRECATED,
		.help = "The same as --volumes"),
	O_BOOL(struct down, volumes, "volumes", .letter = 'v',
		.help = "Remove the volumes, too, with all that is in them"),
	OPTION_END,
};

static bool down_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct down *opts = parsed;

	(void)operands;
	if (opts->rmi && strcmp(opts->rmi, "all") != 0 && strcmp(opts->rmi, "local") != 0)
		return err_set(err, ERR_INPUT,
			"invalid value for --rmi: \"%s\"\nIt is local or all.",
			opts->rmi);
	out->verb = VERB_DOWN;
	out->remove_orphans = opt_bool_or(opts->remove_orphans,
		app_getenv_bool(app, "COMPOSE_REMOVE_ORPHANS", false));
	out->rmi = opts->rmi;
	out->volumes = opts->volumes;
	return wish_timeout(opts->timeout_s, out, err);
}

const struct command cmd_down = {
	.name = "down",
	.args = "[SERVICE...]",
	.help = "Stop and remove containers and networks",
	.detail = "Volumes stay, unless -v says so; what the file calls external is "
		  "never touched. With "
		  "services named, they and whatever depends on them are removed.",
	.opts = down_opts,
	.opts_size = sizeof(struct down),
	.needs = NEEDS_NAME | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_DAILY,
	.wish = down_wish,
};
