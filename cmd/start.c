/* SPDX-License-Identifier: Apache-2.0 */
/* davit start: starts containers that exist. */
#include <limits.h>

#include "cmd/app.h"
#include "cmd/command.h"
#include "compose/planner/planner.h"

struct start {
	bool wait;
	struct opt_i64 wait_timeout_s;
};

static const struct option start_opts[] = {
	O_BOOL(struct start, wait, "wait", .help = "Return when all runs and is healthy"),
	O_INT(struct start, wait_timeout_s, "wait-timeout", .value = "SECONDS",
		.help = "How long --wait waits at most"),
	OPTION_END,
};

static bool start_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct start *opts = parsed;
	int64_t timeout_s = opt_i64_or(opts->wait_timeout_s, 0);

	(void)app;
	(void)operands;
	if (timeout_s < 0 || timeout_s > INT_MAX)
		return err_set(err, ERR_INPUT, "--wait-timeout is a number of seconds");
	out->verb = VERB_START;
	out->wait = opts->wait;
	out->wait_timeout_s = (int)timeout_s;
	return true;
}

const struct command cmd_start = {
	.name = "start",
	.args = "[SERVICE...]",
	.help = "Start containers that exist",
	.opts = start_opts,
	.opts_size = sizeof(struct start),
	.needs = NEEDS_NAME | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_STEPS,
	.wish = start_wish,
};
