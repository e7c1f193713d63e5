/* SPDX-License-Identifier: Apache-2.0 */
/* A state is one of few; what it means depends on what is waited for. */
#include "compose/scheduler/verdict.h"

#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/stamp.h"

#define NS_PER_MS 1000000
#define MS_PER_S 1000

static const struct node *state_of(const struct node *inspect)
{
	return node_get(inspect, "State");
}

static bool is_status(const struct verdict_facts *facts, const char *status)
{
	return text_eq(node_get_text(state_of(facts->inspect), "Status"), status);
}

static int64_t exit_code(const struct verdict_facts *facts)
{
	return node_get_int(state_of(facts->inspect), "ExitCode", 0);
}

/* "none" is what a disabled check looks like. */
static const struct node *health_of(const struct verdict_facts *facts)
{
	const struct node *health = node_get(state_of(facts->inspect), "Health");
	const char *status = node_get_text(health, "Status");

	return status && !text_eq(status, "none") && *status ? health : NULL;
}

/* A probe that began before this start speaks of the life before. */
static bool is_health_of_this_life(
	const struct verdict_facts *facts, const struct node *health)
{
	const struct node *log = node_get(health, "Log");
	int64_t started_ns, probed_ns;

	if (!log || log->kind != NODE_LIST || log->nitems == 0)
		return true;
	return !stamp_parse(node_get_text(state_of(facts->inspect), "StartedAt"),
		       &started_ns) ||
		!stamp_parse(node_get_text(log->items[log->nitems - 1], "Start"),
			&probed_ns) ||
		probed_ns >= started_ns;
}

static enum verdict no(
	struct err *err, const struct verdict_facts *facts, const char *what)
{
	err_set(err, ERR_STATE, "container %s %s", facts->action->label, what);
	return VERDICT_NO;
}

static enum verdict judge_exited(const struct verdict_facts *facts, struct err *err)
{
	int64_t code = exit_code(facts);

	switch (facts->action->wait) {
	case WAIT_EXITED:
	case WAIT_ANSWERS:
	case WAIT_DRAINED:
		return VERDICT_YES;
	case WAIT_COMPLETED:
		if (code == 0)
			return VERDICT_YES;
		err_set(err, ERR_STATE,
			"service \"%s\" didn't complete successfully: exit %d",
			facts->action->service ? facts->action->service
					       : facts->action->label,
			(int)code);
		return VERDICT_NO;
	case WAIT_READY:
		if (code == 0)
			return VERDICT_YES;
		break;
	case WAIT_HEALTHY:
		break;
	}
	err_set(err, ERR_STATE, "container %s exited (%d)", facts->action->label,
		(int)code);
	return VERDICT_NO;
}

static enum verdict judge_age(const struct verdict_facts *facts, int64_t *out_ms)
{
	int64_t started_ns, age_ms = 0;

	if (facts->ran_long_enough)
		return VERDICT_YES;
	/* clock_s lies up to a second behind, so the age is never taken for more than it
	 * is. */
	if (facts->clock_s > 0 &&
		stamp_parse(node_get_text(state_of(facts->inspect), "StartedAt"),
			&started_ns))
		age_ms = facts->clock_s * MS_PER_S - started_ns / NS_PER_MS;
	if (age_ms >= READY_AFTER_MS)
		return VERDICT_YES;
	*out_ms = READY_AFTER_MS - (age_ms > 0 ? age_ms : 0);
	return VERDICT_LATER;
}

static enum verdict judge_running(
	const struct verdict_facts *facts, int64_t *out_ms, struct err *err)
{
	const struct node *health = health_of(facts);
	const char *status = node_get_text(health, "Status");

	if (facts->action->wait == WAIT_COMPLETED || facts->action->wait == WAIT_EXITED)
		return VERDICT_NOT_YET;
	if (!health)
		return facts->action->no_healthcheck_fails
			? no(err, facts, "has no healthcheck configured")
			: judge_age(facts, out_ms);
	if (!is_health_of_this_life(facts, health))
		return VERDICT_NOT_YET;
	if (text_eq(status, "healthy"))
		return VERDICT_YES;
	return text_eq(status, "unhealthy") ? no(err, facts, "is unhealthy")
					    : VERDICT_NOT_YET;
}

enum verdict verdict_give(
	const struct verdict_facts *facts, int64_t *out_ms, struct err *err)
{
	if (is_status(facts, "exited"))
		return judge_exited(facts, err);
	if (is_status(facts, "dead") || is_status(facts, "removing"))
		return facts->action->wait == WAIT_EXITED
			? VERDICT_YES
			: no(err, facts, "is being removed");
	if (facts->deaths >= CRASH_LOOP_DEATHS && facts->action->wait != WAIT_EXITED) {
		err_set(err, ERR_STATE,
			"container %s is in a crash loop: died %u times, exit code %d",
			facts->action->label, facts->deaths, (int)exit_code(facts));
		return VERDICT_NO;
	}
	if (is_status(facts, "running"))
		return judge_running(facts, out_ms, err);
	return VERDICT_NOT_YET;
}
