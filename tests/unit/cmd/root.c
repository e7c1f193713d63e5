/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/root.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "tests/unit/test.h"

struct fixture {
	struct arena arena;
	struct root_flags flags;
	struct root root;
	struct operands rest;
	struct pairs environment;
	struct err err;
};

#define ARGS_MAX 16

static bool parse(struct fixture *f, const char *line)
{
	char *text = arena_strdup(&f->arena, line), *save = NULL;
	char **argv = ARENA_NEW_N(&f->arena, ARGS_MAX, char *);
	int argc = 0;

	for (char *word = strtok_r(text, " ", &save); word;
		word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	return root_parse(&f->arena, argc, argv, &f->flags, &f->rest, &f->err) &&
		root_settle(&f->arena, &f->flags, &f->environment, &f->root, &f->err);
}

TEST(root_leaves_the_commands_own_flags_alone)
{
	struct fixture f = {0};

	assert_true(parse(&f, "-f a.yaml --file b.yaml -p app up -d -t 5"));
	assert_int_equal(f.root.files.n, 2);
	assert_string_equal(f.root.project_name, "app");
	assert_int_equal(f.rest.n, 4);
	assert_string_equal(f.rest.items[0], "up");
	arena_finish(&f.arena);
}

TEST(root_takes_dockers_flags_before_the_word_compose)
{
	struct fixture f = {0};

	assert_true(parse(&f, "-H unix:///x.sock compose -p app ps"));
	assert_string_equal(f.root.host, "unix:///x.sock");
	assert_string_equal(f.root.project_name, "app");
	assert_int_equal(f.rest.n, 1);
	assert_string_equal(f.rest.items[0], "ps");
	arena_finish(&f.arena);
}

TEST(root_prefers_flags_to_variables)
{
	struct pair variables[] = {
		{.key = "COMPOSE_PROGRESS", .value = "json"},
		{.key = "COMPOSE_PARALLEL_LIMIT", .value = "3"},
		{.key = "COMPOSE_ENV_FILES", .value = "a.env, b.env"},
		{.key = "COMPOSE_COMPATIBILITY", .value = "y"},
	};
	struct fixture f = {.environment = {variables, 4, true}};

	assert_true(parse(&f, "ps"));
	assert_string_equal(f.root.progress, "json");
	assert_int_equal(f.root.parallel, 3);
	assert_int_equal(f.root.env_files.n, 2);
	assert_string_equal(f.root.env_files.items[1], "b.env");
	assert_true(f.root.compatibility);
	assert_true(parse(&f,
		"--progress plain --parallel 9 --env-file c.env --compatibility=false "
		"ps"));
	assert_string_equal(f.root.progress, "plain");
	assert_int_equal(f.root.parallel, 9);
	assert_string_equal(f.root.env_files.items[0], "c.env");
	assert_false(f.root.compatibility);
	arena_finish(&f.arena);
}

TEST(root_refuses_what_does_not_go_together)
{
	static const char *const bad[] = {
		"--progress bogus ps",
		"--ansi sometimes ps",
		"--progress tty --ansi never ps",
		"--progress plain --ansi always ps",
		"-H a -H b ps",
		"--workdir a --project-directory b ps",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct fixture f = {0};

		assert_false(parse(&f, bad[i]));
		assert_int_equal(f.err.kind, ERR_INPUT);
		arena_finish(&f.arena);
	}
}
