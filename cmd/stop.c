/* SPDX-License-Identifier: Apache-2.0 */
/* davit stop: stops containers, dependents first, and keeps them. */
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/wishes.h"
#include "compose/planner/planner.h"

struct stop {
	struct opt_i64 timeout_s;
};

static const struct option stop_opts[] = {
	O_INT(struct stop, timeout_s, "timeout", .letter = 't', .value = "SECONDS",
		.help = "How long containers have to stop before they are killed"),
	OPTION_END,
};

static bool stop_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct stop *opts = parsed;

	(void)app;
	(void)operands;
	out->verb = VERB_STOP;
	return wish_timeout(opts->timeout_s, out, err);
}

const struct command cmd_stop = {
	.name = "stop",
	.args = "[SERVICE...]",
	.help = "Stop containers, and keep them",
	.opts = stop_opts,
	.opts_size = sizeof(struct stop),
	.needs = NEEDS_NAME | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_STEPS,
	.wish = stop_wish,
};
