/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every event of a container makes its waits look again, so that events only say when,
 * and what holds is read in one place. Deaths alone are counted from events, since the
 * stream stands and not since somebody waits: a container may die before the wait for it
 * begins.
 */
#include "compose/scheduler/ready.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/evidence.h"
#include "compose/scheduler/stamp.h"
#include "compose/scheduler/timer.h"
#include "compose/scheduler/verdict.h"
#include "compose/scheduler/watch.h"
#include "engine-client/engine.h"

#define MS_PER_S 1000

enum { MAX_CONTAINERS = 10000 }; /* whose deaths are counted */

struct wait {
	struct waits *waits;
	struct wait *next; /* waits->first's list */
	const struct action *action;
	char *target;
	char *id;          /* of the container; NULL until the first inspect */
	struct call *call; /* an inspect under way */
	bool look_again;   /* something happened during the inspect */
	bool timed_out;
	bool ran_long_enough;
	int64_t start_ns; /* of the life that ran_long_enough speaks of */
	struct timer *age;
	struct timer *timeout;
	struct timer *settle; /* done is on its way */
	struct evidence *evidence;
	struct err err;
	wait_done *done;
	void *ctx;
};

struct waits {
	struct waits_opts opts;
	struct watch *watch;
	bool ready;
	bool failed;
	struct err err;
	struct wait *first; /* any order */
	struct arena arena; /* deaths */
	struct map deaths;  /* container to unsigned: since the stream stands */
};

static void look(struct wait *wait);

static void end(struct wait *wait, const struct err *err)
{
	wait_done *done = wait->done;
	void *ctx = wait->ctx;
	struct err kept = {0};

	if (err)
		kept = *err;
	wait_free(wait);
	done(ctx, err ? &kept : NULL);
}

static void on_evidence(void *ctx, const struct err *err)
{
	struct wait *wait = ctx;

	wait->evidence = NULL;
	end(wait, err);
}

static void fail_with_evidence(
	struct wait *wait, const struct node *inspect, const struct err *err)
{
	struct evidence_opts opts = {
		.loop = wait->waits->opts.loop,
		.engine = wait->waits->opts.engine,
		.inspect = inspect,
		.err = err,
		.done = on_evidence,
		.ctx = wait,
	};

	timer_stop(&wait->age);
	timer_stop(&wait->timeout);
	if (wait->call)
		engine_cancel(wait->call);
	wait->call = NULL;
	if (!wait->evidence)
		wait->evidence = evidence_collect(&opts);
}

static void on_age(void *ctx)
{
	struct wait *wait = ctx;

	wait->ran_long_enough = true;
	look(wait);
}

/* A new life starts its second anew. */
static void note_start(struct wait *wait, const struct node *inspect)
{
	int64_t started_ns = 0;

	stamp_parse(node_get_text(node_get(inspect, "State"), "StartedAt"), &started_ns);
	if (!wait->id)
		wait->id = xstrdup(node_get_text(inspect, "Id")
				? node_get_text(inspect, "Id")
				: wait->target);
	if (started_ns != wait->start_ns) {
		wait->start_ns = started_ns;
		wait->ran_long_enough = false;
		timer_stop(&wait->age);
	}
}

/*
 * The events tell all deaths since before the plan began, and maybe a few from before; the engine's count of
 * restarts begins at 0 with every start, and may be of last week for what the plan does not start. Both hold
 * for deaths of this run that the engine brings back; RestartCount has grown when the event is sent.
 */
static unsigned deaths_of(const struct wait *wait, const struct node *inspect)
{
	const unsigned *told = map_get(&wait->waits->deaths, wait->id);
	int64_t counted = node_get_int(inspect, "RestartCount", 0);

	if (!told || counted <= 0)
		return 0;
	return counted < *told ? (unsigned)counted : *told;
}

static void fail_for_time(struct wait *wait, const struct node *inspect)
{
	static const char *const wanted[] = {
		[WAIT_HEALTHY] = "healthy",
		[WAIT_COMPLETED] = "finished",
		[WAIT_READY] = "ready",
		[WAIT_EXITED] = "finished",
		[WAIT_ANSWERS] = "answering",
		[WAIT_DRAINED] = "drained",
	};
	struct err err = {0};

	err_set(&err, ERR_TIMEOUT, "container %s is not %s after %d s",
		wait->action->label, wanted[wait->action->wait], wait->action->timeout_s);
	fail_with_evidence(wait, inspect, &err);
}

static void judge(struct wait *wait, const struct node *inspect)
{
	struct err err = {0};
	int64_t ms = 0;
	struct verdict_facts facts = {
		.action = wait->action,
		.inspect = inspect,
		.clock_s = engine_clock_s(wait->waits->opts.engine),
	};

	note_start(wait, inspect);
	facts.deaths = deaths_of(wait, inspect);
	facts.ran_long_enough = wait->ran_long_enough;
	switch (verdict_give(&facts, &ms, &err)) {
	case VERDICT_YES:
		end(wait, NULL);
		return;
	case VERDICT_NO:
		fail_with_evidence(wait, inspect, &err);
		return;
	case VERDICT_NOT_YET:
		break;
	case VERDICT_LATER:
		if (!wait->age)
			timer_start(wait->waits->opts.loop, ms, on_age, wait, &wait->age);
		break;
	}
	if (wait->timed_out)
		fail_for_time(wait, inspect);
	else if (wait->look_again)
		look(wait);
}

static void on_inspect(void *ctx, const struct reply *reply)
{
	struct wait *wait = ctx;
	struct err err = {0};

	wait->call = NULL;
	if (!reply->err) {
		judge(wait, reply->body);
	} else if (reply->status == 404 && wait->action->wait == WAIT_EXITED) {
		end(wait, NULL);
	} else if (reply->status == 404) {
		err_set(&err, ERR_STATE, "container %s is gone", wait->action->label);
		end(wait, &err);
	} else {
		end(wait, reply->err);
	}
}

static void look(struct wait *wait)
{
	wait->look_again = wait->call != NULL;
	if (wait->call || wait->evidence || !wait->waits->ready)
		return;
	wait->call = engine_container_inspect(wait->waits->opts.engine,
		wait->id ? wait->id : wait->target, on_inspect, wait);
}

static void count_death(struct waits *waits, const char *id)
{
	unsigned *deaths = map_get(&waits->deaths, id);

	if (!deaths) {
		if (waits->deaths.nentries >= MAX_CONTAINERS)
			return;
		deaths = ARENA_NEW(&waits->arena, unsigned);
		map_put(&waits->deaths, arena_strdup(&waits->arena, id), deaths);
	}
	++*deaths;
}

static void on_event(void *ctx, const struct watch_event *event)
{
	struct waits *waits = ctx;

	if (text_eq(event->action, "die"))
		count_death(waits, event->id);
	for (struct wait *wait = waits->first; wait; wait = wait->next)
		if (wait->id ? text_eq(wait->id, event->id) : wait->call != NULL)
			look(wait);
}

static void on_watch_ready(void *ctx)
{
	struct waits *waits = ctx;

	waits->ready = true;
	for (struct wait *wait = waits->first; wait; wait = wait->next)
		look(wait);
	waits->opts.ready(waits->opts.ctx, NULL);
}

static void on_gap(void *ctx)
{
	struct waits *waits = ctx;

	for (struct wait *wait = waits->first; wait; wait = wait->next)
		look(wait);
}

static struct wait *pop(struct waits *waits)
{
	struct wait *wait = waits->first;

	if (wait)
		waits->first = wait->next;
	return wait;
}

static void on_watch_failed(void *ctx, const struct err *err)
{
	struct waits *waits = ctx;
	struct wait *wait;
	struct err kept = *err;

	waits->failed = true;
	waits->err = kept;
	while ((wait = pop(waits)))
		end(wait, &kept);
	if (!waits->ready)
		waits->opts.ready(waits->opts.ctx, &kept);
}

/* One last look, for its evidence; it may even be good news. */
static void on_timeout(void *ctx)
{
	struct wait *wait = ctx;

	wait->timed_out = true;
	look(wait);
}

static void on_settle(void *ctx)
{
	struct wait *wait = ctx;

	end(wait, &wait->waits->err);
}

struct waits *waits_new(const struct waits_opts *opts)
{
	struct waits *waits = xalloc(sizeof(*waits));
	struct watch_opts watch_opts = {
		.loop = opts->loop,
		.engine = opts->engine,
		.project = opts->project,
		.ready = on_watch_ready,
		.event = on_event,
		.gap = on_gap,
		.failed = on_watch_failed,
		.ctx = waits,
	};

	waits->opts = *opts;
	map_init(&waits->deaths, &waits->arena);
	waits->watch = watch_new(&watch_opts);
	return waits;
}

void waits_free(struct waits *waits)
{
	struct wait *wait;

	if (!waits)
		return;
	while ((wait = pop(waits)))
		wait_free(wait);
	watch_free(waits->watch);
	arena_finish(&waits->arena);
	free(waits);
}

struct wait *wait_start(struct waits *waits, const struct action *action,
	const char *target, wait_done *done, void *ctx)
{
	struct wait *wait = xalloc(sizeof(*wait));

	wait->waits = waits;
	wait->action = action;
	wait->target = xstrdup(target);
	wait->done = done;
	wait->ctx = ctx;
	wait->next = waits->first;
	waits->first = wait;
	if (waits->failed) {
		timer_start(waits->opts.loop, 0, on_settle, wait, &wait->settle);
		return wait;
	}
	if (action->timeout_s > 0)
		timer_start(waits->opts.loop, (int64_t)action->timeout_s * MS_PER_S,
			on_timeout, wait, &wait->timeout);
	look(wait);
	return wait;
}

static void unlink_wait(struct wait *wait)
{
	struct wait **link = &wait->waits->first;

	while (*link && *link != wait)
		link = &(*link)->next;
	if (*link)
		*link = wait->next;
}

void wait_free(struct wait *wait)
{
	if (!wait)
		return;
	unlink_wait(wait);
	timer_stop(&wait->age);
	timer_stop(&wait->timeout);
	timer_stop(&wait->settle);
	evidence_free(wait->evidence);
	if (wait->call)
		engine_cancel(wait->call);
	free(wait->target);
	free(wait->id);
	free(wait);
}
