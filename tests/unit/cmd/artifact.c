/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/artifact.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/unit/test.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TYPE "application/vnd.docker.compose."
#define PROJECT "\"artifactType\":\"" TYPE "project\""
#define LAYER(type, size, notes)                                                    \
	"{\"mediaType\":\"" TYPE type "\",\"digest\":\"" DIGEST "\",\"size\":" size \
	",\"annotations\":{" notes "}}"
#define NOTE(name, value) "\"com.docker.compose." name "\":\"" value "\""
#define MAIN LAYER("file+yaml", "1", NOTE("file", "a.yaml"))
#define OF(layers) "{" PROJECT ",\"layers\":[" layers "]}"

static bool read_text(struct arena *arena, const char *text, struct artifact *out,
	const char **digest, struct err *err)
{
	*err = (struct err){0};
	return artifact_read(arena, text, strlen(text), out, digest, err);
}

TEST(artifact_joins_the_documents_of_the_main_file)
{
	static const char text[] = OF(MAIN "," LAYER(
		"file+yaml", "2", NOTE("file", "b.yaml")) "," LAYER("file+yaml", "3",
		NOTE("extends", "true") "," NOTE("file", "c.yaml")) "," LAYER("envfile",
		"4", NOTE("envfile", "d.env")) "," LAYER("file+yaml", "5",
		"") "," LAYER("else", "6", ""));
	struct arena arena = {0};
	struct artifact artifact;
	const char *digest;
	struct err err;

	assert_true(read_text(&arena, text, &artifact, &digest, &err));
	assert_null(digest);
	assert_int_equal(artifact.nfiles, 3);
	assert_string_equal(artifact.files[0].name, "compose.yaml");
	assert_int_equal(artifact.files[0].npieces, 3);
	assert_string_equal(artifact.files[0].pieces[0].before, "");
	assert_string_equal(artifact.files[0].pieces[0].digest, DIGEST);
	assert_string_equal(artifact.files[0].pieces[1].before, "\n---\n");
	assert_int_equal(artifact.files[0].pieces[1].size_bytes, 2);
	assert_string_equal(artifact.files[0].pieces[2].before, "");
	assert_string_equal(artifact.files[1].name, "c.yaml");
	assert_string_equal(artifact.files[1].pieces[0].before, "\n---\n");
	assert_string_equal(artifact.files[2].name, "d.env");
	assert_string_equal(artifact.files[2].pieces[0].before, "");
	arena_finish(&arena);
}

TEST(artifact_of_old_registries_is_told_by_its_config)
{
	static const char text[] = "{\"config\":{\"mediaType\":\"" TYPE
				   "config.empty.v1+json\"},\"layers\":[" MAIN "]}";
	struct arena arena = {0};
	struct artifact artifact;
	const char *digest;
	struct err err;

	assert_true(read_text(&arena, text, &artifact, &digest, &err));
	assert_int_equal(artifact.nfiles, 1);
	arena_finish(&arena);
}

TEST(artifact_in_a_list_is_the_last_of_its_type)
{
	static const char text[] = "{\"manifests\":[{\"digest\":\"x\"},{" PROJECT
				   ",\"digest\":\"y\"},{" PROJECT ",\"digest\":\"" DIGEST
				   "\"},{\"artifactType\":\"other\",\"digest\":\"z\"}]}";
	struct arena arena = {0};
	struct artifact artifact;
	const char *digest;
	struct err err;

	assert_true(read_text(&arena, text, &artifact, &digest, &err));
	assert_string_equal(digest, DIGEST);
	assert_int_equal(artifact.nfiles, 0);
	arena_finish(&arena);
}

TEST(artifact_that_nobody_should_trust_is_refused)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"", "the registry's answer"},
		{"[]", "not a Compose project, but something else"},
		{"{\"artifactType\":\"image/x\"}", "not a Compose project, but image/x"},
		{"{\"config\":{\"mediaType\":\"image/y\"}}",
			"not a Compose project, but image/y"},
		{"{\"manifests\":[]}", "not a Compose project, but images"},
		{"{\"manifests\":{}}", "not a Compose project, but images"},
		{"{\"manifests\":[{" PROJECT ",\"digest\":\"sha256:../../x\"}]}",
			"not a Compose project, but images"},
		{"{" PROJECT "}", "no list of files"},
		{"{" PROJECT ",\"layers\":{}}", "no list of files"},
		{OF(""), "has no Compose file"},
		{OF("7"), "has no Compose file"},
		{OF(LAYER("envfile", "1", "")), "no name that can be used"},
		{OF(LAYER("envfile", "1", NOTE("envfile", ".."))),
			"no name that can be used"},
		{OF(LAYER("envfile", "1", NOTE("envfile", ""))),
			"no name that can be used"},
		{OF(LAYER("envfile", "1", NOTE("envfile", "../x"))),
			"\"../x\": it may not be"},
		{OF(LAYER("envfile", "1", NOTE("envfile", "/x"))),
			"\"/x\": it may not be"},
		{OF(LAYER("envfile", "1", NOTE("envfile", "a\\\\b"))), "it may not be"},
		{OF(LAYER("envfile", "1", NOTE("envfile", "a\\nb"))), "it may not be"},
		{OF(LAYER("file+yaml", "1", NOTE("extends", "true"))),
			"no name that can be used"},
		{OF(LAYER(
			 "file+yaml", "1", NOTE("extends", "1") "," NOTE("file", "a/b"))),
			"\"a/b\": it may not be"},
		{OF(MAIN "," LAYER("envfile", "1", NOTE("envfile", "compose.yaml"))),
			"two files \"compose.yaml\""},
		{OF(LAYER("envfile", "1", NOTE("envfile", "compose.yaml")) "," MAIN),
			"two files \"compose.yaml\""},
		{OF(LAYER("file+yaml", "-1", "")), "has no size"},
		{OF(LAYER("file+yaml", "\"x\"", "")), "has no size"},
		{OF(LAYER("file+yaml", "16777217", "")), "larger than 16 MiB"},
		{OF(LAYER("file+yaml", "9223372036854775807", "")), "larger than 16 MiB"},
		{OF(MAIN "," LAYER("file+yaml", "16777216", "")),
			"files are larger than 16 MiB"},
		{OF("{\"mediaType\":\"" TYPE
		    "file+yaml\",\"size\":1,\"digest\":\"sha512:x\"}"),
			"no sha256 digest"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena arena = {0};
		struct artifact artifact;
		const char *digest;
		struct err err;

		assert_false(read_text(&arena, cases[i].text, &artifact, &digest, &err));
		assert_non_null(strstr(err.text, cases[i].message));
		arena_finish(&arena);
	}
}

TEST(artifact_has_no_more_files_than_anybody_writes)
{
	struct arena arena = {0};
	struct artifact artifact;
	const char *digest, *layers = MAIN;
	struct err err;

	for (int i = 0; i < ARTIFACT_LAYERS_MAX; i++)
		layers = arena_printf(&arena, "%s,1", layers);
	assert_false(read_text(&arena,
		arena_printf(&arena, "{" PROJECT ",\"layers\":[%s]}", layers), &artifact,
		&digest, &err));
	assert_string_equal(
		err.text, "the artifact has no list of files, or one of more than 500");
	arena_finish(&arena);
}
