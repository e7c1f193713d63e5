/* SPDX-License-Identifier: Apache-2.0 */
/* Plans carried out on the model: needs, guards, slots and undo lists as plan.h says, one action at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "tests/tools/sim-read.h"
#include "tests/tools/sim.h"

enum job {
	JOB_OPEN,
	JOB_DONE,
	JOB_SKIPPED,
	JOB_WARNED,
	JOB_FAILED,
	JOB_GIVEN_UP,
};

struct run {
	struct sim *sim;
	const struct plan *plan;
	enum job *jobs;
	const char **values; /* id or digest */
	bool stopped;
	bool failed;
	unsigned ndone;
	uint64_t random;
};

static const char *value_of(void *ctx, unsigned action, enum slot_value value)
{
	const struct run *run = ctx;

	if (value == SLOT_GATEWAY)
		return arena_printf(run->sim->arena, "gateway of %s",
			run->plan->actions[action - 1].label);
	return run->values[action - 1];
}

static bool ended(enum job job)
{
	return job != JOB_OPEN;
}

static bool went_well(enum job job)
{
	return job == JOB_DONE || job == JOB_SKIPPED || job == JOB_WARNED;
}

static bool holds(const struct run *run, const struct guard *guard)
{
	switch (guard->kind) {
	case GUARD_NONE:
		break;
	case GUARD_DIFFERS:
		return !text_eq(run->values[guard->action - 1], guard->text);
	case GUARD_DONE:
		return run->jobs[guard->action - 1] == JOB_DONE;
	case GUARD_NOT_DONE:
		return run->jobs[guard->action - 1] != JOB_DONE;
	case GUARD_WENT_WELL:
		return went_well(run->jobs[guard->action - 1]);
	}
	return true;
}

static bool allows(const struct run *run, const struct guard *guard)
{
	for (const struct guard *any = guard; any; any = any->either) {
		const struct guard *all = any;

		while (all && holds(run, all))
			all = all->also;
		if (!all)
			return true;
	}
	return false;
}

static bool is_ready(const struct run *run, const struct action *action)
{
	for (size_t i = 0; i < action->nneeds; i++)
		if (!went_well(run->jobs[action->needs[i] - 1]))
			return false;
	for (size_t i = 0; i < action->nafter; i++)
		if (!ended(run->jobs[action->after[i] - 1]))
			return false;
	return true;
}

static struct action filled(struct run *run, const struct action *action)
{
	struct action copy = *action;

	if (copy.target)
		copy.target = slots_fill(run->sim->arena, copy.target, value_of, run);
	if (copy.body)
		copy.body = slots_fill_node(run->sim->arena, copy.body, value_of, run);
	return copy;
}

/* What cannot be had any more because something it needs failed. */
static bool give_up(struct run *run)
{
	bool changed = false;

	for (size_t i = 0; i < run->plan->nactions; i++) {
		const struct action *action = &run->plan->actions[i];
		bool lost = run->stopped;

		for (size_t j = 0; j < action->nneeds && !lost; j++)
			lost = ended(run->jobs[action->needs[j] - 1]) &&
				!went_well(run->jobs[action->needs[j] - 1]);
		if (lost && !ended(run->jobs[i])) {
			run->jobs[i] = JOB_GIVEN_UP;
			changed = true;
		}
	}
	return changed;
}

static unsigned random_below(struct run *run, size_t n)
{
	run->random = run->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((run->random >> 33) % n);
}

/* 0: nothing is ready. */
static unsigned choose(struct run *run, unsigned seed)
{
	unsigned *ready = xalloc((run->plan->nactions + 1) * sizeof(*ready));
	size_t n = 0;
	unsigned chosen = 0;

	for (size_t i = 0; i < run->plan->nactions; i++)
		if (!ended(run->jobs[i]) && is_ready(run, &run->plan->actions[i]))
			ready[n++] = (unsigned)i + 1;
	if (n)
		chosen = seed ? ready[random_below(run, n)] : ready[0];
	free(ready);
	return chosen;
}

/* What slots of an action hold that was not carried out. */
static void stand_in(struct run *run, unsigned number, const struct action *action)
{
	const char *text = action->if_skipped;

	run->values[number - 1] =
		text ? slots_fill(run->sim->arena, text, value_of, run) : NULL;
}

static void carry_out(struct run *run, unsigned number, bool fails, struct err *err)
{
	const struct action *action = &run->plan->actions[number - 1];
	struct action copy;
	struct err why = {0};
	bool ok;

	if (!allows(run, &action->guard)) {
		run->jobs[number - 1] = JOB_SKIPPED;
		stand_in(run, number, action);
		return;
	}
	copy = filled(run, action);
	ok = fails ? err_set(&why, ERR_ENGINE, "made to fail")
		   : sim_do(run->sim, &copy, &run->values[number - 1], &why);
	run->ndone++;
	if (ok) {
		run->jobs[number - 1] = JOB_DONE;
		return;
	}
	if (action->on_fail == FAIL_WARN) {
		run->jobs[number - 1] = JOB_WARNED;
		stand_in(run, number, action);
		return;
	}
	run->jobs[number - 1] = JOB_FAILED;
	run->failed = true;
	run->stopped |= action->on_fail != FAIL_GO_ON;
	err_set(err, ERR_ENGINE, "%u %s %s: %s", number, action_verb(action->kind),
		action->label, why.text);
}

static void undo_list(struct run *run, const struct undo *undo)
{
	for (size_t i = 0; i < undo->nactions; i++) {
		const char *id = NULL;
		struct err err = {0};
		struct action copy;

		if (!allows(run, &undo->actions[i].guard))
			continue;
		copy = filled(run, &undo->actions[i]);
		sim_do(run->sim, &copy, &id, &err);
	}
}

static void undo_all(struct run *run)
{
	const struct undo **seen =
		xalloc((run->plan->nactions + 1) * sizeof(const struct undo *));
	size_t nseen = 0;

	for (size_t i = 0; i < run->plan->nactions; i++) {
		const struct undo *undo = run->plan->actions[i].undo;
		bool again = false;

		if (!undo || (run->jobs[i] != JOB_FAILED && run->jobs[i] != JOB_GIVEN_UP))
			continue;
		for (size_t j = 0; j < nseen && !again; j++)
			again = seen[j] == undo;
		if (again)
			continue;
		seen[nseen++] = undo;
		undo_list(run, undo);
	}
	free(seen);
}

bool sim_execute(struct sim *sim, const struct plan *plan, const struct sim_opts *opts,
	struct err *err)
{
	struct run run = {
		.sim = sim,
		.plan = plan,
		.jobs = ARENA_NEW_N(sim->arena, plan->nactions, enum job),
		.values = ARENA_NEW_N(sim->arena, plan->nactions, const char *),
		.random = opts->seed,
	};
	unsigned number;

	while ((number = choose(&run, opts->seed)) > 0) {
		carry_out(&run, number, number == opts->fail, err);
		while (give_up(&run))
			;
		if (opts->kill_after && run.ndone == opts->kill_after)
			return !run.failed;
	}
	undo_all(&run);
	return !run.failed;
}
