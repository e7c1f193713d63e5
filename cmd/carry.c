/* SPDX-License-Identifier: Apache-2.0 */
/* The way of every changing command: observe, plan, lock, carry out. */
#include "cmd/carry.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/digest.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/display.h"
#include "cmd/dns.h"
#include "cmd/netdns-ask.h"
#include "cmd/netdns-host.h"
#include "cmd/observe.h"
#include "cmd/progress.h"
#include "cmd/proxies.h"
#include "compose/loader/load.h"
#include "compose/planner/observed.h"
#include "compose/planner/plan.h"
#include "compose/planner/planner.h"
#include "compose/scheduler/report.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/credentials.h"
#include "engine-client/engine.h"

#define RANDOM_BYTES 32
#define CONTENT_MAX_BYTES ((size_t)64 << 20) /* of a config or secret that is a file */

/* The lists that the verb decides by; that of the images is the slowest. */
static unsigned what_matters(const struct app *app, const struct wish *wish)
{
	switch (wish->verb) {
	case VERB_START:
	case VERB_STOP:
	case VERB_RESTART:
	case VERB_RM:
	case VERB_KILL:
	case VERB_PAUSE:
	case VERB_UNPAUSE:
		return OBSERVE_CONTAINERS;
	case VERB_PULL:
	case VERB_BUILD:
	case VERB_PUSH:
		return OBSERVE_IMAGES;
	case VERB_DOWN:
		return OBSERVE_CONTAINERS | OBSERVE_NETWORKS |
			(wish->volumes ? OBSERVE_VOLUMES : 0u) |
			(wish->rmi ? OBSERVE_IMAGES : 0u);
	case VERB_NETDNS_START:
	case VERB_NETDNS_STOP:
		return OBSERVE_DNS;
	case VERB_UP:
	case VERB_CREATE:
	case VERB_SCALE:
	case VERB_RUN:
		break;
	}
	return OBSERVE_CONTAINERS | OBSERVE_NETWORKS | OBSERVE_IMAGES |
		(app->project->nvolumes ? OBSERVE_VOLUMES : 0u) |
		(dns_is_wished(app) ? OBSERVE_DNS : 0u);
}

/* `start` starts netdns, and the last `down` takes it away: whoever it knew asks once more for whom else it knows. */
static const struct observed *observe_for(struct app *app, const struct wish *wish)
{
	unsigned what = what_matters(app, wish);
	const struct observed *observed = app_observe(app, what);

	return observed && (wish->verb == VERB_DOWN || wish->verb == VERB_START) &&
			dns_is_there(observed)
		? app_observe(app, what | OBSERVE_DNS)
		: observed;
}

/* config.json is known when the engine is, and so is whether netdns can run for it. */
static const struct wish *with_engine(
	struct app *app, const struct wish *wish, const struct observed *observed)
{
	struct wish *out = ARENA_NEW(&app->arena, struct wish);

	*out = *wish;
	out->proxy_environment = proxies_of(&app->arena,
		credentials_config(app->credentials), engine_host(app->engine));
	dns_wish_fill(app, observed, out);
	return out;
}

const struct plan *app_plan(struct app *app, const struct wish *wish)
{
	struct plan_input input = {
		.project = app->project,
		.graph = app->graph,
		.observed = observe_for(app, wish),
	};
	const struct plan *plan;
	struct err err = {0};

	if (!input.observed)
		return NULL;
	input.wish = with_engine(app, wish, input.observed);
	input.observed = app_inspect_changed(app, &input);
	if (!input.observed)
		return NULL;
	plan = plan_make(&app->arena, &input, &err);
	if (!plan)
		app_fail(app, &err);
	return plan;
}

/* ---- the lock */

struct locking {
	struct app *app;
	struct lock *lock;
	bool done;
	bool failed;
	struct err err;
};

static void on_locked(void *ctx, const struct err *err)
{
	struct locking *locking = ctx;

	locking->done = true;
	locking->failed = err;
	if (err)
		locking->err = *err;
}

static void on_waiting(void *ctx, int pid)
{
	const struct locking *locking = ctx;

	if (pid > 0)
		display_say(locking->app->display,
			"Waiting for another davit (pid %d) that works on this project "
			"...",
			pid);
	else
		display_say(locking->app->display,
			"Waiting for another davit that works on this project ...");
}

static const char *lock_dir(struct app *app)
{
	const char *runtime = app_getenv(app, "XDG_RUNTIME_DIR");

	if (geteuid() == 0 || !runtime || !*runtime)
		return geteuid() == 0
			? "/run/davit"
			: arena_printf(&app->arena, "/tmp/davit-%u", geteuid());
	return arena_printf(&app->arena, "%s/davit", runtime);
}

/* NULL: the error was shown. */
static struct lock *lock_project(struct app *app)
{
	struct locking locking = {.app = app};
	const struct report report = {.ctx = &locking, .waiting_for_lock = on_waiting};
	const struct observed *observed = app_observe(app, OBSERVE_INFO);

	if (!observed)
		return NULL;
	locking.lock = lock_acquire(app->loop, lock_dir(app), observed->engine_id,
		app->project->name, &report, on_locked, &locking);
	app_run_until(app, &locking.done);
	if (!locking.failed)
		return locking.lock;
	app_fail(app, &locking.err);
	lock_release(locking.lock);
	return NULL;
}

/* ---- carrying out, with signals */

struct carrying {
	struct app *app;
	struct execution *execution;
	struct execute_result result;
	bool done;
	bool hasty;
	unsigned nsignals;
	uv_signal_t signals[2];
};

static void on_signal(uv_signal_t *handle, int number)
{
	struct carrying *carrying = handle->data;

	(void)number;
	if (carrying->done)
		return;
	if (carrying->hasty) /* the call below is then the second one */
		execution_interrupt(carrying->execution);
	else if (carrying->nsignals++ == 0)
		display_say(carrying->app->display,
			"Stopping gracefully ... press Ctrl+C again to force");
	execution_interrupt(carrying->execution);
}

static void watch_signals(struct carrying *carrying)
{
	static const int numbers[] = {SIGINT, SIGTERM};

	for (size_t i = 0; i < 2; i++) {
		uv_signal_init(carrying->app->loop, &carrying->signals[i]);
		carrying->signals[i].data = carrying;
		uv_signal_start(&carrying->signals[i], on_signal, numbers[i]);
		uv_unref((uv_handle_t *)&carrying->signals[i]);
	}
}

static void count_closed(uv_handle_t *handle)
{
	struct carrying *carrying = handle->data;

	carrying->nsignals++;
}

/* The handles live on the stack, so the loop has to let go of them first. */
static void unwatch_signals(struct carrying *carrying)
{
	carrying->nsignals = 0;
	for (size_t i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&carrying->signals[i], count_closed);
	while (carrying->nsignals < 2)
		uv_run(carrying->app->loop, UV_RUN_NOWAIT);
}

static void on_executed(void *ctx, const struct execute_result *result)
{
	struct carrying *carrying = ctx;

	carrying->result = *result;
	carrying->done = true;
}

/* Says what went wrong: the first failure decides about the status, but all are told, and told once. */
static int show_failures(struct app *app, const struct execute_result *result,
	const struct strings *failures, bool is_told)
{
	struct err err = result->err;
	int status;

	if (result->ok)
		return EXIT_SUCCESS;
	if (is_told && err.kind != ERR_INTERRUPTED)
		err_set(&err, err.kind, "%zu of %zu failed", result->nfailed,
			result->nfailed + result->ndone + result->nskipped +
				result->ngiven_up);
	status = app_fail(app, &err);
	for (size_t i = 0; !is_told && i < failures->n; i++)
		if (!text_eq(failures->items[i], result->err.text))
			display_complain(app->display,
				&(struct err_item){
					.kind = ERR_ENGINE, .text = failures->items[i]});
	return status;
}

static int execute_plan(struct app *app, const struct wish *wish, const struct plan *plan,
	const struct carry_hooks *hooks)
{
	struct progress *progress = progress_new(app->loop, app->display, plan);
	struct carrying carrying = {.app = app, .hasty = hooks->hasty};
	bool is_told;
	int status;
	const struct execute_opts opts = {
		.loop = app->loop,
		.engine = app->engine,
		.credentials = app->credentials,
		.report = progress_report(progress),
		.plan = plan,
		.parallel = app->root.parallel > 0 ? (unsigned)app->root.parallel : 0,
		.quiet_pull = wish->quiet,
		.classic_build = !app_getenv_bool(app, "DOCKER_BUILDKIT", true),
		.netdns = plan_asks_netdns(plan) ? app_netdns(app) : NULL,
	};

	watch_signals(&carrying);
	carrying.execution = execute(&opts, on_executed, &carrying);
	app_run_until(app, &carrying.done);
	is_told = progress_end(progress);
	status = show_failures(
		app, &carrying.result, progress_failures(progress), is_told);
	progress_result(progress, &carrying.result);
	unwatch_signals(&carrying);
	execution_free(carrying.execution);
	progress_free(progress);
	return status;
}

/* ---- the whole way */

void app_show_notes(struct app *app, const struct plan *plan)
{
	for (size_t i = 0; i < plan->nnotes; i++)
		if (plan->notes[i].warning)
			app_warn(app, "%s", plan->notes[i].text);
		else
			display_say(app->display, "%s", plan->notes[i].text);
}

void app_print_plan(struct app *app, const struct plan *plan, bool json)
{
	auto_str text = {0};

	if (json)
		plan_print_json(&text, plan);
	else
		plan_print_text(&text, plan);
	app_print_str(app, &text);
}

static int show_dry_run(struct app *app, const struct plan *plan)
{
	app_show_notes(app, plan);
	if (plan->nactions > 0 || app->display->mode == DISPLAY_JSON)
		app_print_plan(app, plan, app->display->mode == DISPLAY_JSON);
	else
		progress_nothing(app->display, plan);
	return EXIT_SUCCESS;
}

static int carry_out_plan(struct app *app, const struct wish *wish,
	const struct plan *plan, const struct carry_hooks *hooks)
{
	int status;

	app_show_notes(app, plan);
	if (hooks->planned && !hooks->planned(hooks->ctx, plan))
		return EXIT_INTERRUPTED;
	if (plan->nactions == 0) {
		progress_nothing(app->display, plan);
		return EXIT_SUCCESS;
	}
	status = execute_plan(app, wish, plan, hooks);
	if (status == EXIT_SUCCESS && plan_asks_netdns(plan) &&
		wish->verb != VERB_NETDNS_START)
		netdns_route_host(app, netdns_peek(app));
	return status;
}

/* Under the lock the engine is asked again: whoever had it before may have changed everything. */
static int carry_out_locked(struct app *app, const struct wish *wish,
	const struct carry_hooks *hooks, const struct plan **out_plan)
{
	const struct plan *plan = app_plan(app, wish);

	*out_plan = plan;
	return plan ? carry_out_plan(app, wish, plan, hooks) : EXIT_FAILURE;
}

/*
 * A first look without the lock: where nothing is to be done, nobody is in anybody's way, and the engine is
 * asked once only: a ping, and all lists side by side. Only who will change something asks for the engine's id,
 * which names the lock and comes with the slow /info; and then the plan is made anew from what is seen under the
 * lock, always, whether or not the lock had to be waited for.
 */
int app_carry_out_hooked(struct app *app, const struct wish *wish,
	const struct carry_hooks *hooks, const struct plan **out_plan)
{
	const struct plan *plan = app_plan(app, wish);
	struct lock *lock;
	int status;

	if (out_plan)
		*out_plan = plan;
	if (!plan)
		return EXIT_FAILURE;
	if (app->root.dry_run)
		return show_dry_run(app, plan);
	if (plan->nactions == 0)
		return carry_out_plan(app, wish, plan, hooks);
	lock = lock_project(app);
	if (!lock)
		return EXIT_FAILURE;
	status = carry_out_locked(app, wish, hooks, &plan);
	if (out_plan)
		*out_plan = plan;
	lock_release(lock);
	return status;
}

int app_carry_out(struct app *app, const struct wish *wish, const struct plan **out_plan)
{
	return app_carry_out_hooked(app, wish, &(struct carry_hooks){0}, out_plan);
}

static bool dir_exists(void *ctx, const char *path)
{
	struct stat st;

	(void)ctx;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool read_file(void *ctx, struct arena *arena, const char *path,
	const char **out_text, size_t *out_len)
{
	struct err err = {0};

	(void)ctx;
	return files_system.read(files_system.ctx, arena, path, CONTENT_MAX_BYTES,
		out_text, out_len, &err);
}

void wish_init(struct app *app, struct wish *out)
{
	char *hex = arena_alloc(&app->arena, 2 * RANDOM_BYTES + 1);

	digest_random_hex(RANDOM_BYTES, hex);
	*out = (struct wish){
		.services = app->services,
		.timeout_s = -1,
		.random_hex = hex,
		.ctx = app,
		.dir_exists = dir_exists,
		.read_file = read_file,
	};
}

bool command_wish(struct app *app, const struct command *command, const void *opts,
	const struct operands *operands, struct wish *out, struct err *err)
{
	wish_init(app, out);
	return command->wish(app, opts, operands, out, err);
}

int command_carry_out(struct app *app, const struct command *command, const void *opts,
	const struct operands *operands)
{
	struct wish wish;
	struct err err = {0};

	if (!command_wish(app, command, opts, operands, &wish, &err))
		return app_fail(app, &err);
	return app_carry_out(app, &wish, NULL);
}
