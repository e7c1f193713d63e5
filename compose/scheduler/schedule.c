/* SPDX-License-Identifier: Apache-2.0 */
/* Counts, heaps and states of one plan's actions. */
#include "compose/scheduler/schedule.h"

#include <assert.h>

#include "base/arena.h"
#include "compose/planner/plan.h"

struct job {
	enum job_state state;
	enum lane lane;
	unsigned nunfinished; /* of needs and after */
	unsigned path;        /* the longest way to the end of the plan, in actions */
	unsigned *dependents; /* numbers of those that need it or come after it */
	size_t ndependents;
	size_t nneed_dependents; /* the first of them need it */
};

struct heap {
	unsigned *numbers;
	size_t n;
};

struct schedule {
	struct job *jobs; /* by number - 1 */
	unsigned njobs;
	struct heap ready[NLANES];
	schedule_given_up *given_up;
	void *ctx;
};

bool job_succeeded(enum job_state state)
{
	return state == JOB_DONE || state == JOB_SKIPPED || state == JOB_WARNED;
}

bool job_ended(enum job_state state)
{
	return job_succeeded(state) || state == JOB_FAILED || state == JOB_GIVEN_UP;
}

static struct job *job_of(const struct schedule *schedule, unsigned number)
{
	assert(number >= 1 && number <= schedule->njobs);
	return &schedule->jobs[number - 1];
}

/* Longer way first, then the order of the plan. */
static bool is_before(const struct schedule *schedule, unsigned a, unsigned b)
{
	unsigned path_a = job_of(schedule, a)->path, path_b = job_of(schedule, b)->path;

	return path_a != path_b ? path_a > path_b : a < b;
}

static void swap(unsigned *a, unsigned *b)
{
	unsigned kept = *a;

	*a = *b;
	*b = kept;
}

static void heap_push(const struct schedule *schedule, struct heap *heap, unsigned number)
{
	size_t at = heap->n++;

	heap->numbers[at] = number;
	while (at > 0 &&
		is_before(schedule, heap->numbers[at], heap->numbers[(at - 1) / 2])) {
		swap(&heap->numbers[at], &heap->numbers[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
}

static unsigned heap_pop(const struct schedule *schedule, struct heap *heap)
{
	unsigned top = heap->numbers[0];
	size_t at = 0, child;

	heap->numbers[0] = heap->numbers[--heap->n];
	while ((child = 2 * at + 1) < heap->n) {
		if (child + 1 < heap->n &&
			is_before(
				schedule, heap->numbers[child + 1], heap->numbers[child]))
			child++;
		if (!is_before(schedule, heap->numbers[child], heap->numbers[at]))
			break;
		swap(&heap->numbers[at], &heap->numbers[child]);
		at = child;
	}
	return top;
}

static void make_ready(struct schedule *schedule, unsigned number)
{
	struct job *job = job_of(schedule, number);

	job->state = JOB_READY;
	heap_push(schedule, &schedule->ready[job->lane], number);
}

/* Actions only need earlier ones, so one pass from the end knows every longest way. */
static void measure_paths(struct schedule *schedule)
{
	for (unsigned number = schedule->njobs; number >= 1; number--) {
		struct job *job = job_of(schedule, number);

		for (size_t i = 0; i < job->ndependents; i++) {
			unsigned path = job_of(schedule, job->dependents[i])->path + 1;

			if (path > job->path)
				job->path = path;
		}
	}
}

static void add_dependents(struct schedule *schedule, struct arena *arena,
	const struct plan *plan, bool needs)
{
	for (unsigned number = 1; number <= schedule->njobs; number++) {
		const struct action *action = &plan->actions[number - 1];
		const unsigned *earlier = needs ? action->needs : action->after;
		size_t nearlier = needs ? action->nneeds : action->nafter;

		for (size_t i = 0; i < nearlier; i++) {
			struct job *job = job_of(schedule, earlier[i]);

			assert(earlier[i] < number);
			ARENA_PUSH(arena, job->dependents, job->ndependents, number);
			job->nneed_dependents += needs;
		}
		job_of(schedule, number)->nunfinished += (unsigned)nearlier;
	}
}

struct schedule *schedule_new(struct arena *arena, const struct plan *plan,
	schedule_given_up *given_up, void *ctx)
{
	struct schedule *schedule = ARENA_NEW(arena, struct schedule);

	schedule->njobs = (unsigned)plan->nactions;
	schedule->jobs = ARENA_NEW_N(arena, plan->nactions, struct job);
	schedule->given_up = given_up;
	schedule->ctx = ctx;
	for (enum lane lane = 0; lane < NLANES; lane++)
		schedule->ready[lane].numbers =
			ARENA_NEW_N(arena, plan->nactions, unsigned);
	add_dependents(schedule, arena, plan, true);
	add_dependents(schedule, arena, plan, false);
	measure_paths(schedule);
	for (unsigned number = 1; number <= schedule->njobs; number++) {
		struct job *job = job_of(schedule, number);

		if (plan->actions[number - 1].kind == ACTION_WAIT)
			job->lane = LANE_FREE;
		if (job->nunfinished == 0)
			make_ready(schedule, number);
	}
	return schedule;
}

unsigned schedule_take(struct schedule *schedule, enum lane lane)
{
	struct heap *heap = &schedule->ready[lane];
	unsigned number;

	if (heap->n == 0)
		return 0;
	number = heap_pop(schedule, heap);
	job_of(schedule, number)->state = JOB_RUNNING;
	return number;
}

static void give_up(struct schedule *schedule, unsigned number)
{
	if (job_of(schedule, number)->state != JOB_WAITING)
		return;
	schedule->given_up(schedule->ctx, number);
	schedule_end(schedule, number, JOB_GIVEN_UP);
}

void schedule_end(struct schedule *schedule, unsigned number, enum job_state state)
{
	struct job *job = job_of(schedule, number);

	assert(job_ended(state) && !job_ended(job->state));
	job->state = state;
	for (size_t i = 0; i < job->ndependents; i++) {
		struct job *dependent = job_of(schedule, job->dependents[i]);

		dependent->nunfinished--;
		if (i < job->nneed_dependents && !job_succeeded(state))
			give_up(schedule, job->dependents[i]);
		else if (dependent->nunfinished == 0 && dependent->state == JOB_WAITING)
			make_ready(schedule, job->dependents[i]);
	}
}

void schedule_stop(struct schedule *schedule)
{
	for (enum lane lane = 0; lane < NLANES; lane++)
		schedule->ready[lane].n = 0;
	for (unsigned number = 1; number <= schedule->njobs; number++) {
		struct job *job = job_of(schedule, number);

		if (job->state != JOB_WAITING && job->state != JOB_READY)
			continue;
		job->state = JOB_GIVEN_UP;
		schedule->given_up(schedule->ctx, number);
	}
}

enum job_state schedule_state(const struct schedule *schedule, unsigned number)
{
	return job_of(schedule, number)->state;
}
