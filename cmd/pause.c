/* SPDX-License-Identifier: Apache-2.0 */
/* davit pause, unpause: hold running containers where they are, and let them go on. */
#include "cmd/app.h"
#include "cmd/command.h"
#include "compose/planner/planner.h"

static const struct option no_opts[] = {OPTION_END};

static bool pause_wish(struct app *app, const void *opts, const struct operands *operands,
	struct wish *out, struct err *err)
{
	(void)app;
	(void)opts;
	(void)operands;
	(void)err;
	out->verb = VERB_PAUSE;
	return true;
}

static bool unpause_wish(struct app *app, const void *opts,
	const struct operands *operands, struct wish *out, struct err *err)
{
	(void)app;
	(void)opts;
	(void)operands;
	(void)err;
	out->verb = VERB_UNPAUSE;
	return true;
}

const struct command cmd_pause = {
	.name = "pause",
	.args = "[SERVICE...]",
	.help = "Hold running containers where they are",
	.opts = no_opts,
	.needs = NEEDS_NAME | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_STEPS,
	.wish = pause_wish,
};

const struct command cmd_unpause = {
	.name = "unpause",
	.args = "[SERVICE...]",
	.help = "Let paused containers go on",
	.opts = no_opts,
	.needs = NEEDS_NAME | NEEDS_ENGINE | CHANGES | SERVICES,
	.max_operands = -1,
	.group = GROUP_STEPS,
	.wish = unpause_wish,
};
