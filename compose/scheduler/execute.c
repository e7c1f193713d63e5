/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start what is ready while there is room; if nothing runs, stop; take one result and
 * unblock its dependents.
 *
 * Everything that happens only changes states and asks for another turn (wake); turn()
 * alone starts things and sees the end, so no callback ever finds the ground gone under
 * it.
 */
#include "compose/scheduler/scheduler.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/ready.h"
#include "compose/scheduler/report.h"
#include "compose/scheduler/results.h"
#include "compose/scheduler/schedule.h"
#include "compose/scheduler/task.h"
#include "compose/scheduler/timer.h"

/* One undo list of the plan, and how far it is carried out. */
struct undoing {
	const struct undo *undo;
	unsigned *members; /* the actions that share it */
	size_t nmembers;
	size_t next; /* index of the next action */
	bool begun;
	struct task *task; /* NULL: none under way */
	struct execution *execution;
};

struct execution {
	struct execute_opts opts;
	struct arena arena;
	struct schedule *schedule;
	struct results results;
	bool *wants_gateway; /* by number - 1 */
	struct task **tasks; /* by number - 1; NULL: not running */
	struct undoing *undos;
	size_t nundos;
	struct waits *waits; /* NULL: the plan waits for nothing */
	bool waits_ready;
	unsigned nrunning;  /* tasks of any kind */
	unsigned nchanging; /* of these, changing calls */
	bool stopping;      /* nothing new is started */
	bool engine_gone;
	bool over; /* done was called */
	unsigned ninterrupts;
	struct timer *wake;
	struct execute_result result;
	execute_done *done;
	void *ctx;
};

static void turn(void *ctx);

static void wake(struct execution *execution)
{
	if (!execution->wake)
		timer_start(execution->opts.loop, 0, turn, execution, &execution->wake);
}

static void tell(struct execution *execution, const struct report_event *event)
{
	const struct report *report = execution->opts.report;
	struct report_event whole = *event;

	whole.plan = execution->opts.plan;
	if (report && report->event)
		report->event(report->ctx, &whole);
}

static const struct action *action_of(const struct execution *execution, unsigned number)
{
	return &execution->opts.plan->actions[number - 1];
}

static void tell_phase(struct execution *execution, unsigned number, enum phase phase)
{
	struct report_event event = {
		.phase = phase,
		.action = action_of(execution, number),
		.number = number,
	};

	tell(execution, &event);
}

static void on_given_up(void *ctx, unsigned number)
{
	struct execution *execution = ctx;

	execution->result.ngiven_up++;
	tell_phase(execution, number, PHASE_GIVEN_UP);
}

static void forget_task(struct execution *execution, struct task *task)
{
	execution->nrunning--;
	if (task->action->kind != ACTION_WAIT)
		execution->nchanging--;
	task_free(task);
	wake(execution);
}

/* Nobody needs what is waited for any more. */
static void end_waits(struct execution *execution)
{
	for (unsigned number = 1; number <= execution->opts.plan->nactions; number++) {
		struct task *task = execution->tasks[number - 1];

		if (!task || task->action->kind != ACTION_WAIT)
			continue;
		execution->tasks[number - 1] = NULL;
		on_given_up(execution, number);
		schedule_end(execution->schedule, number, JOB_GIVEN_UP);
		forget_task(execution, task);
	}
}

static void stop(struct execution *execution)
{
	execution->stopping = true;
	schedule_stop(execution->schedule);
	end_waits(execution);
}

/* Messages of waits name the container themselves. */
static void add_context(struct err *err, const struct action *action)
{
	if (action->kind != ACTION_WAIT)
		err_wrap(err, "%s %s %s", action_verb(action->kind),
			action_noun(action->kind), action->label);
	else if (action->wait == WAIT_HEALTHY && err->kind == ERR_STATE)
		err_wrap(err, "dependency failed to start");
}

static void remember_failure(
	struct execution *execution, unsigned number, const struct err *err)
{
	if (execution->result.err.kind)
		return;
	execution->result.err = *err;
	execution->result.failed = number;
}

static void keep_results(struct execution *execution, const struct task *task)
{
	struct results *results = &execution->results;
	size_t at = task->number - 1;

	results->ids[at] = arena_strdup(&execution->arena, task->id);
	results->digests[at] = arena_strdup(&execution->arena, task->digest);
	results->gateways[at] = arena_strdup(&execution->arena, task->gateway);
}

static void succeed(struct execution *execution, const struct task *task)
{
	struct report_event event = {
		.phase = PHASE_DONE,
		.action = task->action,
		.number = task->number,
		.result = task->digest ? task->digest : task->id,
	};

	execution->result.ndone++;
	if (task->action->kind != ACTION_WAIT)
		execution->result.changed = true;
	keep_results(execution, task);
	tell(execution, &event);
	schedule_end(execution->schedule, task->number, JOB_DONE);
}

/* A warning is for what may fail by itself, not for an engine that is gone or a person
 * who wants out. */
static bool is_only_warning(
	const struct execution *execution, const struct action *action)
{
	return action->on_fail == FAIL_WARN && !execution->engine_gone &&
		!execution->ninterrupts;
}

static bool stops_all(const struct execution *execution, const struct action *action)
{
	return action->on_fail == FAIL_STOP || action->on_fail == FAIL_UNDO ||
		execution->engine_gone;
}

static void fail(struct execution *execution, const struct action *action,
	unsigned number, const struct err *why)
{
	struct err err = *why;
	bool warning;
	struct report_event event = {.action = action, .number = number, .err = &err};

	add_context(&err, action);
	if (err.kind == ERR_CONNECTION)
		execution->engine_gone = true;
	warning = is_only_warning(execution, action);
	event.phase = warning ? PHASE_WARNED : PHASE_FAILED;
	tell(execution, &event);
	if (warning) {
		results_stand_in(&execution->results, &execution->arena, number, action);
	} else {
		execution->result.nfailed++;
		remember_failure(execution, number, &err);
	}
	schedule_end(execution->schedule, number, warning ? JOB_WARNED : JOB_FAILED);
	if (!warning && stops_all(execution, action))
		stop(execution);
}

static void on_task_done(void *ctx, struct task *task, const struct err *err)
{
	struct execution *execution = ctx;

	execution->tasks[task->number - 1] = NULL;
	if (err)
		fail(execution, task->action, task->number, err);
	else
		succeed(execution, task);
	forget_task(execution, task);
}

static void begin_task(struct execution *execution, struct task *task)
{
	task->opts = &execution->opts;
	task->waits = execution->waits;
	execution->nrunning++;
	if (task->action->kind != ACTION_WAIT)
		execution->nchanging++;
}

static void start_action(struct execution *execution, unsigned number)
{
	const struct action *action = action_of(execution, number);
	struct task *task = xalloc(sizeof(*task));
	struct err err = {0};

	task->action = action;
	task->number = number;
	task->wants_gateway = execution->wants_gateway[number - 1];
	task->done = on_task_done;
	task->ctx = execution;
	if (!results_fill(
		    &execution->results, &task->arena, action, &task->filled, &err)) {
		task_free(task);
		fail(execution, action, number, &err);
		wake(execution);
		return;
	}
	execution->tasks[number - 1] = task;
	begin_task(execution, task);
	tell_phase(execution, number, PHASE_STARTED);
	task_start(task);
}

static void skip(struct execution *execution, unsigned number)
{
	execution->result.nskipped++;
	results_stand_in(&execution->results, &execution->arena, number,
		action_of(execution, number));
	tell_phase(execution, number, PHASE_SKIPPED);
	schedule_end(execution->schedule, number, JOB_SKIPPED);
	wake(execution); /* what this unblocks may be of a lane that was looked at already
			  */
}

static bool has_room(const struct execution *execution)
{
	return execution->nchanging < execution->opts.parallel;
}

static void start_lane(struct execution *execution, enum lane lane)
{
	unsigned number;

	while ((lane == LANE_FREE || has_room(execution)) &&
		(number = schedule_take(execution->schedule, lane)) > 0) {
		if (results_allow(&execution->results, execution->schedule,
			    &action_of(execution, number)->guard))
			start_action(execution, number);
		else
			skip(execution, number);
	}
}

/* An undo list is due once one of its actions cannot be had any more, and nothing is in
 * flight that its guards ask about. */
static bool is_due(const struct undoing *undoing)
{
	const struct schedule *schedule = undoing->execution->schedule;
	bool due = false;

	for (size_t i = 0; i < undoing->nmembers; i++) {
		enum job_state state = schedule_state(schedule, undoing->members[i]);

		if (state == JOB_RUNNING)
			return false;
		due |= state == JOB_FAILED || state == JOB_GIVEN_UP;
	}
	for (size_t i = 0; due && i < undoing->undo->nactions; i++)
		if (!results_can_tell(schedule, &undoing->undo->actions[i].guard))
			return false;
	return due;
}

static void on_undone(void *ctx, struct task *task, const struct err *err)
{
	struct undoing *undoing = ctx;
	struct execution *execution = undoing->execution;
	struct err whole = err ? *err : (struct err){0};
	struct report_event event = {
		.phase = err ? PHASE_FAILED : PHASE_DONE,
		.action = task->action,
		.err = err ? &whole : NULL,
	};

	add_context(&whole, task->action);
	tell(execution, &event);
	undoing->task = NULL;
	if (whole.kind == ERR_CONNECTION)
		undoing->next = undoing->undo->nactions; /* nobody is there to undo it */
	forget_task(execution, task);
}

/* Fills and starts the next action of the list whose guard allows it. */
static void undo_next(struct execution *execution, struct undoing *undoing)
{
	const struct action *action = &undoing->undo->actions[undoing->next++];
	struct report_event event = {.phase = PHASE_UNDOING, .action = action};
	struct task *task;
	struct err err = {0};

	if (!results_allow(&execution->results, execution->schedule, &action->guard))
		return;
	task = xalloc(sizeof(*task));
	task->action = action;
	task->done = on_undone;
	task->ctx = undoing;
	if (!results_fill(
		    &execution->results, &task->arena, action, &task->filled, &err)) {
		task_free(task); /* what was never made needs no undoing */
		return;
	}
	undoing->task = task;
	begin_task(execution, task);
	tell(execution, &event);
	task_start(task);
}

static void run_undos(struct execution *execution)
{
	for (size_t i = 0; i < execution->nundos; i++) {
		struct undoing *undoing = &execution->undos[i];

		undoing->begun = undoing->begun || is_due(undoing);
		while (undoing->begun && !undoing->task && has_room(execution) &&
			undoing->next < undoing->undo->nactions)
			undo_next(execution, undoing);
	}
}

static bool undos_are_over(const struct execution *execution)
{
	for (size_t i = 0; i < execution->nundos; i++) {
		const struct undoing *undoing = &execution->undos[i];

		if (undoing->begun && undoing->next < undoing->undo->nactions)
			return false;
	}
	return true;
}

static void finish(struct execution *execution)
{
	struct execute_result *result = &execution->result;

	if (execution->ninterrupts)
		err_set(&result->err, ERR_INTERRUPTED, "interrupted");
	result->ok = !result->err.kind;
	result->ids = execution->results.ids;
	result->digests = execution->results.digests;
	waits_free(execution->waits);
	execution->waits = NULL;
	execution->over = true;
	execution->done(execution->ctx, result);
}

static void turn(void *ctx)
{
	struct execution *execution = ctx;

	if (execution->ninterrupts > 1) {
		finish(execution);
		return;
	}
	if (execution->waits && !execution->waits_ready && !execution->stopping)
		return;
	start_lane(execution, LANE_FREE);
	start_lane(execution, LANE_CHANGING);
	run_undos(execution);
	if (execution->nrunning == 0 && undos_are_over(execution) && !execution->wake)
		finish(execution);
}

static void on_waits_ready(void *ctx, const struct err *err)
{
	struct execution *execution = ctx;

	execution->waits_ready = true;
	if (err) {
		remember_failure(execution, 0, err);
		execution->engine_gone = err->kind == ERR_CONNECTION;
		stop(execution);
	}
	wake(execution);
}

static void open_waits(struct execution *execution)
{
	const struct plan *plan = execution->opts.plan;
	struct waits_opts opts = {
		.loop = execution->opts.loop,
		.engine = execution->opts.engine,
		.project = plan->project,
		.ready = on_waits_ready,
		.ctx = execution,
	};

	for (size_t i = 0; i < plan->nactions && !execution->waits; i++)
		if (plan->actions[i].kind == ACTION_WAIT &&
			wait_is_on_container(plan->actions[i].wait))
			execution->waits = waits_new(&opts);
}

static struct undoing *undoing_of(struct execution *execution, const struct undo *undo)
{
	struct undoing new = {.undo = undo, .execution = execution};

	for (size_t i = 0; i < execution->nundos; i++)
		if (execution->undos[i].undo == undo)
			return &execution->undos[i];
	ARENA_PUSH(&execution->arena, execution->undos, execution->nundos, new);
	return &execution->undos[execution->nundos - 1];
}

static void collect_undos(struct execution *execution)
{
	const struct plan *plan = execution->opts.plan;

	for (unsigned number = 1; number <= plan->nactions; number++) {
		const struct undo *undo = plan->actions[number - 1].undo;
		struct undoing *undoing;

		if (!undo)
			continue;
		undoing = undoing_of(execution, undo);
		ARENA_PUSH(
			&execution->arena, undoing->members, undoing->nmembers, number);
	}
}

struct execution *execute(const struct execute_opts *opts, execute_done *done, void *ctx)
{
	struct execution *execution = xalloc(sizeof(*execution));
	size_t n = opts->plan->nactions;

	execution->opts = *opts;
	if (execution->opts.parallel == 0)
		execution->opts.parallel = PARALLEL_DEFAULT;
	execution->done = done;
	execution->ctx = ctx;
	execution->schedule =
		schedule_new(&execution->arena, opts->plan, on_given_up, execution);
	results_init(&execution->results, &execution->arena, n);
	execution->tasks = ARENA_NEW_N(&execution->arena, n, struct task *);
	execution->wants_gateway = ARENA_NEW_N(&execution->arena, n, bool);
	results_mark_gateways(opts->plan, execution->wants_gateway);
	collect_undos(execution);
	open_waits(execution);
	wake(execution);
	return execution;
}

/* Ends every task, those of undo lists too; their done is not called. */
static void drop_tasks(struct execution *execution)
{
	for (size_t i = 0; i < execution->opts.plan->nactions; i++) {
		task_free(execution->tasks[i]);
		execution->tasks[i] = NULL;
	}
	for (size_t i = 0; i < execution->nundos; i++) {
		task_free(execution->undos[i].task);
		execution->undos[i].task = NULL;
	}
}

void execution_interrupt(struct execution *execution)
{
	if (execution->over)
		return;
	execution->ninterrupts++;
	if (!execution->stopping)
		stop(execution);
	if (execution->ninterrupts == 1) {
		for (size_t i = 0; i < execution->opts.plan->nactions; i++)
			if (execution->tasks[i])
				task_interrupt(execution->tasks[i]);
	} else {
		drop_tasks(execution);
	}
	wake(execution);
}

void execution_free(struct execution *execution)
{
	if (!execution)
		return;
	drop_tasks(execution);
	timer_stop(&execution->wake);
	waits_free(execution->waits);
	arena_finish(&execution->arena);
	free(execution);
}
