/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/node.h"
#include "base/str.h"
#include "compose/scheduler/probe.h"
#include "tests/unit/compose/scheduler/bench.h"
#include "tests/unit/test.h"

#define IMAGE "inspect-image davit-netdns:v1"

struct fixture {
	struct bench bench;
	struct netdns_opts opts;
	char dir[64];
};

static void init(struct fixture *fixture)
{
	bench_init(&fixture->bench);
	snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/davit-netdns-XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	fixture->opts = (struct netdns_opts){
		.program = "/bin/tar",
		.version = "v1",
		.directory = fixture->dir,
		.socket = "/run/engine.sock",
		.files = fixture->dir,
		.resolv = "/etc/resolv.conf",
	};
	fixture->bench.netdns = &fixture->opts;
}

static void remove_in(const struct fixture *fixture, const char *name)
{
	auto_str path = {0};

	str_printf(&path, "%s/%s", fixture->dir, name);
	remove(path.text);
}

static void finish(struct fixture *fixture)
{
	bench_finish(&fixture->bench);
	remove_in(fixture, "probed/net");
	remove_in(fixture, "probed");
	assert_int_equal(rmdir(fixture->dir), 0);
}

static struct action *add(struct fixture *fixture, enum action_kind kind)
{
	return bench_add(&fixture->bench, kind, "net", NO_NEEDS);
}

TEST(netdns_is_packed_where_its_image_is_missing)
{
	struct fixture fixture;
	struct engine *engine;

	init(&fixture);
	engine = fixture.bench.engine;
	add(&fixture, ACTION_NETDNS_START)->target = NULL;
	bench_run(&fixture.bench, 0);
	stub_fail(engine, IMAGE, ERR_ENGINE, 404, "no such image");
	stub_reply(engine, "import davit-netdns", "{}");
	stub_reply(engine, "create davit-netdns", "{\"Id\": \"n\"}");
	stub_reply(engine, "start n", "{}");
	bench_settle(&fixture.bench);
	assert_true(fixture.bench.result.ok);
	assert_non_null(strstr(stub_body(engine, "create davit-netdns"),
		"\"Cmd\":[\"/tar\",\"serve\",\"--engine\",\"unix:///run/engine.sock\""));
	assert_non_null(
		strstr(stub_body(engine, "create davit-netdns"), "\"/etc/:/resolv:ro\""));
	finish(&fixture);
}

TEST(netdns_takes_the_place_of_an_old_one)
{
	struct fixture fixture;
	struct engine *engine;

	init(&fixture);
	engine = fixture.bench.engine;
	add(&fixture, ACTION_NETDNS_START)->target = "old";
	bench_run(&fixture.bench, 0);
	stub_reply(engine, IMAGE, "{}");
	stub_fail(engine, "remove old", ERR_ENGINE, 404, "gone already");
	/* Another davit was faster: its one is started. */
	stub_fail(engine, "create davit-netdns", ERR_ENGINE, 409, "name in use");
	stub_reply(engine, "start davit-netdns", "{}");
	bench_settle(&fixture.bench);
	assert_true(fixture.bench.result.ok);
	assert_string_equal(
		stub_log(engine), "remove old, create davit-netdns, start davit-netdns");
	finish(&fixture);
}

TEST(netdns_cannot_be_started_for_an_engine_elsewhere)
{
	struct fixture fixture;

	init(&fixture);
	fixture.bench.netdns = NULL;
	add(&fixture, ACTION_NETDNS_START);
	bench_run(&fixture.bench, 0);
	assert_false(fixture.bench.result.ok);
	assert_int_equal(stub_made(fixture.bench.engine), 0);
	finish(&fixture);
}

TEST(netdns_drains_nobody_where_it_does_not_run)
{
	struct fixture fixture;

	init(&fixture);
	add(&fixture, ACTION_NETDNS_DRAIN);
	bench_run(&fixture.bench, 0);
	while (!fixture.bench.over)
		uv_run(&fixture.bench.loop, UV_RUN_ONCE);
	assert_true(fixture.bench.result.ok);
	finish(&fixture);
}

static void probe(struct fixture *fixture, const char *json)
{
	struct action *action = add(fixture, ACTION_NETDNS_PROBE);
	struct node *body = node_map(&fixture->bench.arena);
	struct node *domains = node_list(&fixture->bench.arena);
	struct engine *engine = fixture->bench.engine;

	node_set_text(&fixture->bench.arena, body, "network", "app_net");
	node_push(
		&fixture->bench.arena, domains, node_text(&fixture->bench.arena, "lan"));
	node_set(&fixture->bench.arena, body, "domains", domains);
	node_set_text(&fixture->bench.arena, body, "address", "10.0.0.1");
	action->body = body;
	action->on_fail = FAIL_WARN;
	action->if_skipped = "";
	bench_run(&fixture->bench, 0);
	stub_reply(engine, IMAGE, "{}");
	stub_reply(engine, "create", "{\"Id\": \"p\"}");
	stub_reply(engine, "start p", "{}");
	stub_reply(engine, "not-running p", json);
	stub_reply(engine, "remove p", "{}");
	bench_settle(&fixture->bench);
	assert_true(fixture->bench.result.ok);
}

TEST(probe_remembers_an_answer)
{
	struct fixture fixture;

	init(&fixture);
	assert_false(probe_remembers(fixture.dir, "net"));
	probe(&fixture, "{\"StatusCode\": 0}");
	assert_string_equal(fixture.bench.result.ids[0], "10.0.0.1");
	assert_true(probe_remembers(fixture.dir, "net"));
	finish(&fixture);
}

TEST(probe_warns_of_a_silence_and_forgets)
{
	struct fixture fixture;

	init(&fixture);
	probe_remember(&fixture.opts, "net", true);
	probe(&fixture, "{\"StatusCode\": 1}");
	assert_string_equal(fixture.bench.result.ids[0], "");
	assert_non_null(strstr(bench_events(&fixture.bench), "warned net"));
	assert_false(probe_remembers(fixture.dir, "net"));
	finish(&fixture);
}

TEST(file_is_named_after_its_content_and_written_once)
{
	struct fixture fixture;
	const char *path;

	init(&fixture);
	for (int i = 0; i < 2; i++) {
		struct node *body = node_map(&fixture.bench.arena);

		node_set_text(
			&fixture.bench.arena, body, "text", "nameserver 10.0.0.1\n");
		add(&fixture, ACTION_FILE_WRITE)->body = body;
	}
	bench_run(&fixture.bench, 1);
	assert_true(fixture.bench.result.ok);
	path = fixture.bench.result.ids[0];
	assert_string_equal(path, fixture.bench.result.ids[1]);
	assert_int_equal(access(path, R_OK), 0);
	assert_int_equal(unlink(path), 0);
	finish(&fixture);
}
