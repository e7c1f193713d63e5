/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/publication.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "compose/loader/load.h"
#include "compose/model/project.h"
#include "tests/fuzz/memory_files.h"
#include "tests/unit/test.h"

struct fixture {
	struct arena arena;
	struct memory_files memory;
	struct files files;
	struct project project;
	struct publication out;
	struct errs errs;
};

/* tree: as memory_files_split has it; its compose.yaml is the project's file. */
static bool read_tree(struct fixture *f, const char *tree, bool with_env)
{
	struct pair pair = {.key = "NAME", .value = "a"};
	const char *path = "/p/compose.yaml";
	struct publication_opts opts = {
		.project = &f->project, .cwd = "/p", .with_env = with_env};

	*f = (struct fixture){0};
	f->files = memory_files(&f->memory);
	opts.files = &f->files;
	errs_init(&f->errs, &f->arena);
	memory_files_split(&f->memory, &f->arena, tree, strlen(tree));
	f->project.working_dir = "/p";
	ARENA_PUSH(&f->arena, f->project.config_files.items, f->project.config_files.n,
		path);
	ARENA_PUSH(
		&f->arena, f->project.environment.items, f->project.environment.n, pair);
	return publication_read(&f->arena, &opts, &f->out, &f->errs);
}

static const char *name_of(struct fixture *f, const char *path, const char *end)
{
	char hex[DIGEST_HEX_BYTES];

	digest_sha256_hex(path, strlen(path), hex);
	return arena_printf(&f->arena, "%s%s", hex, end);
}

TEST(publication_replaces_names_of_files_and_nothing_else)
{
	static const char tree[] =
		"== compose.yaml\n"
		"x-env: &env {path: 'a.env', required: false} # kept\n"
		"services:\n"
		"  one: {env_file: [\"${NAME}.env\", gone.env], extends: {service: s, "
		"file: b.yaml}}\n"
		"  two: {env_file: a.env, labels: {env_file: a.env}} # a.env\n"
		"  three: {env_file: [*env, {path: a.env}]}\n"
		"  four: {env_file: [*env], extends: one}\n"
		"== b.yaml\n"
		"services: {s: {extends: {file: sub/c.yaml, service: s}}}\n"
		"== sub/c.yaml\n"
		"services: {s: {extends: {file: ../b.yaml, service: t}}}\n"
		"== a.env\nA=1\n";
	struct fixture f;
	const char *env, *b, *c;

	assert_true(read_tree(&f, tree, true));
	env = name_of(&f, "/p/a.env", ".env");
	b = name_of(&f, "/p/b.yaml", ".yaml");
	c = name_of(&f, "/p/sub/c.yaml", ".yaml");
	assert_int_equal(f.out.nlayers, 4);
	assert_string_equal(f.out.layers[0].name, "compose.yaml");
	assert_string_equal(f.out.layers[0].text,
		arena_printf(&f.arena,
			"x-env: &env {path: %s, required: false} # kept\n"
			"services:\n"
			"  one: {env_file: [%s, gone.env], extends: {service: s, file: "
			"%s}}\n"
			"  two: {env_file: %s, labels: {env_file: a.env}} # a.env\n"
			"  three: {env_file: [*env, {path: %s}]}\n"
			"  four: {env_file: [*env], extends: one}\n",
			env, env, b, env, env));
	for (size_t i = 1; i < 3; i++) {
		const struct layer *layer = &f.out.layers[i];
		bool is_b = !strcmp(layer->name, b);

		assert_int_equal(layer->kind, LAYER_EXTENDED);
		assert_string_equal(layer->name, is_b ? b : c);
		assert_string_equal(layer->text,
			arena_printf(&f.arena,
				"services: {s: {extends: {file: %s, service: %s}}}\n",
				is_b ? c : b, is_b ? "s" : "t"));
	}
	assert_int_equal(f.out.layers[3].kind, LAYER_ENV);
	assert_string_equal(f.out.layers[3].name, env);
	assert_string_equal(f.out.layers[3].text, "A=1\n");
	arena_finish(&f.arena);
}

TEST(publication_leaves_alone_what_is_elsewhere)
{
	static const char text[] =
		"include: [oci://h/x, {path: \"git://h/y\"}]\n"
		"services: {s: {extends: {file: oci://h/z, service: s}}}\n";
	struct fixture f;

	assert_true(read_tree(&f,
		"== compose.yaml\n"
		"include: [oci://h/x, {path: \"git://h/y\"}]\n"
		"services: {s: {extends: {file: oci://h/z, service: s}}}\n",
		false));
	assert_int_equal(f.out.nlayers, 1);
	assert_string_equal(f.out.layers[0].text, text);
	arena_finish(&f.arena);
}

TEST(publication_refuses_what_nobody_could_load)
{
	static const struct {
		const char *tree, *message;
		bool with_env;
	} cases[] = {
		{"== compose.yaml\ninclude: [b.yaml]\n", "includes one of this machine",
			true},
		{"== compose.yaml\ninclude: [{path: b.yaml}]\n",
			"includes one of this machine", true},
		{"== compose.yaml\ninclude: [{path: [oci://h/x]}]\n",
			"includes one of this machine", true},
		{"== compose.yaml\nservices: {s: {env_file: a.env}}\n== a.env\n\n",
			"only with --with-env", false},
		{"== compose.yaml\nservices: {s: {env_file: !x a.env}}\n== a.env\n\n",
			"has to be on one line", true},
		{"== compose.yaml\nservices:\n  s:\n    env_file: |-\n      a.env\n== "
		 "a.env\n\n",
			"has to be on one line", true},
		{"== compose.yaml\nservices: {s: {extends: {file: gone.yaml, service: "
		 "s}}}\n",
			"gone.yaml", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		assert_false(read_tree(&f, cases[i].tree, cases[i].with_env));
		assert_int_equal(f.errs.nerrors, 1);
		assert_non_null(strstr(f.errs.items[0].text, cases[i].message));
		arena_finish(&f.arena);
	}
}

TEST(publication_manifest_is_that_of_docker_compose)
{
	struct fixture f;
	auto_str text = {0}, more = {0};

	assert_true(read_tree(&f, "== compose.yaml\n{}\n", false));
	str_add(&more, "more");
	publication_add(&f.arena, &f.out, "image-digests.yaml", &more);
	publication_manifest(&f.arena, &f.out, NULL, "now", &text);
	assert_string_equal(str_text(&text),
		"{\"schemaVersion\":2,\"mediaType\":\"application/"
		"vnd.oci.image.manifest.v1+json\","
		"\"artifactType\":\"application/vnd.docker.compose.project\","
		"\"config\":{\"mediaType\":\"application/"
		"vnd.oci.empty.v1+json\",\"digest\":"
		"\"sha256:"
		"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\","
		"\"size\":2},\"layers\":["
		"{\"mediaType\":\"application/vnd.docker.compose.file+yaml\",\"digest\":"
		"\"sha256:"
		"ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356\","
		"\"size\":3,\"annotations\":{\"com.docker.compose.file\":\"compose."
		"yaml\","
		"\"com.docker.compose.version\":\"2.40.3\"}},"
		"{\"mediaType\":\"application/vnd.docker.compose.file+yaml\",\"digest\":"
		"\"sha256:"
		"187897ce0afcf20b50ba2b37dca84a951b7046f29ed5ab94f010619f69d6e189\","
		"\"size\":4,\"annotations\":{\"com.docker.compose.file\":\"image-digests."
		"yaml\","
		"\"com.docker.compose.version\":\"2.40.3\"}}],"
		"\"annotations\":{\"org.opencontainers.image.created\":\"now\"}}");
	str_clear(&text);
	publication_manifest(&f.arena, &f.out, "1.0", "now", &text);
	assert_null(strstr(str_text(&text), "artifactType"));
	assert_non_null(strstr(str_text(&text),
		"\"mediaType\":\"application/vnd.docker.compose.config.empty.v1+json\""));
	arena_finish(&f.arena);
}
