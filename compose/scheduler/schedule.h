/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a plan can be started next: a count of unfinished needs per action and two
 * ready heaps, longest remaining path first. Pure: it knows no engine and no time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct plan;

enum job_state {
	JOB_WAITING, /* for its needs */
	JOB_READY,
	JOB_RUNNING,
	JOB_DONE,
	JOB_SKIPPED, /* its guard said no; counts as done */
	JOB_WARNED,  /* failed, and may */
	JOB_FAILED,
	JOB_GIVEN_UP, /* something it needs failed, or the run was stopped */
};

/* Actions in flight fall into two lanes: what changes the engine is bounded, waits are
 * free. */
enum lane {
	LANE_CHANGING,
	LANE_FREE,
	NLANES,
};

struct schedule;

/* Told of every action that is given up, in the order of the plan's needs. */
typedef void schedule_given_up(void *ctx, unsigned number);

struct schedule *schedule_new(struct arena *arena, const struct plan *plan,
	schedule_given_up *given_up, void *ctx);

/* Takes the ready action with the longest way behind it; it is then JOB_RUNNING. 0: none
 * is ready. */
unsigned schedule_take(struct schedule *schedule, enum lane lane);

/* A running action has ended: unblocks what needs it, or gives that up. */
void schedule_end(struct schedule *schedule, unsigned number, enum job_state state);

/* Gives up everything that has not been started. */
void schedule_stop(struct schedule *schedule);

enum job_state schedule_state(const struct schedule *schedule, unsigned number);
bool job_succeeded(enum job_state state); /* done, skipped or warned */
bool job_ended(enum job_state state);
