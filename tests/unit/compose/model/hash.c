/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes that docker compose 2.40.3 printed, and the dialect of 5.x by what is known of it. */
#include "compose/model/print.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/model/fields.h"
#include "compose/model/project.h"
#include "tests/unit/test.h"

static void decode(
	struct arena *arena, const struct section *section, const char *json, void *out)
{
	struct err err = {0};
	struct errs errs;
	struct node *node;

	errs_init(&errs, arena);
	assert_true(json_parse(arena, json, strlen(json), &node, &err));
	schema_decode(arena, section, node, out, &errs);
	assert_int_equal(errs.nitems, 0);
}

static const char *hash_of(
	struct arena *arena, const char *json, enum hash_dialect dialect)
{
	struct service service = {0};
	char *hex = arena_alloc(arena, DIGEST_HEX_BYTES);

	decode(arena, &service_section, json, &service);
	service_hash(&service, dialect, NULL, hex);
	return hex;
}

TEST(hash_of_a_small_service_is_the_peers)
{
	struct arena arena = {0};

	assert_string_equal(
		hash_of(&arena, "{\"image\": \"x\", \"networks\": {\"default\": null}}",
			HASH_2_40),
		"d5457d0b2799957b606d2ac4ed52d85a1e75799490e56229948300b9a59e8953");
	assert_string_equal(hash_of(&arena,
				    "{\"image\": \"x\", \"environment\": {\"A\": 1}, "
				    "\"networks\": {\"default\": null}}",
				    HASH_2_40),
		"95ca1b32488beb02300555e1890cc05773b0da0b75fbcce43b3179cd20bf17bb");
	arena_finish(&arena);
}

TEST(hash_leaves_out_what_does_not_make_a_container)
{
	struct arena arena = {0};

	assert_string_equal(
		hash_of(&arena,
			"{\"image\": \"x\", \"networks\": {\"default\": null}, "
			"\"scale\": 3, \"profiles\": [\"p\"],"
			" \"pull_policy\": \"always\", \"build\": {\"context\": \"/c\"}, "
			"\"x-a\": 1,"
			" \"depends_on\": {\"b\": {\"condition\": \"service_started\"}}}",
			HASH_2_40),
		"d5457d0b2799957b606d2ac4ed52d85a1e75799490e56229948300b9a59e8953");
	arena_finish(&arena);
}

TEST(hash_text_is_compact_json_with_html_escapes)
{
	struct arena arena = {0};
	struct service service = {0};
	auto_str text = {0};

	decode(&arena, &service_section,
		"{\"image\": \"<a>&\", \"deploy\": {\"mode\": \"m\"}, \"cpus\": 0.1}",
		&service);
	service_hash_text(&text, &service, HASH_2_40, NULL);
	assert_string_equal(str_text(&text),
		"{\"cpus\":0.1,\"command\":null,\"deploy\":{\"mode\":\"m\",\"resources\":"
		"{},\"placement\":{}},"
		"\"entrypoint\":null,\"image\":\"\\u003ca\\u003e\\u0026\"}");
	arena_finish(&arena);
}

TEST(hash_takes_references_as_they_are_at_creation)
{
	struct arena arena = {0};
	struct service service = {0};
	const char *const from[] = {"abc"};
	const struct hash_refs refs = {
		.network_mode = "container:1", .volumes_from = from};
	auto_str text = {0};

	decode(&arena, &service_section,
		"{\"image\": \"x\", \"network_mode\": \"service:b\", \"volumes_from\": "
		"[\"c:ro\"]}",
		&service);
	service_hash_text(&text, &service, HASH_2_40, &refs);
	assert_string_equal(str_text(&text),
		"{\"command\":null,\"entrypoint\":null,\"image\":\"x\",\"network_mode\":"
		"\"container:1\","
		"\"volumes_from\":[\"abc\"]}");
	arena_finish(&arena);
}

TEST(hash_of_5_prints_create_host_path_only_when_false)
{
	struct arena arena = {0};
	struct service service = {0};
	auto_str text = {0};

	decode(&arena, &service_section,
		"{\"volumes\": [{\"type\": \"bind\", \"source\": \"/a\", \"target\": "
		"\"/a\", \"bind\": {\"create_host_path\": true}},"
		" {\"type\": \"bind\", \"source\": \"/b\", \"target\": \"/b\", \"bind\": "
		"{\"create_host_path\": false}}]}",
		&service);
	service_hash_text(&text, &service, HASH_5, NULL);
	assert_string_equal(str_text(&text),
		"{\"command\":null,\"entrypoint\":null,\"volumes\":["
		"{\"type\":\"bind\",\"source\":\"/a\",\"target\":\"/a\",\"bind\":{}},"
		"{\"type\":\"bind\",\"source\":\"/b\",\"target\":\"/"
		"b\",\"bind\":{\"create_host_path\":false}}]}");
	arena_finish(&arena);
}
