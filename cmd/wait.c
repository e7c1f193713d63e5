/* SPDX-License-Identifier: Apache-2.0 */
/* davit wait: until containers have ended. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/await.h"
#include "cmd/carry.h"
#include "cmd/commands.h"
#include "cmd/pick.h"
#include "compose/planner/observed.h"
#include "compose/planner/planner.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/engine.h"

struct wait {
	bool down_project;
};

static const struct option wait_opts[] = {
	O_BOOL(struct wait, down_project, "down-project",
		.help = "Take the project down when the first container has ended"),
	OPTION_END,
};

struct waiting {
	struct app *app;
	const char *id;
	struct call *call; /* NULL: has ended */
	struct waiting_all *all;
};

struct waiting_all {
	struct waiting *items;
	size_t n;
	size_t nleft;
	bool first_only;
	bool done;
	int status; /* of the last one that ended */
	bool failed;
	struct err err;
};

static void on_ended(void *ctx, const struct reply *reply)
{
	struct waiting *waiting = ctx;
	struct waiting_all *all = waiting->all;

	waiting->call = NULL;
	all->nleft--;
	all->done = all->nleft == 0 || all->first_only || reply->err;
	if (reply->err) {
		all->failed = true;
		all->err = *reply->err;
		return;
	}
	all->status = (int)node_get_int(reply->body, "StatusCode", 0);
	app_print(waiting->app, "container \"%s\" exited with status code %d\n",
		waiting->id, all->status);
}

static bool is_wanted(const struct app *app, const struct observed_container *container)
{
	return container->service && !container->oneoff && pick_is_up(container) &&
		strings_has(&app->services, container->service);
}

static void start_waiting(
	struct app *app, const struct observed *observed, struct waiting_all *all)
{
	all->items = ARENA_NEW_N(&app->arena, observed->ncontainers + 1, struct waiting);
	for (size_t i = 0; i < observed->ncontainers; i++) {
		struct waiting *waiting = &all->items[all->n];

		if (!is_wanted(app, &observed->containers[i]))
			continue;
		*waiting = (struct waiting){
			.app = app, .id = observed->containers[i].id, .all = all};
		waiting->call = engine_container_wait(
			app->engine, waiting->id, "not-running", on_ended, waiting);
		all->n++;
	}
	all->nleft = all->n;
}

static void stop_waiting(struct waiting_all *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].call)
			engine_cancel(all->items[i].call);
}

/* As `down --remove-orphans` does it. */
static int take_down(struct app *app)
{
	struct strings none = {0};
	struct wish wish;

	wish_init(app, &wish);
	wish.verb = VERB_DOWN;
	wish.services = none;
	wish.remove_orphans = true;
	return app_carry_out(app, &wish, NULL);
}

static int wait_run(struct app *app, const void *parsed,
	const struct operands *operands __attribute__((unused)))
{
	const struct wait *opts = parsed;
	const struct observed *observed = app_observe(app, OBSERVE_CONTAINERS);
	struct waiting_all all = {.first_only = opts->down_project};

	if (!observed)
		return EXIT_FAILURE;
	start_waiting(app, observed, &all);
	if (all.n == 0) {
		err_set(&all.err, ERR_INPUT, "no containers for project \"%s\"",
			app->project->name);
		return app_fail(app, &all.err);
	}
	app_run_until(app, &all.done);
	stop_waiting(&all);
	if (all.failed)
		return app_fail(app, &all.err);
	if (opts->down_project && take_down(app) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	return all.status;
}

const struct command cmd_wait = {
	.name = "wait",
	.args = "SERVICE...",
	.help = "Wait until containers have ended",
	.opts = wait_opts,
	.opts_size = sizeof(struct wait),
	.needs = NEEDS_NAME | NEEDS_ENGINE | CHANGES | SERVICES,
	.min_operands = 1,
	.max_operands = -1,
	.group = GROUP_INSIDE,
	.run = wait_run,
};
