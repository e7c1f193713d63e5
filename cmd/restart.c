/* SPDX-License-Identifier: Apache-2.0 */
/* davit restart: stops and starts containers, in the order of their dependencies. */
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/wishes.h"
#include "compose/planner/planner.h"

struct restart {
	bool no_deps;
	struct opt_i64 timeout_s;
};

static const struct option restart_opts[] = {
	O_BOOL(struct restart, no_deps, "no-deps",
		.help = "Leave alone what asks to be restarted with the services"),
	O_INT(struct restart, timeout_s, "timeout", .letter = 't', .value = "SECONDS",
		.help = "How long containers have to stop before they are killed"),
	OPTION_END,
};

static bool restart_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct restart *opts = parsed;

	(void)app;
	(void)operands;
	out->verb = VERB_RESTART;
	out->no_deps = opts->no_deps;
	return wish_timeout(opts->timeout_s, out, err);
}

const struct command cmd_restart = {
	.name = "restart",
	.args = "[SERVICE...]",
	.help = "Stop and start containers again",
	.detail = "Changes of the file do not count here: `davit up -d` applies them.",
	.opts = restart_opts,
	.opts_size = sizeof(struct restart),
	.needs = NEEDS_NAME | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_STEPS,
	.wish = restart_wish,
};
