/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/buildkit.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "tests/unit/test.h"

#define STEP "sha256:815d2ba0c8fb914538225de539c5423f8e4652ad52a93cf1586ba4acea3776b8"

/* As engine 28.5.2 sent them: a step that failed, and its output. */
static const char failed[] = "CpgCCkdzaGEyNTY6ODE1ZDJiYTBjOGZiOTE0NTM4MjI1ZGU1MzljNTQyM2Y"
			     "4ZTQ2NTJhZDUyYTkzY2YxNTg2YmE0"
			     "YWNlYTM3NzZiOBJHc2hhMjU2OmUxNDMyYjhlMjA1NGFiYjAzNDQ1MWMxNWY"
			     "wYThhZDQ5ZDA3ZjU4OTJjYTI2NjAx"
			     "NjIyNmZlYzc3ZTk1ZDIwYTAaGFsyLzJdIFJVTiBlY2hvIHg7IGV4aXQgNyo"
			     "MCIvplNgGEOGPs6sBMgsIjOmU2AYQ"
			     "qam9FDpPcHJvY2VzcyAiL2Jpbi9zaCAtYyBlY2hvIHg7IGV4aXQgNyIgZGl"
			     "kIG5vdCBjb21wbGV0ZSBzdWNjZXNz"
			     "ZnVsbHk6IGV4aXQgY29kZTogNw==";
static const char output[] =
	"Gl0KR3NoYTI1Njo4MTVkMmJhMGM4ZmI5MTQ1MzgyMjVkZTUzOWM1NDIzZjhlNDY1"
	"MmFkNTJhOTNjZjE1ODZiYTRhY2VhMzc3NmI4EgwIi+mU2AYQ/7+XzQMYASICeAo=";

static struct node *record_of(struct arena *arena, const char *json)
{
	struct node *record = NULL;
	struct err err = {0};

	assert_true(json_parse(arena, json, strlen(json), &record, &err));
	return record;
}

static bool decode(struct arena *arena, const char *aux, struct buildkit_update *out)
{
	const char *json = arena_printf(
		arena, "{\"id\":\"moby.buildkit.trace\",\"aux\":\"%s\"}", aux);
	struct node *record = record_of(arena, json);
	struct err err = {0};
	bool ok = buildkit_decode(arena, record, out, &err);

	assert_true(buildkit_is_trace(record));
	assert_int_equal(err.kind, ok ? ERR_NONE : ERR_CONNECTION);
	return ok;
}

TEST(buildkit_tells_of_a_failed_step)
{
	struct arena arena = {0};
	struct buildkit_update update;

	assert_true(decode(&arena, failed, &update));
	assert_int_equal(update.nvertexes, 1);
	assert_string_equal(update.vertexes[0].digest, STEP);
	assert_string_equal(update.vertexes[0].name, "[2/2] RUN echo x; exit 7");
	assert_int_equal(update.vertexes[0].started_ms, 1795503243359);
	assert_int_equal(update.vertexes[0].completed_ms, 1795503244042);
	assert_false(update.vertexes[0].cached);
	assert_string_equal(update.vertexes[0].error,
		"process \"/bin/sh -c echo x; exit 7\" did not complete successfully: "
		"exit code: 7");
	arena_finish(&arena);
}

TEST(buildkit_hands_on_the_output_of_a_step)
{
	struct arena arena = {0};
	struct buildkit_update update;

	assert_true(decode(&arena, output, &update));
	assert_int_equal(update.nlogs, 1);
	assert_string_equal(update.logs[0].vertex, STEP);
	assert_int_equal(update.logs[0].fd, 1);
	assert_int_equal(update.logs[0].len, 2);
	assert_string_equal(update.logs[0].data, "x\n");
	arena_finish(&arena);
}

/* Lengths past the end, endless numbers, groups; and nothing at all, which is fine. */
TEST(buildkit_refuses_broken_bytes)
{
	static const char *const broken[] = {
		"Cg==", "Cv8=", "Cv////////////8B", "CgIKAw==", "Cw==", "?", "CgQqAgj/"};
	struct arena arena = {0};
	struct buildkit_update update;

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		assert_false(decode(&arena, broken[i], &update));
	assert_true(decode(&arena, "", &update));
	assert_int_equal(update.nvertexes, 0);
	arena_finish(&arena);
}

TEST(build_image_id_is_found_in_records_of_both_builders)
{
	struct arena arena = {0};

	assert_string_equal(
		build_image_id(record_of(&arena, "{\"aux\":{\"ID\":\"sha256:1\"}}")),
		"sha256:1");
	assert_string_equal(
		build_image_id(record_of(&arena,
			"{\"id\":\"moby.image.id\",\"aux\":{\"ID\":\"sha256:2\"}}")),
		"sha256:2");
	assert_null(build_image_id(record_of(&arena, "{\"stream\":\"x\"}")));
	arena_finish(&arena);
}
