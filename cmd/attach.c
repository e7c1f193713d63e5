/* SPDX-License-Identifier: Apache-2.0 */
/* davit attach: our terminal becomes that of a running container. */
#include <stdlib.h>

#include "base/node.h"
#include "cmd/app.h"
#include "cmd/await.h"
#include "cmd/command.h"
#include "cmd/pick.h"
#include "cmd/session.h"
#include "compose/planner/observed.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/engine.h"

struct attach {
	const char *detach_keys;
	struct opt_i64 index;
	bool no_stdin;
	bool sig_proxy;
};

static const struct option attach_opts[] = {
	O_TEXT(struct attach, detach_keys, "detach-keys", .value = "KEYS",
		.help = "Keys that let go of it: ctrl-p,ctrl-q"),
	O_INT(struct attach, index, "index", .value = "N",
		.help = "Number of the container, where the service has several"),
	O_BOOL(struct attach, no_stdin, "no-stdin",
		.help = "Do not pass standard input on"),
	O_BOOL(struct attach, sig_proxy, "sig-proxy", .preset = "true",
		.help = "Pass signals on to the process"),
	OPTION_END,
};

/* What the container was made with. NULL: err. */
static const struct node *config_of(struct app *app, const char *id, struct err *err)
{
	struct await inspected = {.arena = &app->arena};

	engine_container_inspect(app->engine, id, await_reply, &inspected);
	return await_call(app, &inspected, err) ? node_get(inspected.body, "Config")
						: NULL;
}

static int exit_status(struct app *app, const char *id)
{
	struct await ended = {.arena = &app->arena};
	struct err err;

	engine_container_wait(app->engine, id, "not-running", await_reply, &ended);
	if (!await_call(app, &ended, &err))
		return err.status == 404 ? EXIT_SUCCESS : app_fail(app, &err);
	return (int)node_get_int(ended.body, "StatusCode", 0);
}

static int converse(struct app *app, const struct attach *opts, const char *id)
{
	struct session_opts session = {.kind = SESSION_ATTACH,
		.id = id,
		.forward_signals = opts->sig_proxy,
		.detach_keys = opts->detach_keys};
	const struct node *config;
	struct session_result result;
	struct err err = {0};

	config = config_of(app, id, &err);
	if (!config)
		return app_fail(app, &err);
	session.tty = node_get_bool(config, "Tty");
	session.interactive = !opts->no_stdin && node_get_bool(config, "OpenStdin");
	session.resize_when_ready = true;
	if (!session_run(app, &session, &result, &err))
		return app_fail(app, &err);
	return session_left(&result) ? session_status(&result) : exit_status(app, id);
}

static int attach_run(struct app *app, const void *parsed,
	const struct operands *operands __attribute__((unused)))
{
	const struct attach *opts = parsed;
	const struct pick pick = {
		.service = app->services.items[0], .index = opt_i64_or(opts->index, 0)};
	const struct observed *observed = app_observe(app, OBSERVE_CONTAINERS);
	const struct observed_container *container;
	struct err err = {0};

	if (!observed)
		return EXIT_FAILURE;
	container = pick_container(observed, &pick, &err);
	return container ? converse(app, opts, container->id) : app_fail(app, &err);
}

const struct command cmd_attach = {
	.name = "attach",
	.args = "SERVICE",
	.help = "Attach to a running container",
	.opts = attach_opts,
	.opts_size = sizeof(struct attach),
	.needs = NEEDS_NAME | NEEDS_ENGINE | SERVICE_FIRST,
	.min_operands = 1,
	.max_operands = 1,
	.group = GROUP_INSIDE,
	.run = attach_run,
};
