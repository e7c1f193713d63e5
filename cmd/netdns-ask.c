/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/netdns-ask.h"

#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "cmd/app.h"
#include "cmd/dns.h"
#include "compose/scheduler/control.h"
#include "compose/scheduler/timer.h"

enum {
	ASK_TIMEOUT_MS = 10000,
	STATUS_TRIES = 100,
	STATUS_RETRY_MS = 50,
};

struct asking {
	struct app *app;
	const struct node *reply;
	bool done;
	struct err err;
};

static void on_reply(void *ctx, const struct node *reply, const struct err *err)
{
	struct asking *asking = ctx;

	asking->done = true;
	if (reply)
		asking->reply = node_keep(&asking->app->arena, reply);
	else
		asking->err = *err;
}

static const char *control_path(struct app *app)
{
	return arena_printf(&app->arena, "%s/control.sock", netdns_directory(app));
}

static struct asking ask(struct app *app, const struct node *request)
{
	struct asking asking = {.app = app};

	control_ask(
		app->loop, control_path(app), request, ASK_TIMEOUT_MS, on_reply, &asking);
	app_run_until(app, &asking.done);
	return asking;
}

static bool is_absent(const struct err *err)
{
	return err->status == ENOENT || err->status == ECONNREFUSED;
}

const struct node *netdns_ask(struct app *app, const struct node *request)
{
	struct asking asking = ask(app, request);

	if (asking.reply)
		return asking.reply;
	if (is_absent(&asking.err))
		err_set(&asking.err, ERR_STATE,
			"netdns does not run (nobody listens at %s)\nThis starts it: "
			"davit netdns start",
			control_path(app));
	app_fail(app, &asking.err);
	return NULL;
}

struct node *netdns_request(struct app *app, const char *what)
{
	struct node *request = node_map(&app->arena);

	node_set_text(&app->arena, request, "do", what);
	return request;
}

static void on_time(void *ctx)
{
	bool *done = ctx;

	*done = true;
}

static void pause_a_little(struct app *app)
{
	struct timer *timer = NULL;
	bool done = false;

	timer_start(app->loop, STATUS_RETRY_MS, on_time, &done, &timer);
	app_run_until(app, &done);
}

const struct node *netdns_peek(struct app *app)
{
	return ask(app, netdns_request(app, "status")).reply;
}

const struct node *netdns_status(struct app *app)
{
	const struct node *request = netdns_request(app, "status");

	for (int i = 0; i < STATUS_TRIES; i++) {
		struct asking asking = ask(app, request);

		if (node_get_int(asking.reply, "serial", 0) > 0)
			return asking.reply;
		if (!asking.reply && !is_absent(&asking.err))
			return NULL;
		pause_a_little(app);
	}
	return NULL;
}
