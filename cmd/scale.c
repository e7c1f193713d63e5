/* SPDX-License-Identifier: Apache-2.0 */
/* davit scale: sets how many containers services have. */
#include "base/arena.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/wishes.h"
#include "compose/planner/planner.h"

struct scale_cmd {
	bool no_deps;
};

static const struct option scale_opts[] = {
	O_BOOL(struct scale_cmd, no_deps, "no-deps",
		.help = "Leave alone what the services depend on"),
	OPTION_END,
};

static bool scale_wish(struct app *app, const void *parsed,
	const struct operands *operands, struct wish *out, struct err *err)
{
	const struct scale_cmd *opts = parsed;
	struct strings texts = {0};

	for (size_t i = 0; i < operands->n; i++)
		ARENA_PUSH(&app->arena, texts.items, texts.n, operands->items[i]);
	out->verb = VERB_SCALE;
	out->no_deps = opts->no_deps;
	if (!wish_scales(&app->arena, app->project, &texts, out, err))
		return false;
	out->services = (struct strings){.set = true};
	for (size_t i = 0; i < out->nscales; i++)
		ARENA_PUSH(&app->arena, out->services.items, out->services.n,
			out->scales[i].service);
	return true;
}

const struct command cmd_scale = {
	.name = "scale",
	.args = "SERVICE=N...",
	.help = "Set how many containers services have",
	.opts = scale_opts,
	.opts_size = sizeof(struct scale_cmd),
	.needs = NEEDS_PROJECT | NEEDS_ENGINE | CHANGES,
	.min_operands = 1,
	.max_operands = -1,
	.group = GROUP_STEPS,
	.wish = scale_wish,
};
