/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/compose/scheduler/bench.h"

#include <stdlib.h>

#include "base/node.h"
#include "base/str.h"
#include "tests/unit/test.h"

enum { SETTLE_TURNS = 50 };

static const char *const phases[] = {
	[PHASE_STARTED] = "started",
	[PHASE_PROGRESS] = "progress",
	[PHASE_DONE] = "done",
	[PHASE_SKIPPED] = "skipped",
	[PHASE_WARNED] = "warned",
	[PHASE_FAILED] = "failed",
	[PHASE_GIVEN_UP] = "given-up",
	[PHASE_UNDOING] = "undoing",
};

static void on_event(void *ctx, const struct report_event *event)
{
	struct bench *bench = ctx;

	if (event->phase == PHASE_STARTED)
		return;
	str_printf(bench->events, bench->events->len ? ", %s %s" : "%s %s",
		phases[event->phase], event->action->label);
}

void bench_init(struct bench *bench)
{
	*bench = (struct bench){0};
	uv_loop_init(&bench->loop);
	bench->engine = stub_engine_new();
	bench->events = xalloc(sizeof(*bench->events));
	bench->plan.command = "up";
	bench->plan.project = "app";
	bench->report = (struct report){.ctx = bench, .event = on_event};
}

void bench_finish(struct bench *bench)
{
	execution_free(bench->execution);
	stub_engine_free(bench->engine);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&bench->loop), 0);
	str_finish(bench->events);
	free(bench->events);
	arena_finish(&bench->arena);
}

static struct action make_action(
	struct bench *bench, enum action_kind kind, const char *label)
{
	struct action action = {
		.kind = kind,
		.label = label,
		.target = label,
		.name = label,
		.timeout_s = kind == ACTION_WAIT ? 0 : -1,
		.reason = "missing",
	};

	if (kind == ACTION_NETWORK_CREATE || kind == ACTION_VOLUME_CREATE) {
		struct node *body = node_map(&bench->arena);

		node_set_text(&bench->arena, body, "Name", label);
		action.body = body;
	}
	return action;
}

struct action *bench_add(struct bench *bench, enum action_kind kind, const char *label,
	const unsigned *needs)
{
	struct action action = make_action(bench, kind, label);
	unsigned *copy = NULL;

	for (; *needs; needs++)
		ARENA_PUSH(&bench->arena, copy, action.nneeds, *needs);
	action.needs = copy;
	ARENA_PUSH(&bench->arena, bench->plan.actions, bench->plan.nactions, action);
	return &bench->plan.actions[bench->plan.nactions - 1];
}

struct undo *bench_undo(struct bench *bench)
{
	return ARENA_NEW(&bench->arena, struct undo);
}

struct action *bench_undo_add(
	struct bench *bench, struct undo *undo, enum action_kind kind, const char *label)
{
	ARENA_PUSH(&bench->arena, undo->actions, undo->nactions,
		make_action(bench, kind, label));
	return &undo->actions[undo->nactions - 1];
}

static void on_done(void *ctx, const struct execute_result *result)
{
	struct bench *bench = ctx;

	assert_false(bench->over);
	bench->over = true;
	bench->result = *result;
}

void bench_run(struct bench *bench, unsigned parallel)
{
	struct execute_opts opts = {
		.loop = &bench->loop,
		.engine = bench->engine,
		.report = &bench->report,
		.plan = &bench->plan,
		.parallel = parallel,
		.netdns = bench->netdns,
	};

	bench->execution = execute(&opts, on_done, bench);
	bench_settle(bench);
}

void bench_settle(struct bench *bench)
{
	for (int i = 0; i < SETTLE_TURNS; i++)
		uv_run(&bench->loop, UV_RUN_NOWAIT);
}

const char *bench_events(struct bench *bench)
{
	return str_text(bench->events);
}
