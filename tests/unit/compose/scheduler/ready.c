/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/str.h"
#include "tests/unit/compose/scheduler/bench.h"
#include "tests/unit/test.h"

/* StartedAt is 1970-01-01T00:16:00Z, second 960; the stub's clock stands at 1000. */
#define RUNNING                                                                 \
	"{\"Id\": \"db\", \"State\": {\"Status\": \"running\", \"StartedAt\": " \
	"\"1970-01-01T00:16:00Z\"}}"
#define JUST_STARTED                                                            \
	"{\"Id\": \"db\", \"State\": {\"Status\": \"running\", \"StartedAt\": " \
	"\"1970-01-01T00:16:39.9Z\"}}"
#define HEALTH(status, start)                                                   \
	"{\"Id\": \"db\", \"State\": {\"Status\": \"running\", \"StartedAt\": " \
	"\"1970-01-01T00:16:00Z\", \"Health\": {\"Status\": \"" status          \
	"\", \"Log\": [{\"Start\": \"" start                                    \
	"\", \"ExitCode\": 7, \"Output\": \"no answer\\n\"}]}}}"
#define STARTING HEALTH("starting", "1970-01-01T00:16:01Z")
#define HEALTHY HEALTH("healthy", "1970-01-01T00:16:01Z")
#define STALE HEALTH("healthy", "1970-01-01T00:15:59Z")
#define UNHEALTHY HEALTH("unhealthy", "1970-01-01T00:16:01Z")
#define EXITED(code)                                                                \
	"{\"Id\": \"db\", \"State\": {\"Status\": \"exited\", \"ExitCode\": " #code \
	", \"StartedAt\": \"1970-01-01T00:16:00Z\"}}"
#define RESTARTING(count)                                                            \
	"{\"Id\": \"db\", \"RestartCount\": " #count                                 \
	", \"State\": {\"Status\": \"restarting\", \"ExitCode\": 3, \"StartedAt\": " \
	"\"1970-01-01T00:16:00Z\"}}"
#define EVENT(action, nano)                                                              \
	"{\"Action\": \"" action "\", \"Actor\": {\"ID\": \"db\"}, \"timeNano\": " #nano \
	"}"

/* A plan of one wait for db, whose stream of events stands. */
static struct action *begin(struct bench *bench, enum wait_for wait)
{
	struct action *action;

	bench_init(bench);
	action = bench_add(bench, ACTION_WAIT, "db", NO_NEEDS);
	action->wait = wait;
	action->service = "db";
	return action;
}

static void run(struct bench *bench)
{
	bench_run(bench, 0);
	assert_int_equal(stub_under_way(bench->engine, "inspect"), 0);
	stub_ready(bench->engine, "events");
	bench_settle(bench);
}

static void see(struct bench *bench, const char *inspect)
{
	stub_reply(bench->engine, "inspect db", inspect);
	bench_settle(bench);
}

static void happen(struct bench *bench, const char *event)
{
	stub_record(bench->engine, "events", event);
	bench_settle(bench);
}

static void end_ok(struct bench *bench)
{
	assert_true(bench->over);
	assert_true(bench->result.ok);
	bench_finish(bench);
}

/* The failure has its evidence from the log, and begins with this. */
static void end_failed(struct bench *bench, const char *text)
{
	if (!bench->over) {
		stub_data(bench->engine, "logs db", 1, "last words\n");
		stub_reply(bench->engine, "logs db", NULL);
		bench_settle(bench);
	}
	assert_true(bench->over);
	if (!text_starts(bench->result.err.text, text))
		fail_msg("%s", bench->result.err.text);
	bench_finish(bench);
}

TEST(wait_looks_once_when_it_begins)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	run(&bench);
	see(&bench, HEALTHY);
	end_ok(&bench);
}

TEST(wait_looks_again_at_each_event_and_never_by_itself)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	run(&bench);
	see(&bench, STARTING);
	assert_int_equal(stub_under_way(bench.engine, "inspect"), 0);
	happen(&bench, EVENT("health_status: healthy", 970000000000));
	see(&bench, HEALTHY);
	end_ok(&bench);
}

TEST(wait_looks_again_when_something_happened_while_it_looked)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	run(&bench);
	happen(&bench, EVENT("health_status: healthy", 970000000000));
	see(&bench, STARTING);
	see(&bench, HEALTHY);
	end_ok(&bench);
}

TEST(wait_does_not_believe_a_health_result_from_before_the_start)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	run(&bench);
	see(&bench, STALE);
	assert_false(bench.over);
	happen(&bench, EVENT("health_status: unhealthy", 970000000000));
	see(&bench, UNHEALTHY);
	end_failed(&bench,
		"dependency failed to start: container db is unhealthy\n"
		"its last probe exited 7: no answer\nits last lines:\nlast words");
}

TEST(wait_fails_without_a_healthcheck_where_one_is_needed)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY)->no_healthcheck_fails = true;
	run(&bench);
	see(&bench, RUNNING);
	end_failed(&bench,
		"dependency failed to start: container db has no healthcheck configured");
}

TEST(wait_takes_a_container_that_has_run_for_a_second_as_ready)
{
	struct bench bench;

	begin(&bench, WAIT_READY);
	run(&bench);
	see(&bench, RUNNING);
	end_ok(&bench);
}

TEST(wait_gives_a_young_container_its_second)
{
	struct bench bench;

	begin(&bench, WAIT_READY);
	run(&bench);
	see(&bench, JUST_STARTED);
	assert_false(bench.over);
	happen(&bench, EVENT("die", 1000100000000));
	see(&bench, EXITED(4));
	end_failed(&bench, "container db exited (4)\nits last lines:\nlast words");
}

TEST(wait_takes_a_finished_one_shot_as_ready)
{
	struct bench bench;

	begin(&bench, WAIT_READY);
	run(&bench);
	see(&bench, EXITED(0));
	end_ok(&bench);
}

TEST(wait_for_completion_tells_the_exit_code)
{
	struct bench bench;

	begin(&bench, WAIT_COMPLETED);
	run(&bench);
	see(&bench, RUNNING);
	happen(&bench, EVENT("die", 970000000000));
	see(&bench, EXITED(9));
	end_failed(&bench, "service \"db\" didn't complete successfully: exit 9");
}

TEST(wait_for_completion_is_over_at_exit_0)
{
	struct bench bench;

	begin(&bench, WAIT_COMPLETED);
	run(&bench);
	see(&bench, EXITED(0));
	end_ok(&bench);
}

TEST(wait_for_the_end_takes_any_code_and_a_missing_container)
{
	struct bench bench;

	begin(&bench, WAIT_EXITED);
	run(&bench);
	see(&bench, EXITED(9));
	end_ok(&bench);

	begin(&bench, WAIT_EXITED);
	run(&bench);
	stub_fail(bench.engine, "inspect db", ERR_ENGINE, 404, "no such container");
	bench_settle(&bench);
	end_ok(&bench);
}

TEST(wait_fails_at_the_third_death)
{
	struct bench bench;

	begin(&bench, WAIT_READY);
	run(&bench);
	happen(&bench, EVENT("die", 1000100000000)); /* before the first look ended */
	see(&bench, RESTARTING(1));
	see(&bench, RESTARTING(1));
	happen(&bench, EVENT("die", 1000200000000));
	happen(&bench, EVENT("die", 1000200000000)); /* told twice */
	see(&bench, RESTARTING(2));
	assert_false(bench.over);
	happen(&bench, EVENT("die", 1000300000000));
	see(&bench, RESTARTING(3));
	end_failed(&bench, "container db is in a crash loop: died 3 times, exit code 3");
}

TEST(wait_counts_no_deaths_from_before_and_none_on_purpose)
{
	struct bench bench;

	begin(&bench, WAIT_READY);
	run(&bench);
	see(&bench, RESTARTING(57)); /* of last week */
	assert_false(bench.over);
	for (int64_t i = 0; i < 3; i++) {
		char event[128];

		snprintf(event, sizeof(event),
			"{\"Action\": \"die\", \"Actor\": {\"ID\": \"db\"}, "
			"\"timeNano\": %d}",
			(int)i + 1);
		happen(&bench, event);
		see(&bench, RESTARTING(0)); /* stopped and started by hand */
	}
	assert_false(bench.over);
	bench_finish(&bench);
}

TEST(wait_fails_when_the_container_is_gone)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	run(&bench);
	see(&bench, STARTING);
	happen(&bench, EVENT("destroy", 970000000000));
	stub_fail(bench.engine, "inspect db", ERR_ENGINE, 404, "no such container");
	bench_settle(&bench);
	end_failed(&bench, "dependency failed to start: container db is gone");
}

TEST(wait_names_who_was_not_ready_in_time)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY)->timeout_s = 1;
	run(&bench);
	see(&bench, STARTING);
	while (!stub_under_way(bench.engine, "inspect"))
		uv_run(&bench.loop, UV_RUN_ONCE);
	see(&bench, STARTING);
	end_failed(&bench, "container db is not healthy after 1 s");
}

TEST(wait_ignores_other_containers)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	run(&bench);
	see(&bench, STARTING);
	happen(&bench,
		"{\"Action\": \"die\", \"Actor\": {\"ID\": \"web\"}, \"timeNano\": 1}");
	assert_int_equal(stub_under_way(bench.engine, "inspect"), 0);
	bench_finish(&bench);
}

TEST(wait_looks_again_after_a_break)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	run(&bench);
	see(&bench, STARTING);
	happen(&bench, EVENT("start", 970000000000));
	see(&bench, STARTING);
	stub_reply(bench.engine, "events", NULL);
	while (!stub_under_way(bench.engine, "events"))
		uv_run(&bench.loop, UV_RUN_ONCE);
	assert_string_equal(stub_body(bench.engine, "events"), "since=970");
	stub_ready(bench.engine, "events");
	happen(&bench, EVENT("start", 970000000000)); /* seen before the break */
	see(&bench, HEALTHY);
	end_ok(&bench);
}

TEST(wait_ends_when_the_engine_goes_away)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	run(&bench);
	stub_cut(bench.engine);
	bench_settle(&bench);
	assert_true(bench.over);
	assert_int_equal(bench.result.err.kind, ERR_CONNECTION);
	bench_finish(&bench);
}

TEST(wait_ends_when_events_cannot_be_had)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	bench_run(&bench, 0);
	stub_fail(bench.engine, "events", ERR_ENGINE, 403, "forbidden");
	bench_settle(&bench);
	assert_true(bench.over);
	assert_string_equal(bench.result.err.text, "forbidden");
	bench_finish(&bench);
}

TEST(wait_ends_at_an_interrupt)
{
	for (int repeat = 0; repeat < 20; repeat++) {
		struct bench bench;

		begin(&bench, WAIT_HEALTHY);
		bench_run(&bench, 0);
		if (repeat % 2)
			stub_ready(bench.engine, "events");
		bench_settle(&bench);
		if (repeat % 4 == 3)
			see(&bench, STARTING);
		execution_interrupt(bench.execution);
		bench_settle(&bench);
		assert_true(bench.over);
		assert_int_equal(bench.result.err.kind, ERR_INTERRUPTED);
		bench_finish(&bench);
	}
}

TEST(wait_ends_when_the_run_is_stopped)
{
	struct bench bench;

	begin(&bench, WAIT_HEALTHY);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "web", NO_NEEDS);
	run(&bench);
	see(&bench, STARTING);
	stub_fail(bench.engine, "create web", ERR_ENGINE, 409, "name taken");
	bench_settle(&bench);
	assert_true(bench.over);
	assert_string_equal(bench.result.err.text, "create container web: name taken");
	assert_string_equal(bench_events(&bench), "failed web, given-up db");
	bench_finish(&bench);
}

TEST(changing_calls_begin_when_the_events_stand)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_CONTAINER_START, "db", NO_NEEDS);
	bench_add(&bench, ACTION_WAIT, "db", NEEDS(1))->wait = WAIT_READY;
	bench_run(&bench, 0);
	assert_string_equal(stub_log(bench.engine), "");
	stub_ready(bench.engine, "events");
	bench_settle(&bench);
	assert_string_equal(stub_log(bench.engine), "start db");
	stub_reply(bench.engine, "start db", NULL);
	bench_settle(&bench);
	see(&bench, RUNNING);
	end_ok(&bench);
}
