/* SPDX-License-Identifier: Apache-2.0 */
/* davit logs: what containers have said, and go on saying. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/connect.h"
#include "cmd/logview.h"
#include "cmd/when.h"
#include "compose/scheduler/follow.h"

#define NS_PER_S 1000000000

struct logs {
	bool follow;
	struct opt_i64 index;
	bool no_color;
	bool no_prefix;
	bool timestamps;
	const char *since;
	const char *tail;
	const char *until;
};

static const struct option logs_opts[] = {
	O_BOOL(struct logs, follow, "follow", .letter = 'f',
		.help = "Go on with what is written from now on"),
	O_INT(struct logs, index, "index", .value = "N",
		.help = "Number of the container, where the service has several"),
	O_BOOL(struct logs, no_color, "no-color", .help = "Output without colours"),
	O_BOOL(struct logs, no_prefix, "no-log-prefix",
		.help = "Output without the containers' names"),
	O_TEXT(struct logs, since, "since", .value = "TIME",
		.help = "Only what was written after this time: 2026-11-24T06:00:00Z, or "
			"10m ago"),
	O_TEXT(struct logs, tail, "tail", .letter = 'n', .value = "N", .preset = "all",
		.help = "Only so many of the last lines of each container"),
	O_BOOL(struct logs, timestamps, "timestamps", .letter = 't',
		.help = "Output with the time of each line"),
	O_TEXT(struct logs, until, "until", .value = "TIME",
		.help = "Only what was written before this time"),
	OPTION_END,
};

struct showing {
	struct app *app;
	const struct logs *opts;
	struct logview *view;
	uv_signal_t interrupt;
	size_t nlive; /* those included that the engine is about to start again */
	bool ready;
	bool interrupted;
	bool failed;
	struct err err;
	bool over;
};

/* Services with attach: false only when they were named (compose.md 7.3). */
static enum follow_wish wants(void *ctx, const struct follow_source *source)
{
	const struct showing *showing = ctx;
	const struct strings *named = &showing->app->services;
	const struct service *service =
		project_service(showing->app->project, source->service);
	int64_t index = opt_i64_or(showing->opts->index, 0);
	bool meant = named->n ? strings_has(named, source->service)
			      : !service || opt_bool_or(service->attach, true);

	return meant && !source->oneoff && (index == 0 || index == source->number)
		? FOLLOW_OUTPUT
		: FOLLOW_NOT;
}

/* Following ends when nothing that could say more is left. */
static void check(struct showing *showing)
{
	showing->over = showing->failed || showing->interrupted ||
		*logview_broken(showing->view) || (showing->ready && showing->nlive == 0);
}

static void on_started(void *ctx, struct follow_source *source)
{
	struct showing *showing = ctx;

	showing->nlive += !source->restarting;
	logview_expect(showing->view, source->name);
}

static void on_text(
	void *ctx, struct follow_source *source, const struct follow_text *text)
{
	struct showing *showing = ctx;

	logview_text(showing->view, source, text);
	check(showing);
}

/* Without names nothing but output is wanted; and what has ended long ago is no news. */
static bool tells_ends(const struct showing *showing)
{
	return showing->opts->follow && !showing->opts->no_prefix;
}

static void on_replaced(void *ctx, struct follow_source *source)
{
	const struct showing *showing = ctx;

	if (tells_ends(showing))
		logview_tell_replaced(showing->view, source);
}

static void on_ended(
	void *ctx, struct follow_source *source, int exit_code, bool restarts)
{
	struct showing *showing = ctx;

	logview_end(showing->view, source);
	if (tells_ends(showing) && !source->past)
		logview_tell_ended(showing->view, source, exit_code, restarts);
	showing->nlive -= !restarts;
	check(showing);
}

static void on_ready(void *ctx)
{
	struct showing *showing = ctx;

	showing->ready = true;
	check(showing);
}

static void on_done(void *ctx, const struct err *err)
{
	struct showing *showing = ctx;

	if (err) {
		showing->failed = true;
		showing->err = *err;
	}
	showing->over = true;
}

static void on_interrupt(uv_signal_t *handle, int number __attribute__((unused)))
{
	struct showing *showing = handle->data;

	showing->interrupted = true;
	check(showing);
}

static void on_closed(uv_handle_t *handle)
{
	((struct showing *)handle->data)->over = true;
}

static void show(struct showing *showing, const struct follow_opts *opts)
{
	struct follow *follow = follow_new(opts);

	logview_bind(showing->view, follow);
	uv_signal_init(showing->app->loop, &showing->interrupt);
	showing->interrupt.data = showing;
	uv_signal_start(&showing->interrupt, on_interrupt, SIGINT);
	app_run_until(showing->app, &showing->over);
	showing->over = false;
	uv_close((uv_handle_t *)&showing->interrupt, on_closed);
	app_run_until(showing->app, &showing->over);
	logview_bind(showing->view, NULL);
	follow_free(follow);
	if (!showing->interrupted)
		app_run_until(showing->app, logview_idle(showing->view));
}

static bool check_flags(struct app *app, const struct logs *opts, struct err *err)
{
	int64_t n;

	if (opts->index.set && app->services.n != 1)
		return err_set(
			err, ERR_INPUT, "--index requires one service to be selected");
	if (!text_eq(opts->tail, "all") && (!parse_i64(opts->tail, &n) || n < 0))
		return err_set(err, ERR_INPUT,
			"--tail is a number of lines, or all: \"%s\"", opts->tail);
	return true;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int end_status(struct showing *showing)
{
	if (showing->failed)
		return app_fail(showing->app, &showing->err);
	if (*logview_broken(showing->view))
		return 128 + SIGPIPE;
	return showing->interrupted ? EXIT_INTERRUPTED : EXIT_SUCCESS;
}

static int logs_run(struct app *app, const void *parsed,
	const struct operands *operands __attribute__((unused)))
{
	const struct logs *opts = parsed;
	const struct logview_opts view = {.no_color = opts->no_color,
		.no_prefix = opts->no_prefix,
		.timestamps = opts->timestamps};
	struct showing showing = {.app = app, .opts = opts};
	struct follow_opts follow = {
		.loop = app->loop,
		.project = app->project->name,
		.stay = opts->follow,
		.tail = opts->tail,
		.wants = wants,
		.started = on_started,
		.text = on_text,
		.ended = on_ended,
		.replaced = on_replaced,
		.ready = on_ready,
		.done = on_done,
		.ctx = &showing,
	};
	struct err err;
	int status;

	if (!check_flags(app, opts, &err) ||
		!when_parse(&app->arena, opts->since, now_ns(), &follow.since, &err) ||
		!when_parse(&app->arena, opts->until, now_ns(), &follow.until, &err) ||
		!app_connect(app, &err))
		return app_fail(app, &err);
	follow.engine = app->engine;
	showing.view = logview_new(app, &view);
	show(&showing, &follow);
	status = end_status(&showing);
	logview_free(showing.view);
	return status;
}

const struct command cmd_logs = {
	.name = "logs",
	.args = "[SERVICE...]",
	.help = "Show what containers have written",
	.opts = logs_opts,
	.opts_size = sizeof(struct logs),
	.needs = NEEDS_NAME | NEEDS_ENGINE | SERVICES,
	.max_operands = -1,
	.group = GROUP_DAILY,
	.run = logs_run,
};
