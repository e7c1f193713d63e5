/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-made plans, carried out against the stub. */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "base/arena.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/report.h"
#include "compose/scheduler/scheduler.h"
#include "tests/unit/compose/scheduler/stub-engine.h"

/* One plan under test. */
struct bench {
	uv_loop_t loop;
	struct engine *engine;
	struct arena arena;
	struct plan plan;
	struct report report;
	const struct netdns_opts *netdns; /* NULL: there is none */
	struct execution *execution;
	struct str *events; /* "DONE 1, FAILED 2", in order */
	bool over;
	struct execute_result result;
};

void bench_init(struct bench *bench);

/* Ends everything, runs the loop dry, and asserts that no call is left under way. */
void bench_finish(struct bench *bench);

/*
 * Adds an action; label is also its target and name. needs: earlier numbers up to a 0.
 * Returns it, so that tests set what is special.
 */
struct action *bench_add(struct bench *bench, enum action_kind kind, const char *label,
	const unsigned *needs);

#define NEEDS(...) ((const unsigned[]){__VA_ARGS__, 0})
#define NO_NEEDS ((const unsigned[]){0})

/* An action of an undo list. */
struct undo *bench_undo(struct bench *bench);
struct action *bench_undo_add(
	struct bench *bench, struct undo *undo, enum action_kind kind, const char *label);

void bench_run(struct bench *bench, unsigned parallel);

/* Lets the loop do all that it can do without time passing. */
void bench_settle(struct bench *bench);
const char *bench_events(struct bench *bench);
