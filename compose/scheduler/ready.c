/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every event of a container makes its waits look again, so that events only say when,
 * and what holds is read in one place. Deaths alone are counted from events, since no
 * inspect tells those of this wait.
 */
#include "compose/scheduler/ready.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
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
	int64_t first_start_ns; /* deaths before this are not of this wait */
	int64_t start_ns;       /* of the life that ran_long_enough speaks of */
	unsigned deaths;
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
	if (!wait->id) {
		wait->id = xstrdup(node_get_text(inspect, "Id")
				? node_get_text(inspect, "Id")
				: wait->target);
		wait->first_start_ns = started_ns;
	}
	if (started_ns != wait->start_ns) {
		wait->start_ns = started_ns;
		wait->ran_long_enough = false;
		timer_stop(&wait->age);
	}
}

static void fail_for_time(struct wait *wait, const struct node *inspect)
{
	static const char *const wanted[] = {
		[WAIT_HEALTHY] = "healthy",
		[WAIT_COMPLETED] = "finished",
		[WAIT_READY] = "ready",
		[WAIT_EXITED] = "finished",
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
	facts.deaths = wait->deaths;
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

static void on_event(void *ctx, const struct watch_event *event)
{
	struct waits *waits = ctx;

	for (struct wait *wait = waits->first, *next; wait; wait = next) {
		next = wait->next;
		if (wait->id ? !text_eq(wait->id, event->id) : !wait->call)
			continue;
		if (wait->id && text_eq(event->action, "die") &&
			event->time_ns > wait->first_start_ns)
			wait->deaths++;
		look(wait);
	}
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

static void on_watch_failed(void *ctx, const struct err *err)
{
	struct waits *waits = ctx;
	struct err kept = *err;

	waits->failed = true;
	waits->err = kept;
	while (waits->first)
		end(waits->first, &kept);
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
	waits->watch = watch_new(&watch_opts);
	return waits;
}

void waits_free(struct waits *waits)
{
	if (!waits)
		return;
	while (waits->first)
		wait_free(waits->first);
	watch_free(waits->watch);
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

void wait_free(struct wait *wait)
{
	if (!wait)
		return;
	for (struct wait **link = &wait->waits->first; *link; link = &(*link)->next)
		if (*link == wait) {
			*link = wait->next;
			break;
		}
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
