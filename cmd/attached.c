/* SPDX-License-Identifier: Apache-2.0 */
/* `up` without -d: the plan, the containers' output, and the stop at the end. */
#include "cmd/attached.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/attach-set.h"
#include "cmd/carry.h"
#include "cmd/connect.h"
#include "cmd/display.h"
#include "cmd/lines.h"
#include "cmd/logview.h"
#include "compose/planner/plan.h"
#include "compose/planner/planner.h"
#include "compose/scheduler/follow.h"

enum {
	NSIGNALS = 2,
	NSIGNALS_KILL = 2, /* the second one kills what does not stop */
	NSIGNALS_LEAVE =
		3, /* the third leaves all as it is, and a terminal that takes nothing */
};

struct attached {
	struct app *app;
	const struct wish *wish;
	const struct attached_opts *opts;
	struct strings shown; /* services whose output is shown; of the others only the
				 end counts */
	struct logview *view;
	struct follow *follow;
	uv_signal_t signals[NSIGNALS];
	unsigned nsignals;
	unsigned nclosed;
	struct strings names;   /* of containers whose output is shown */
	struct strings started; /* names of containers that the plan starts, among those
				   that count */
	size_t nlive;
	size_t nrestarting; /* ended, and about to be started again by the engine */
	bool stopping;
	bool ready;       /* what starts from now on is seen */
	bool carried_out; /* the plan */
	bool aborted;     /* a container's end is to end all */
	bool has_status;
	int status; /* of the container that decides */
	bool failed;
	struct err err; /* following is over */
	bool over;      /* nothing is left to wait for */
	bool stopped;   /* nothing runs any more, all was told */
};

static bool is_shown(const struct attached *attached, const char *service)
{
	return strings_has(&attached->shown, service);
}

static bool counts(const struct attached *attached, const char *service)
{
	const struct strings *services = &attached->wish->services;

	return services->n == 0 || strings_has(services, service);
}

/* Events may come later than the answers to the calls that caused them. */
static bool all_started_seen(const struct attached *attached)
{
	for (size_t i = 0; i < attached->started.n; i++)
		if (!follow_has_seen(attached->follow, attached->started.items[i]))
			return false;
	return true;
}

static void check(struct attached *attached)
{
	bool quiet = attached->nlive == 0 && all_started_seen(attached) &&
		(attached->stopping || attached->nrestarting == 0);

	attached->stopped = attached->failed || quiet ||
		*logview_broken(attached->view) || attached->nsignals >= NSIGNALS_LEAVE;
	attached->over = attached->carried_out &&
		(attached->stopped || attached->aborted || attached->nsignals > 0);
}

/* ---- what the follower tells */

static enum follow_wish wants(void *ctx, const struct follow_source *source)
{
	const struct attached *attached = ctx;

	if (source->oneoff)
		return FOLLOW_NOT;
	if (is_shown(attached, source->service))
		return FOLLOW_OUTPUT;
	return counts(attached, source->service) ? FOLLOW_LIFE : FOLLOW_NOT;
}

static void on_started(void *ctx, struct follow_source *source)
{
	struct attached *attached = ctx;

	if (counts(attached, source->service)) {
		attached->nlive++;
		attached->nrestarting -= source->restarting;
	}
	if (is_shown(attached, source->service) && !attached->carried_out &&
		!strings_has(&attached->names, source->name))
		ARENA_PUSH(&attached->app->arena, attached->names.items,
			attached->names.n, source->name);
}

static void on_text(
	void *ctx, struct follow_source *source, const struct follow_text *text)
{
	struct attached *attached = ctx;

	logview_text(attached->view, source, text);
	if (*logview_broken(attached->view))
		check(attached);
}

/* --exit-code-from names whose first end decides; else it is the one that ends all. */
static void note_end(struct attached *attached, const char *service, int code)
{
	const struct attached_opts *opts = attached->opts;
	bool aborts = opts->abort_on_exit || (opts->abort_on_failure && code != 0);
	bool decides = opts->exit_code_from ? text_eq(service, opts->exit_code_from)
					    : aborts && !attached->aborted;

	if (decides && !attached->has_status) {
		attached->has_status = true;
		attached->status = code;
	}
	attached->aborted = attached->aborted || aborts;
}

static void on_ended(void *ctx, struct follow_source *source, int code, bool restarts)
{
	struct attached *attached = ctx;

	if (is_shown(attached, source->service)) {
		logview_end(attached->view, source);
		logview_tell_ended(attached->view, source, code, restarts);
	}
	if (counts(attached, source->service)) {
		attached->nlive--;
		attached->nrestarting += restarts;
		if (!restarts)
			note_end(attached, source->service, code);
	}
	check(attached);
}

/* Those that this plan replaces are told of by the progress. */
static void on_replaced(void *ctx, struct follow_source *source)
{
	const struct attached *attached = ctx;

	if (attached->carried_out)
		logview_tell_replaced(attached->view, source);
}

static void on_ready(void *ctx)
{
	((struct attached *)ctx)->ready = true;
}

static void on_done(void *ctx, const struct err *err)
{
	struct attached *attached = ctx;

	attached->ready = true;
	attached->failed = true;
	attached->err = *err;
	check(attached);
}

/* ---- signals */

static void on_signal(uv_signal_t *handle, int number __attribute__((unused)))
{
	struct attached *attached = handle->data;

	attached->nsignals++;
	check(attached);
}

static void on_closed(uv_handle_t *handle)
{
	((struct attached *)handle->data)->nclosed++;
}

static void watch_signals(struct attached *attached)
{
	static const int numbers[NSIGNALS] = {SIGINT, SIGTERM};

	for (size_t i = 0; i < NSIGNALS; i++) {
		uv_signal_init(attached->app->loop, &attached->signals[i]);
		attached->signals[i].data = attached;
		uv_signal_start(&attached->signals[i], on_signal, numbers[i]);
	}
}

static void unwatch_signals(struct attached *attached)
{
	for (size_t i = 0; i < NSIGNALS; i++)
		uv_close((uv_handle_t *)&attached->signals[i], on_closed);
	while (attached->nclosed < NSIGNALS)
		uv_run(attached->app->loop, UV_RUN_ONCE);
}

/* ---- before the plan is carried out */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void note_start(struct attached *attached, const struct action *action)
{
	struct arena *arena = &attached->app->arena;

	if (action->kind != ACTION_CONTAINER_START || !action->service)
		return;
	if (counts(attached, action->service))
		ARENA_PUSH(arena, attached->started.items, attached->started.n,
			action->label);
	if (is_shown(attached, action->service) &&
		!strings_has(&attached->names, action->label))
		ARENA_PUSH(
			arena, attached->names.items, attached->names.n, action->label);
}

static void say_names(struct attached *attached)
{
	const char *project = attached->app->project->name;
	struct strings *names = &attached->names;
	auto_str line = {0};

	if (!names->n)
		return;
	qsort(names->items, names->n, sizeof(*names->items), compare_names);
	for (size_t i = 0; i < names->n; i++) {
		str_printf(&line, "%s%s", i ? ", " : "Attaching to ",
			line_name(names->items[i], project));
		logview_expect(attached->view, names->items[i]);
	}
	logview_say(attached->view, str_text(&line));
}

/* Interrupted while it was being made: then it is not carried out. */
static bool on_planned(void *ctx, const struct plan *plan)
{
	struct attached *attached = ctx;

	for (size_t i = 0; i < plan->nactions; i++)
		note_start(attached, &plan->actions[i]);
	if (attached->nsignals)
		return false;
	say_names(attached);
	return true;
}

/* ---- the end */

/* A second signal may come while the stop is only planned. */
static bool has_patience(void *ctx, const struct plan *plan)
{
	const struct attached *attached = ctx;

	(void)plan;
	return attached->nsignals < NSIGNALS_KILL;
}

/* A signal during the stop means that it is to be over now. */
static int stop(struct attached *attached)
{
	struct app *app = attached->app;
	const struct carry_hooks patient = {
		.planned = has_patience, .ctx = attached, .hasty = true};
	const struct carry_hooks hasty = {.hasty = true};
	struct wish wish;
	int status = EXIT_SUCCESS;

	wish_init(app, &wish);
	wish.verb = VERB_STOP;
	wish.services = attached->wish->services;
	attached->stopping = true;
	follow_hurry(attached->follow);
	check(attached);
	if (attached->nsignals < NSIGNALS_KILL)
		status = app_carry_out_hooked(app, &wish, &patient, NULL);
	if (attached->nsignals >= NSIGNALS_KILL) {
		wish.verb = VERB_KILL;
		wish.signal = "SIGKILL";
		status = app_carry_out_hooked(app, &wish, &hasty, NULL);
	}
	if (status != EXIT_SUCCESS)
		return status;
	/* What was interrupted before its start is never seen to start. */
	attached->started.n = 0;
	check(attached);
	app_run_until(app, &attached->stopped);
	return EXIT_SUCCESS;
}

static int end(struct attached *attached)
{
	int status;

	if (attached->failed)
		return app_fail(attached->app, &attached->err);
	if (attached->nsignals) {
		display_say(attached->app->display,
			"Gracefully Stopping... press Ctrl+C again to force");
		stop(attached);
		return EXIT_INTERRUPTED;
	}
	if (attached->aborted) {
		logview_say(attached->view, "Aborting on container exit...");
		status = stop(attached);
		return status == EXIT_SUCCESS || attached->has_status ? attached->status
								      : status;
	}
	return *logview_broken(attached->view) ? 128 + SIGPIPE : attached->status;
}

static int carry_out_and_watch(struct attached *attached)
{
	const struct carry_hooks hooks = {.planned = on_planned, .ctx = attached};
	int status;

	app_run_until(attached->app, &attached->ready);
	status = attached->failed
		? EXIT_SUCCESS
		: app_carry_out_hooked(attached->app, attached->wish, &hooks, NULL);
	if (status != EXIT_SUCCESS && !attached->nsignals)
		return status;
	attached->carried_out = true;
	check(attached);
	app_run_until(attached->app, &attached->over);
	return end(attached);
}

int attached_up(
	struct app *app, const struct wish *wish, const struct attached_opts *opts)
{
	const struct logview_opts view = {
		.no_color = opts->no_color,
		.no_prefix = opts->no_prefix,
		.timestamps = opts->timestamps,
		.split = true,
	};
	struct attached attached = {.app = app, .wish = wish, .opts = opts};
	struct follow_opts follow = {
		.loop = app->loop,
		.project = app->project->name,
		.stay = true,
		.from_now = true,
		.wants = wants,
		.started = on_started,
		.text = on_text,
		.ended = on_ended,
		.replaced = on_replaced,
		.ready = on_ready,
		.done = on_done,
		.ctx = &attached,
	};
	struct err err = {0};
	int status;

	if (!app_connect(app, &err))
		return app_fail(app, &err);
	follow.engine = app->engine;
	attached.shown =
		attach_set(&app->arena, app->project, app->graph, &wish->services, opts);
	attached.view = logview_new(app, &view);
	attached.follow = follow_new(&follow);
	logview_bind(attached.view, attached.follow);
	watch_signals(&attached);
	status = carry_out_and_watch(&attached);
	unwatch_signals(&attached);
	app_run_until(app, logview_idle(attached.view));
	follow_free(attached.follow);
	logview_free(attached.view);
	return status;
}
