/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "compose/scheduler/build-query.h"
#include "tests/unit/compose/scheduler/bench.h"
#include "tests/unit/test.h"

static struct pair args[] = {{.key = "A", .value = "1"}, {.key = "B"}, {.key = "C"}};
static struct pair environment[] = {{.key = "B", .value = "from outside"}};
static struct pair hosts[] = {
	{.key = "db", .value = "10.0.0.1"}, {.key = "db", .value = "::1"}};
static const char *tags[] = {"app:2"};
static const char *caches[] = {
	"type=registry,ref=app:cache,mode=max", "type=gha", "app:1"};

static void assert_query(const struct build *section, bool classic, const char *expected)
{
	struct arena arena = {0};
	struct build_shape shape;
	struct pairs outside = {environment, 1, true};
	struct plan_build plan = {
		.build = section, .tag = "app", .environment = &outside};
	auto_str text = {0};

	build_shape_init(&shape, &arena, section, classic);
	json_print(&text, build_query(&arena, &shape, &plan, NULL), JSON_COMPACT);
	assert_string_equal(str_text(&text), expected);
	arena_finish(&arena);
}

TEST(build_query_says_all_that_the_section_says)
{
	struct build section = {
		.context = "/src/app/",
		.dockerfile = "docker/../Dockerfile.dev",
		.args = {args, 3, true},
		.extra_hosts = {hosts, 2, true},
		.tags = {.items = tags, .n = 1, .set = true},
		.cache_from = {.items = caches, .n = 3, .set = true},
		.target = "dev",
		.network = "host",
		.no_cache = true,
		.pull = true,
	};

	assert_query(&section, false,
		"{\"version\":\"2\",\"t\":[\"app\",\"app:2\"],\"dockerfile\":"
		"\"Dockerfile.dev\","
		"\"rm\":\"1\",\"nocache\":\"1\",\"pull\":\"1\",\"target\":\"dev\","
		"\"networkmode\":\"host\","
		"\"buildargs\":\"{\\\"A\\\":\\\"1\\\",\\\"B\\\":\\\"from outside\\\"}\","
		"\"cachefrom\":\"[\\\"app:cache\\\",\\\"app:1\\\"]\","
		"\"extrahosts\":[\"db:10.0.0.1\",\"db:::1\"]}");
}

TEST(build_query_leaves_a_url_to_the_engine)
{
	struct build section = {.context = "https://example.com/app.git#main:dir"};

	assert_query(&section, true,
		"{\"version\":\"1\",\"t\":[\"app\"],\"dockerfile\":\"Dockerfile\","
		"\"remote\":\"https://example.com/app.git#main:dir\",\"rm\":\"1\","
		"\"forcerm\":\"1\"}");
}

TEST(build_query_names_a_dockerfile_from_outside_as_one_of_the_context)
{
	struct arena arena = {0};
	struct build_shape shape;
	struct build section = {.context = "/src/app", .dockerfile = "../Dockerfile"};

	build_shape_init(&shape, &arena, &section, false);
	assert_string_equal(shape.dockerfile, BUILD_DOCKERFILE);
	assert_string_equal(shape.outside, "/src/Dockerfile");
	section.dockerfile = "/src/app/x/Dockerfile";
	build_shape_init(&shape, &arena, &section, false);
	assert_string_equal(shape.dockerfile, "x/Dockerfile");
	assert_null(shape.outside);
	arena_finish(&arena);
}

/* A plan of one build from a folder with a Dockerfile. */
struct fixture {
	struct bench bench;
	struct build section;
	struct plan_build plan;
	char dir[64];
	char dockerfile[96];
};

static void begin(struct fixture *fixture)
{
	FILE *file;

	*fixture = (struct fixture){0};
	snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/davit-build-XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	snprintf(fixture->dockerfile, sizeof(fixture->dockerfile), "%s/Dockerfile",
		fixture->dir);
	file = fopen(fixture->dockerfile, "we");
	assert_non_null(file);
	fputs("FROM scratch\n", file);
	fclose(file);
	fixture->section.context = fixture->dir;
	fixture->plan = (struct plan_build){.build = &fixture->section, .tag = "app"};
	bench_init(&fixture->bench);
	bench_add(&fixture->bench, ACTION_IMAGE_BUILD, "app", NO_NEEDS)->build =
		&fixture->plan;
}

static void finish(struct fixture *fixture)
{
	bench_finish(&fixture->bench);
	unlink(fixture->dockerfile);
	rmdir(fixture->dir);
}

TEST(build_sends_its_context_and_finds_the_digest)
{
	struct fixture fixture;
	struct bench *bench = &fixture.bench;

	begin(&fixture);
	bench_run(bench, 0);
	assert_true(stub_read(bench->engine, "build app") > 512);
	stub_record(bench->engine, "build app",
		"{\"stream\": \"Step 1/1 : FROM scratch\\n\"}");
	stub_reply(bench->engine, "build app", NULL);
	stub_reply(bench->engine, "inspect-image app", "{\"Id\": \"sha256:1\"}");
	bench_settle(bench);
	assert_true(bench->result.ok);
	assert_string_equal(bench->result.digests[0], "sha256:1");
	assert_string_equal(bench_events(bench), "progress app, done app");
	finish(&fixture);
}

TEST(build_falls_back_to_the_classic_builder)
{
	struct fixture fixture;
	struct bench *bench = &fixture.bench;

	begin(&fixture);
	bench_run(bench, 0);
	stub_fail(
		bench->engine, "build app", ERR_ENGINE, 400, "BuildKit is not supported");
	assert_true(strstr(stub_body(bench->engine, "build app"), "\"version\":\"1\"") !=
		NULL);
	stub_reply(bench->engine, "build app", NULL);
	stub_reply(bench->engine, "inspect-image app", "{\"Id\": \"sha256:1\"}");
	bench_settle(bench);
	assert_true(bench->result.ok);
	finish(&fixture);
}

TEST(build_shows_the_end_of_its_output_when_it_fails)
{
	struct fixture fixture;
	struct bench *bench = &fixture.bench;

	begin(&fixture);
	bench_run(bench, 0);
	stub_record(bench->engine, "build app", "{\"stream\": \"no such file\\n\"}");
	stub_fail(bench->engine, "build app", ERR_ENGINE, 0, "exit code: 1");
	bench_settle(bench);
	assert_string_equal(bench->result.err.text,
		"build image app: exit code: 1\nits last output:\nno such file");
	finish(&fixture);
}

TEST(build_ends_at_an_interrupt)
{
	for (int repeat = 0; repeat < 20; repeat++) {
		struct fixture fixture;

		begin(&fixture);
		bench_run(&fixture.bench, 0);
		execution_interrupt(fixture.bench.execution);
		bench_settle(&fixture.bench);
		assert_true(fixture.bench.over);
		finish(&fixture);
	}
}

TEST(put_sends_a_tar_of_its_files)
{
	struct bench bench;
	struct plan_file file = {
		.path = "/run/secrets/x", .text = "abc", .len = 3, .mode = 0400};
	struct action *put;

	bench_init(&bench);
	put = bench_add(&bench, ACTION_CONTAINER_PUT, "web", NO_NEEDS);
	put->files = &file;
	put->nfiles = 1;
	bench_run(&bench, 0);
	stub_reply(bench.engine, "put web", NULL);
	bench_settle(&bench);
	assert_true(bench.result.ok);
	bench_finish(&bench);
}
