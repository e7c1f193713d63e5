/* SPDX-License-Identifier: Apache-2.0 */
/* davit kill: sends a signal to running containers. */
#include "cmd/app.h"
#include "cmd/command.h"
#include "compose/planner/planner.h"

struct kill {
	struct opt_bool remove_orphans;
	const char *signal;
};

static const struct option kill_opts[] = {
	O_TRI(struct kill, remove_orphans, "remove-orphans",
		.help = "Remove containers of services that the file does not have"),
	O_TEXT(struct kill, signal, "signal", .letter = 's', .value = "SIGNAL",
		.preset = "SIGKILL", .help = "What to send"),
	OPTION_END,
};

static bool kill_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct kill *opts = parsed;

	(void)operands;
	(void)err;
	out->verb = VERB_KILL;
	out->signal = opts->signal;
	out->remove_orphans = opt_bool_or(opts->remove_orphans,
		app_getenv_bool(app, "COMPOSE_REMOVE_ORPHANS", false));
	return true;
}

const struct command cmd_kill = {
	.name = "kill",
	.args = "[SERVICE...]",
	.help = "Send a signal to running containers",
	.opts = kill_opts,
	.opts_size = sizeof(struct kill),
	.needs = NEEDS_NAME | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_STEPS,
	.wish = kill_wish,
};
