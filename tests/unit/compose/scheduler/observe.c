/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "compose/planner/observed.h"
#include "compose/planner/planner.h"
#include "tests/unit/compose/scheduler/bench.h"
#include "tests/unit/test.h"

struct seen {
	const struct observed *observed;
	struct err err;
	bool over;
};

static void on_observed(void *ctx, const struct observed *observed, const struct err *err)
{
	struct seen *seen = ctx;

	assert_false(seen->over);
	seen->over = true;
	seen->observed = observed;
	if (err)
		seen->err = *err;
}

#define CONTAINERS                                                                   \
	"[{\"Id\": \"c1\", \"Names\": [\"/app-web-1\"], \"State\": \"running\", "    \
	"\"Labels\": "                                                               \
	"{\"com.docker.compose.project\": \"app\", \"com.docker.compose.service\": " \
	"\"web\"}}]"
#define NETWORKS                                                                  \
	"[{\"Id\": \"n1\", \"Name\": \"app_default\", \"Labels\": "               \
	"{\"com.docker.compose.project\": \"app\"}}, {\"Id\": \"n2\", \"Name\": " \
	"\"shared\"}, "                                                           \
	"{\"Id\": \"n3\", \"Name\": \"bridge\", \"Labels\": null}]"

TEST(observe_asks_each_kind_once_and_all_at_once)
{
	struct bench bench;
	struct seen seen = {0};
	struct network shared = {.key = "shared", .name = "shared", .external = true};
	struct project project = {.name = "app", .networks = &shared, .nnetworks = 1};
	struct observe_opts opts = {
		.project = "app", .declared = &project, .what = OBSERVE_ALL};

	bench_init(&bench);
	observe(bench.engine, &bench.arena, &opts, on_observed, &seen);
	assert_int_equal(stub_made(bench.engine), 5);
	stub_reply(bench.engine, "list containers", CONTAINERS);
	stub_reply(bench.engine, "list networks", NETWORKS);
	stub_reply(bench.engine, "list volumes", "{\"Volumes\": null}");
	stub_reply(bench.engine, "list images", "[]");
	assert_false(seen.over);
	stub_reply(bench.engine, "info", "{\"ID\": \"E\"}");
	assert_true(seen.over);
	assert_int_equal(seen.observed->ncontainers, 1);
	assert_string_equal(seen.observed->containers[0].name, "app-web-1");
	assert_int_equal(seen.observed->nnetworks, 2);
	assert_string_equal(seen.observed->engine_id, "E");
	bench_finish(&bench);
}

TEST(observe_pings_first_when_nobody_has_and_asks_for_no_more_than_wanted)
{
	struct bench bench;
	struct seen seen = {0};
	struct observe_opts opts = {.project = "app", .what = OBSERVE_CONTAINERS};

	bench_init(&bench);
	stub_set_clock(bench.engine, 0);
	observe(bench.engine, &bench.arena, &opts, on_observed, &seen);
	stub_reply(bench.engine, "ping", NULL);
	assert_string_equal(stub_body(bench.engine, "list containers"),
		"{\"label\":[\"com.docker.compose.project=app\"]}");
	stub_reply(bench.engine, "list containers", CONTAINERS);
	assert_true(seen.over);
	assert_int_equal(stub_made(bench.engine), 2);
	bench_finish(&bench);
}

TEST(observe_fails_once_when_anything_fails)
{
	struct bench bench;
	struct seen seen = {0};
	struct observe_opts opts = {.project = "app", .what = OBSERVE_ALL};

	bench_init(&bench);
	observe(bench.engine, &bench.arena, &opts, on_observed, &seen);
	stub_cut(bench.engine);
	assert_true(seen.over);
	assert_null(seen.observed);
	assert_int_equal(seen.err.kind, ERR_CONNECTION);
	bench_finish(&bench);
}

TEST(observe_inspect_adds_to_a_copy_and_forgives_what_is_gone)
{
	struct bench bench;
	struct seen first = {0}, second = {0};
	struct observe_opts opts = {.project = "app", .what = OBSERVE_CONTAINERS};
	const char *wanted[] = {"c1"};
	const struct plan_wants wants = {.containers = {.items = wanted, .n = 1}};

	bench_init(&bench);
	observe(bench.engine, &bench.arena, &opts, on_observed, &first);
	stub_reply(bench.engine, "list containers", CONTAINERS);
	observe_inspect(
		bench.engine, &bench.arena, first.observed, &wants, on_observed, &second);
	stub_reply(bench.engine, "inspect c1", "{\"Id\": \"c1\"}");
	assert_non_null(second.observed->containers[0].inspect);
	assert_null(first.observed->containers[0].inspect);
	second = (struct seen){0};
	observe_inspect(
		bench.engine, &bench.arena, first.observed, &wants, on_observed, &second);
	stub_fail(bench.engine, "inspect c1", ERR_ENGINE, 404, "no such container");
	assert_null(second.observed->containers[0].inspect);
	bench_finish(&bench);
}

TEST(observe_inspect_tells_the_age_of_images)
{
	struct bench bench;
	struct seen first = {0}, second = {0};
	struct observe_opts opts = {.project = "app", .what = OBSERVE_IMAGES};
	const char *wanted[] = {"sha256:1", "sha256:2"};
	const struct plan_wants wants = {.images = {.items = wanted, .n = 2}};

	bench_init(&bench);
	observe(bench.engine, &bench.arena, &opts, on_observed, &first);
	stub_reply(bench.engine, "list images",
		"[{\"Id\": \"sha256:1\"}, {\"Id\": \"sha256:2\"}]");
	observe_inspect(
		bench.engine, &bench.arena, first.observed, &wants, on_observed, &second);
	stub_reply(bench.engine, "inspect-image sha256:1",
		"{\"Id\": \"sha256:1\", \"Metadata\": {\"LastTagTime\": "
		"\"1970-01-01T00:01:00.5Z\"}}");
	stub_fail(
		bench.engine, "inspect-image sha256:2", ERR_ENGINE, 404, "no such image");
	assert_int_equal(
		observed_image_tagged_s(second.observed, &second.observed->images[0]),
		60);
	assert_int_equal(
		observed_image_tagged_s(second.observed, &second.observed->images[1]), 0);
	bench_finish(&bench);
}
