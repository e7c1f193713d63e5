/* SPDX-License-Identifier: Apache-2.0 */
#include "base/node.h"
#include "base/str.h"
#include "tests/unit/compose/scheduler/bench.h"
#include "tests/unit/test.h"

enum { REPEATS = 20, MANY = 150 };

TEST(execute_ends_when_there_is_nothing_to_do)
{
	struct bench bench;

	bench_init(&bench);
	bench_run(&bench, 0);
	assert_true(bench.over);
	assert_true(bench.result.ok);
	assert_false(bench.result.changed);
	bench_finish(&bench);
}

TEST(execute_keeps_the_order_of_needs)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_NETWORK_CREATE, "net", NO_NEEDS);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "db", NEEDS(1));
	bench_add(&bench, ACTION_CONTAINER_CREATE, "web", NEEDS(1));
	bench_add(&bench, ACTION_CONTAINER_START, "db", NEEDS(2));
	bench_add(&bench, ACTION_CONTAINER_START, "web", NEEDS(3, 4));
	stub_serve(bench.engine, &bench.loop);
	bench_run(&bench, 0);
	assert_true(bench.result.ok);
	assert_int_equal(bench.result.ndone, 5);
	assert_string_equal(stub_log(bench.engine),
		"create-network net, create db, create web, start db, start web");
	bench_finish(&bench);
}

TEST(execute_fills_slots)
{
	struct bench bench;
	struct action *create;
	struct node *body;

	bench_init(&bench);
	body = node_map(&bench.arena);
	node_set_text(&bench.arena, body, "Network", "container:$1.id");
	node_get(body, "Network")->marks |= NODE_SLOT;
	bench_add(&bench, ACTION_CONTAINER_CREATE, "db", NO_NEEDS);
	create = bench_add(&bench, ACTION_CONTAINER_CREATE, "web", NEEDS(1));
	create->body = body;
	bench_add(&bench, ACTION_CONTAINER_START, "web", NEEDS(2))->target = "$2.id";
	stub_serve(bench.engine, &bench.loop);
	bench_run(&bench, 0);
	assert_string_equal(
		stub_log(bench.engine), "create db, create web, start id-web");
	assert_string_equal(stub_body(bench.engine, "create web"),
		"{\"Network\":\"container:id-db\"}");
	assert_string_equal(bench.result.ids[1], "id-web");
	bench_finish(&bench);
}

TEST(execute_never_exceeds_the_bound)
{
	struct bench bench;

	bench_init(&bench);
	for (unsigned i = 0; i < MANY; i++) {
		bench_add(&bench, ACTION_CONTAINER_CREATE, "c", NO_NEEDS);
		bench_add(&bench, ACTION_CONTAINER_START, "c", NEEDS(2 * i + 1));
	}
	stub_serve(bench.engine, &bench.loop);
	bench_run(&bench, 2);
	while (!bench.over)
		uv_run(&bench.loop, UV_RUN_ONCE);
	assert_int_equal(bench.result.ndone, 2 * MANY);
	assert_int_equal(stub_most_changing(bench.engine), 2);
	bench_finish(&bench);
}

TEST(execute_starts_the_longest_way_first)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "short", NO_NEEDS);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "long", NO_NEEDS);
	bench_add(&bench, ACTION_CONTAINER_START, "long", NEEDS(2));
	stub_serve(bench.engine, &bench.loop);
	bench_run(&bench, 1);
	assert_string_equal(
		stub_log(bench.engine), "create long, create short, start long");
	bench_finish(&bench);
}

TEST(execute_skips_what_its_guard_refuses_and_goes_on)
{
	struct bench bench;
	struct action *create;

	bench_init(&bench);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "a", NO_NEEDS);
	create = bench_add(&bench, ACTION_CONTAINER_CREATE, "b", NEEDS(1));
	create->guard = (struct guard){
		.kind = GUARD_DIFFERS, .action = 1, .value = SLOT_ID, .text = "id-a"};
	create->if_skipped = "old-b";
	bench_add(&bench, ACTION_CONTAINER_START, "b", NEEDS(2))->target = "$2.id";
	stub_serve(bench.engine, &bench.loop);
	bench_run(&bench, 0);
	assert_true(bench.result.ok);
	assert_string_equal(stub_log(bench.engine), "create a, start old-b");
	assert_string_equal(bench_events(&bench), "done a, skipped b, done b");
	bench_finish(&bench);
}

TEST(execute_allows_what_one_of_joined_guards_allows)
{
	struct bench bench;
	struct guard other = {.kind = GUARD_DONE, .action = 1};

	bench_init(&bench);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "a", NO_NEEDS);
	bench_add(&bench, ACTION_CONTAINER_START, "a", NEEDS(1))->guard =
		(struct guard){.kind = GUARD_NOT_DONE, .action = 1, .either = &other};
	stub_serve(bench.engine, &bench.loop);
	bench_run(&bench, 0);
	assert_string_equal(bench_events(&bench), "done a, done a");
	bench_finish(&bench);
}

TEST(execute_needs_all_guards_that_are_joined_by_and)
{
	struct bench bench;
	const struct guard done = {.kind = GUARD_DONE, .action = 1};
	const struct guard not_done = {.kind = GUARD_NOT_DONE, .action = 1};

	bench_init(&bench);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "a", NO_NEEDS);
	bench_add(&bench, ACTION_CONTAINER_START, "both", NEEDS(1))->guard =
		(struct guard){.kind = GUARD_WENT_WELL, .action = 1, .also = &done};
	bench_add(&bench, ACTION_CONTAINER_START, "one", NEEDS(2))->guard =
		(struct guard){.kind = GUARD_DONE, .action = 1, .also = &not_done};
	bench_add(&bench, ACTION_CONTAINER_START, "skipped", NEEDS(3))->guard =
		(struct guard){.kind = GUARD_WENT_WELL, .action = 3};
	stub_serve(bench.engine, &bench.loop);
	bench_run(&bench, 0);
	assert_string_equal(
		bench_events(&bench), "done a, done both, skipped one, done skipped");
	bench_finish(&bench);
}

/* A removal that was called off may only be made up for when what its guard asks about has ended. */
TEST(execute_undoes_only_when_its_guards_can_tell)
{
	struct bench bench;
	struct undo *undo;
	struct action *removal;

	bench_init(&bench);
	undo = bench_undo(&bench);
	bench_add(&bench, ACTION_CONTAINER_START, "new", NO_NEEDS);
	removal = bench_add(&bench, ACTION_CONTAINER_REMOVE, "old", NEEDS(1));
	removal->on_fail = FAIL_UNDO;
	removal->undo = undo;
	bench_add(&bench, ACTION_CONTAINER_START, "other", NO_NEEDS);
	bench_undo_add(&bench, undo, ACTION_CONTAINER_REMOVE, "old")->guard =
		(struct guard){.kind = GUARD_DONE, .action = 1};
	bench_run(&bench, 0);
	stub_fail(bench.engine, "start other", ERR_ENGINE, 500, "no");
	bench_settle(&bench);
	assert_string_equal(stub_log(bench.engine), "start new, start other");
	stub_reply(bench.engine, "start new", NULL);
	bench_settle(&bench);
	stub_reply(bench.engine, "remove old", NULL);
	bench_settle(&bench);
	assert_true(bench.over);
	assert_string_equal(stub_log(bench.engine), "start new, start other, remove old");
	bench_finish(&bench);
}

TEST(execute_stops_when_told_so_and_lets_the_running_finish)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "a", NO_NEEDS);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "b", NO_NEEDS);
	bench_add(&bench, ACTION_CONTAINER_START, "a", NEEDS(1));
	bench_add(&bench, ACTION_CONTAINER_START, "b", NEEDS(2));
	bench_run(&bench, 0);
	stub_fail(bench.engine, "create a", ERR_ENGINE, 409, "name taken");
	bench_settle(&bench);
	assert_false(bench.over);
	stub_reply(bench.engine, "create b", "{\"Id\": \"1\"}");
	bench_settle(&bench);
	assert_true(bench.over);
	assert_false(bench.result.ok);
	assert_int_equal(bench.result.failed, 1);
	assert_string_equal(bench.result.err.text, "create container a: name taken");
	assert_string_equal(
		bench_events(&bench), "failed a, given-up a, given-up b, done b");
	bench_finish(&bench);
}

TEST(execute_goes_on_with_siblings)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_VOLUME_REMOVE, "a", NO_NEEDS)->on_fail = FAIL_GO_ON;
	bench_add(&bench, ACTION_VOLUME_REMOVE, "b", NO_NEEDS)->on_fail = FAIL_GO_ON;
	bench_add(&bench, ACTION_CONTAINER_START, "a", NEEDS(1));
	bench_add(&bench, ACTION_CONTAINER_START, "b", NEEDS(2));
	bench_run(&bench, 0);
	stub_fail(bench.engine, "remove-volume a", ERR_ENGINE, 409, "in use");
	stub_reply(bench.engine, "remove-volume b", NULL);
	bench_settle(&bench);
	stub_reply(bench.engine, "start b", NULL);
	bench_settle(&bench);
	assert_true(bench.over);
	assert_false(bench.result.ok);
	assert_string_equal(bench_events(&bench), "failed a, given-up a, done b, done b");
	bench_finish(&bench);
}

TEST(execute_warns_and_goes_on_as_if_well)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_NETWORK_REMOVE, "net", NO_NEEDS)->on_fail = FAIL_WARN;
	bench_add(&bench, ACTION_VOLUME_REMOVE, "vol", NEEDS(1));
	bench_run(&bench, 0);
	stub_fail(bench.engine, "remove-network net", ERR_ENGINE, 403,
		"volume plugin says no");
	bench_settle(&bench);
	stub_reply(bench.engine, "remove-volume vol", NULL);
	bench_settle(&bench);
	assert_true(bench.result.ok);
	assert_string_equal(bench_events(&bench), "warned net, done vol");
	bench_finish(&bench);
}

/* What is said of a network whose removal the engine refused, when its inspect gives this. */
static void assert_refusal(const char *inspect, const char *text)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_NETWORK_REMOVE, "net", NO_NEEDS);
	bench_run(&bench, 0);
	stub_fail(bench.engine, "remove-network net", ERR_ENGINE, 403,
		"has active endpoints");
	bench_settle(&bench);
	if (inspect)
		stub_reply(bench.engine, "inspect-network net", inspect);
	else
		stub_fail(bench.engine, "inspect-network net", ERR_ENGINE, 500, "no");
	bench_settle(&bench);
	assert_false(bench.result.ok);
	assert_string_equal(bench.result.err.text, text);
	bench_finish(&bench);
}

TEST(execute_names_who_is_on_a_network_that_stays)
{
	assert_refusal("{\"Containers\": {\"1a\": {\"Name\": \"x\"}, \"2b\": {}}}",
		"remove network net: still on it: x, 2b");
	assert_refusal("{\"Containers\": {\"1\": {}, \"2\": {}, \"3\": {}, \"4\": {}, "
		       "\"5\": {}, "
		       "\"6\": {}, \"7\": {}}}",
		"remove network net: still on it: 1, 2, 3, 4, 5 and 2 more");
	assert_refusal("{\"Containers\": {}}",
		"remove network net: the engine counts a container on it and shows none; "
		"it lets the "
		"network go after a restart of the engine");
	assert_refusal(NULL, "remove network net: has active endpoints");
}

/* A hook that says this and exits so, and a start that waits for it. */
static void run_hook(struct bench *bench, int fd, const char *output, const char *ended)
{
	bench_init(bench);
	bench_add(bench, ACTION_CONTAINER_EXEC, "web", NO_NEEDS);
	bench_add(bench, ACTION_CONTAINER_START, "b", NEEDS(1));
	bench_run(bench, 0);
	stub_reply(bench->engine, "exec web", "{\"Id\": \"e1\"}");
	bench_settle(bench);
	stub_data(bench->engine, "start-exec e1", fd, output);
	stub_reply(bench->engine, "start-exec e1", NULL);
	bench_settle(bench);
	stub_reply(bench->engine, "inspect-exec e1", ended);
	bench_settle(bench);
}

TEST(execute_runs_a_hook_to_its_end)
{
	struct bench bench;

	run_hook(&bench, 1, "well\n", "{\"ExitCode\": 0}");
	stub_reply(bench.engine, "start b", NULL);
	bench_settle(&bench);
	assert_true(bench.result.ok);
	bench_finish(&bench);
}

TEST(execute_tells_what_a_failed_hook_said_last)
{
	struct bench bench;

	run_hook(&bench, 2, "no such table", "{\"ExitCode\": 3}");
	assert_false(bench.result.ok);
	assert_string_equal(bench.result.err.text,
		"exec container web: the hook exited with status 3:\nno such table");
	assert_string_equal(bench_events(&bench), "failed web, given-up b");
	bench_finish(&bench);
}

TEST(execute_takes_what_is_gone_as_removed)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_CONTAINER_STOP, "a", NO_NEEDS);
	bench_add(&bench, ACTION_CONTAINER_REMOVE, "a", NEEDS(1));
	bench_add(&bench, ACTION_CONTAINER_REMOVE, "b", NEEDS(1));
	bench_run(&bench, 0);
	stub_fail(bench.engine, "stop a", ERR_ENGINE, 404, "no such container");
	bench_settle(&bench);
	stub_fail(bench.engine, "remove a", ERR_ENGINE, 404, "no such container");
	stub_fail(bench.engine, "remove b", ERR_ENGINE, 409,
		"removal of container b is already in progress");
	stub_reply(bench.engine, "removed b", "{\"StatusCode\": 0}");
	bench_settle(&bench);
	assert_true(bench.result.ok);
	bench_finish(&bench);
}

TEST(execute_waits_for_after_however_it_ends)
{
	struct bench bench;
	const unsigned first[] = {1};
	struct action *start;

	bench_init(&bench);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "a", NO_NEEDS)->on_fail = FAIL_GO_ON;
	start = bench_add(&bench, ACTION_CONTAINER_START, "b", NO_NEEDS);
	start->after = first;
	start->nafter = 1;
	bench_run(&bench, 0);
	assert_string_equal(stub_log(bench.engine), "create a");
	stub_fail(bench.engine, "create a", ERR_ENGINE, 500, "no");
	bench_settle(&bench);
	stub_reply(bench.engine, "start b", NULL);
	bench_settle(&bench);
	assert_string_equal(bench_events(&bench), "failed a, done b");
	bench_finish(&bench);
}

/* A recreate: create new, stop old, rename old, start new, remove old; and how it is
 * undone. */
static void add_recreate(struct bench *bench)
{
	struct undo *undo = bench_undo(bench);
	const enum action_kind kinds[] = {ACTION_CONTAINER_CREATE, ACTION_CONTAINER_STOP,
		ACTION_CONTAINER_RENAME, ACTION_CONTAINER_START, ACTION_CONTAINER_REMOVE};
	const char *const labels[] = {"new", "old", "old", "new", "old"};

	for (unsigned i = 0; i < 5; i++) {
		struct action *action =
			bench_add(bench, kinds[i], labels[i], i ? NEEDS(i) : NO_NEEDS);

		action->on_fail = FAIL_UNDO;
		action->undo = undo;
	}
	bench_undo_add(bench, undo, ACTION_CONTAINER_REMOVE, "new")->target = "$1.id";
	undo->actions[0].guard = (struct guard){.kind = GUARD_DONE, .action = 1};
	bench_undo_add(bench, undo, ACTION_CONTAINER_RENAME, "old")->guard =
		(struct guard){.kind = GUARD_DONE, .action = 3};
	bench_undo_add(bench, undo, ACTION_CONTAINER_START, "old")->guard =
		(struct guard){.kind = GUARD_DONE, .action = 2};
}

static const char *const recreate_calls[] = {
	"create new", "stop old", "rename old", "start new", "remove old"};

static void reply_first(struct bench *bench, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		stub_reply(bench->engine, recreate_calls[i],
			i == 0 ? "{\"Id\": \"N\"}" : NULL);
		bench_settle(bench);
	}
}

static const char *const undo_logs[] = {
	"create new",
	"create new, stop old, remove N",
	"create new, stop old, rename old, remove N, start old",
	"create new, stop old, rename old, start new, remove N, rename old, start old",
	"create new, stop old, rename old, start new, remove old, remove N, rename old, "
	"start old",
};

TEST(execute_undoes_after_a_failure_at_each_step)
{
	for (unsigned step = 0; step < 5; step++) {
		struct bench bench;

		bench_init(&bench);
		add_recreate(&bench);
		bench_run(&bench, 1);
		reply_first(&bench, step);
		stub_serve(bench.engine, &bench.loop);
		stub_fail(bench.engine, recreate_calls[step], ERR_ENGINE, 500, "no");
		bench_settle(&bench);
		assert_true(bench.over);
		assert_false(bench.result.ok);
		assert_string_equal(stub_log(bench.engine), undo_logs[step]);
		bench_finish(&bench);
	}
}

TEST(execute_goes_on_undoing_when_that_fails_too)
{
	struct bench bench;

	bench_init(&bench);
	add_recreate(&bench);
	bench_run(&bench, 0);
	reply_first(&bench, 3);
	stub_fail(bench.engine, "start new", ERR_ENGINE, 500, "port taken");
	bench_settle(&bench);
	stub_fail(bench.engine, "remove N", ERR_ENGINE, 500, "busy");
	bench_settle(&bench);
	stub_reply(bench.engine, "rename old", NULL);
	bench_settle(&bench);
	stub_reply(bench.engine, "start old", NULL);
	bench_settle(&bench);
	assert_true(bench.over);
	assert_string_equal(bench.result.err.text, "start container new: port taken");
	assert_string_equal(bench_events(&bench),
		"done new, done old, done old, failed new, given-up old, undoing new, "
		"failed new, "
		"undoing old, done old, undoing old, done old");
	bench_finish(&bench);
}

TEST(execute_undoes_a_group_when_a_neighbour_fails)
{
	struct bench bench;

	bench_init(&bench);
	add_recreate(&bench);
	bench_add(&bench, ACTION_CONTAINER_CREATE, "other", NO_NEEDS);
	bench_run(&bench, 0);
	reply_first(&bench, 1);
	stub_fail(bench.engine, "create other", ERR_ENGINE, 500, "no");
	bench_settle(&bench);
	assert_int_equal(
		stub_under_way(bench.engine, "remove"), 0); /* stop is in flight */
	stub_serve(bench.engine, &bench.loop);
	stub_reply(bench.engine, "stop old", NULL);
	bench_settle(&bench);
	assert_true(bench.over);
	assert_string_equal(stub_log(bench.engine),
		"create new, create other, stop old, remove N, start old");
	bench_finish(&bench);
}

TEST(execute_interrupted_once_undoes_and_ends)
{
	for (unsigned step = 0; step < 5; step++)
		for (unsigned repeat = 0; repeat < REPEATS; repeat++) {
			struct bench bench;

			bench_init(&bench);
			add_recreate(&bench);
			bench_run(&bench, 0);
			reply_first(&bench, step);
			execution_interrupt(bench.execution);
			bench_settle(&bench);
			assert_false(bench.over); /* the call in flight is let finish */
			stub_serve(bench.engine, &bench.loop);
			stub_reply(bench.engine, recreate_calls[step],
				step == 0 ? "{\"Id\": \"N\"}" : NULL);
			bench_settle(&bench);
			assert_true(bench.over);
			assert_int_equal(bench.result.err.kind, ERR_INTERRUPTED);
			bench_finish(&bench);
		}
}

TEST(execute_interrupted_twice_ends_at_once)
{
	for (unsigned step = 0; step < 5; step++)
		for (unsigned repeat = 0; repeat < REPEATS; repeat++) {
			struct bench bench;

			bench_init(&bench);
			add_recreate(&bench);
			bench_run(&bench, 0);
			reply_first(&bench, step);
			execution_interrupt(bench.execution);
			execution_interrupt(bench.execution);
			assert_int_equal(stub_under_way(bench.engine, ""), 0);
			bench_settle(&bench);
			assert_true(bench.over);
			assert_int_equal(bench.result.err.kind, ERR_INTERRUPTED);
			execution_interrupt(bench.execution);
			bench_finish(&bench);
		}
}

TEST(execute_interrupted_gives_up_pulls_at_once)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_IMAGE_PULL, "app", NO_NEEDS);
	bench_run(&bench, 0);
	stub_record(bench.engine, "pull app",
		"{\"status\": \"Downloading\", \"id\": \"ab\"}");
	execution_interrupt(bench.execution);
	bench_settle(&bench);
	assert_true(bench.over);
	assert_string_equal(bench_events(&bench), "progress app, failed app");
	bench_finish(&bench);
}

TEST(execute_freed_early_leaves_nothing)
{
	for (unsigned step = 0; step < 5; step++) {
		struct bench bench;

		bench_init(&bench);
		add_recreate(&bench);
		bench_run(&bench, 0);
		reply_first(&bench, step);
		bench_finish(&bench);
	}
}

TEST(execute_ends_when_the_engine_goes_away)
{
	for (unsigned step = 0; step < 5; step++) {
		struct bench bench;

		bench_init(&bench);
		add_recreate(&bench);
		bench_add(&bench, ACTION_CONTAINER_CREATE, "other", NO_NEEDS);
		bench_run(&bench, 0);
		reply_first(&bench, step);
		for (unsigned i = 0; i < 5 && !bench.over; i++) {
			stub_cut(bench.engine);
			bench_settle(&bench);
		}
		assert_true(bench.over);
		assert_int_equal(bench.result.err.kind, ERR_CONNECTION);
		bench_finish(&bench);
	}
}

TEST(execute_asks_for_a_gateway_only_where_one_is_wanted)
{
	struct bench bench;
	struct action *create;
	struct node *body;

	bench_init(&bench);
	body = node_map(&bench.arena);
	node_set_text(&bench.arena, body, "Dns", "$1.gateway");
	node_get(body, "Dns")->marks |= NODE_SLOT;
	bench_add(&bench, ACTION_NETWORK_CREATE, "net", NO_NEEDS);
	create = bench_add(&bench, ACTION_CONTAINER_CREATE, "web", NEEDS(1));
	create->body = body;
	bench_run(&bench, 0);
	stub_reply(bench.engine, "create-network net", "{\"Id\": \"n1\"}");
	stub_reply(bench.engine, "inspect-network n1",
		"{\"IPAM\": {\"Config\": [{\"Gateway\": \"172.18.0.1\"}]}}");
	bench_settle(&bench);
	assert_string_equal(
		stub_body(bench.engine, "create web"), "{\"Dns\":\"172.18.0.1\"}");
	stub_reply(bench.engine, "create web", "{\"Id\": \"w\"}");
	bench_settle(&bench);
	assert_true(bench.result.ok);
	bench_finish(&bench);
}

/* A network of the project app, wanted with its label. */
static void add_labelled_network(struct bench *bench)
{
	struct node *labels = node_map(&bench->arena);
	struct action *create = bench_add(bench, ACTION_NETWORK_CREATE, "net", NO_NEEDS);
	struct node *body = node_copy(&bench->arena, create->body);

	node_set_text(&bench->arena, labels, "project", "app");
	node_set(&bench->arena, body, "Labels", labels);
	create->body = body;
}

TEST(execute_removes_the_twin_that_a_killed_run_made)
{
	struct bench bench;

	bench_init(&bench);
	add_labelled_network(&bench);
	bench_run(&bench, 0);
	stub_reply(bench.engine, "create-network net", "{\"Id\": \"n1\"}");
	stub_reply(bench.engine, "list networks",
		"[{\"Id\": \"n1\", \"Name\": \"net\", \"Labels\": {\"project\": "
		"\"app\"}},"
		" {\"Id\": \"n2\", \"Name\": \"net\", \"Labels\": {\"project\": "
		"\"app\"}},"
		" {\"Id\": \"n3\", \"Name\": \"net\", \"Labels\": {}},"
		" {\"Id\": \"n4\", \"Name\": \"net2\", \"Labels\": {\"project\": "
		"\"app\"}}]");
	stub_reply(bench.engine, "remove-network n2", NULL);
	bench_settle(&bench);
	assert_true(bench.result.ok);
	assert_string_equal(
		stub_log(bench.engine), "create-network net, remove-network n2");
	bench_finish(&bench);
}

TEST(execute_takes_a_network_that_a_killed_run_has_just_made)
{
	struct bench bench;

	bench_init(&bench);
	add_labelled_network(&bench);
	bench_run(&bench, 0);
	stub_fail(bench.engine, "create-network net", ERR_ENGINE, 409, "already exists");
	stub_reply(bench.engine, "inspect-network net",
		"{\"Id\": \"n1\", \"Name\": \"net\", \"Labels\": {\"project\": "
		"\"app\"}}");
	bench_settle(&bench);
	assert_true(bench.result.ok);
	bench_finish(&bench);
}

TEST(execute_leaves_a_network_of_somebody_else)
{
	struct bench bench;

	bench_init(&bench);
	add_labelled_network(&bench);
	bench_run(&bench, 0);
	stub_fail(bench.engine, "create-network net", ERR_ENGINE, 409, "already exists");
	stub_reply(bench.engine, "inspect-network net",
		"{\"Id\": \"n1\", \"Name\": \"net\", \"Labels\": {\"project\": \"b\"}}");
	bench_settle(&bench);
	assert_false(bench.result.ok);
	bench_finish(&bench);
}

/* Pulls app, and creates web when that brings something else than sha256:old. */
static void add_create_if_pulled(struct bench *bench)
{
	bench_add(bench, ACTION_IMAGE_PULL, "app", NO_NEEDS);
	bench_add(bench, ACTION_CONTAINER_CREATE, "web", NEEDS(1))->guard =
		(struct guard){.kind = GUARD_DIFFERS,
			.action = 1,
			.value = SLOT_DIGEST,
			.text = "sha256:old"};
}

TEST(execute_compares_the_digest_of_a_pull)
{
	struct bench bench;

	bench_init(&bench);
	add_create_if_pulled(&bench);
	bench_run(&bench, 0);
	stub_reply(bench.engine, "pull app", NULL);
	stub_reply(bench.engine, "inspect-image app", "{\"Id\": \"sha256:old\"}");
	bench_settle(&bench);
	assert_true(bench.over);
	assert_string_equal(bench.result.digests[0], "sha256:old");
	assert_string_equal(bench_events(&bench), "done app, skipped web");
	bench_finish(&bench);
}

/* Left out in silence it would be missed; tried, it says what is wrong. */
TEST(execute_takes_an_unknown_digest_for_another_one)
{
	struct bench bench;

	bench_init(&bench);
	add_create_if_pulled(&bench);
	bench_run(&bench, 0);
	stub_reply(bench.engine, "pull app", NULL);
	stub_reply(bench.engine, "inspect-image app", "{}");
	bench_settle(&bench);
	stub_reply(bench.engine, "create web", "{\"Id\": \"w\"}");
	bench_settle(&bench);
	assert_string_equal(bench_events(&bench), "done app, done web");
	bench_finish(&bench);
}

/* What could not be pulled is used as it is, and is what the guards compare. */
TEST(execute_lets_the_image_that_is_there_stand_in_for_a_failed_pull)
{
	struct bench bench;
	struct action *pull, *build;

	bench_init(&bench);
	pull = bench_add(&bench, ACTION_IMAGE_PULL, "app", NO_NEEDS);
	pull->on_fail = FAIL_WARN;
	pull->if_skipped = "sha256:here";
	build = bench_add(&bench, ACTION_IMAGE_BUILD, "app", NEEDS(1));
	build->guard = (struct guard){.kind = GUARD_DIFFERS,
		.action = 1,
		.value = SLOT_DIGEST,
		.text = "sha256:here"};
	build->if_skipped = "$1.digest";
	for (int i = 0; i < 2; i++)
		bench_add(&bench, ACTION_CONTAINER_CREATE, i ? "old" : "same", NEEDS(2))
			->guard = (struct guard){.kind = GUARD_DIFFERS,
			.action = 2,
			.value = SLOT_DIGEST,
			.text = i ? "sha256:old" : "sha256:here"};
	bench_run(&bench, 0);
	stub_fail(bench.engine, "pull app", ERR_REGISTRY, 404, "manifest unknown");
	bench_settle(&bench);
	stub_reply(bench.engine, "create old", "{\"Id\": \"o\"}");
	bench_settle(&bench);
	assert_string_equal(
		bench_events(&bench), "warned app, skipped app, skipped same, done old");
	bench_finish(&bench);
}

TEST(execute_tries_a_flaky_pull_again_and_a_missing_one_not)
{
	struct bench bench;

	bench_init(&bench);
	bench_add(&bench, ACTION_IMAGE_PULL, "flaky", NO_NEEDS)->on_fail = FAIL_GO_ON;
	bench_add(&bench, ACTION_IMAGE_PULL, "missing", NO_NEEDS)->on_fail = FAIL_GO_ON;
	bench_run(&bench, 0);
	stub_fail(
		bench.engine, "pull flaky", ERR_REGISTRY, 503, "503 Service Unavailable");
	stub_fail(bench.engine, "pull missing", ERR_REGISTRY, 404, "manifest unknown");
	while (!stub_under_way(bench.engine, "pull flaky"))
		uv_run(&bench.loop, UV_RUN_ONCE);
	stub_reply(bench.engine, "pull flaky", NULL);
	stub_reply(bench.engine, "inspect-image flaky", "{\"Id\": \"sha256:1\"}");
	bench_settle(&bench);
	assert_true(bench.over);
	assert_string_equal(
		stub_log(bench.engine), "pull flaky, pull missing, pull flaky");
	assert_string_equal(bench_events(&bench), "failed missing, done flaky");
	bench_finish(&bench);
}
