/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/complain.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "cmd/origins.h"
#include "tests/unit/test.h"

/* A file in a new folder; the folder is cwd. */
struct fixture {
	char cwd[32];
	char path[64];
	struct str out;
};

static void setup(struct fixture *f, const char *text)
{
	FILE *file;

	*f = (struct fixture){.cwd = "/tmp/davit-XXXXXX"};
	assert_non_null(mkdtemp(f->cwd));
	snprintf(f->path, sizeof(f->path), "%s/compose.yaml", f->cwd);
	file = fopen(f->path, "we");
	fputs(text, file);
	fclose(file);
}

static void teardown(struct fixture *f)
{
	unlink(f->path);
	rmdir(f->cwd);
	str_finish(&f->out);
}

TEST(complain_shows_the_line_and_a_caret)
{
	struct fixture f;
	struct err_item item = {.text = "services.web.ports[0]: not a port: \"80a\""};

	setup(&f, "services:\n\tweb: 80a\n");
	item.pos = (struct pos){f.path, 2, 7};
	complain(&f.out, &(struct complain){.cwd = f.cwd}, &item);
	assert_string_equal(str_text(&f.out),
		"compose.yaml:2:7: services.web.ports[0]: not a port: \"80a\"\n"
		"     2 | \tweb: 80a\n"
		"       | \t     ^\n");
	teardown(&f);
}

TEST(complain_counts_a_character_of_many_bytes_once_and_hides_control_bytes)
{
	struct fixture f;
	struct err_item item = {.text = "x"};

	setup(&f, "n\xc3\xa4me: \033[31m\n");
	item.pos = (struct pos){f.path, 1, 8};
	complain(&f.out, &(struct complain){.cwd = f.cwd}, &item);
	assert_string_equal(str_text(&f.out),
		"compose.yaml:1:8: x\n"
		"     1 | n\xc3\xa4me: ?[31m\n"
		"       |       ^\n");
	teardown(&f);
}

TEST(complain_does_without_a_source)
{
	struct str out = {0};

	complain(&out, &(struct complain){0},
		&(struct err_item){.text = "x", .pos = {"/nowhere/at-all.yaml", 3, 1}});
	complain(
		&out, &(struct complain){.color = true}, &(struct err_item){.text = "y"});
	assert_string_equal(str_text(&out),
		"/nowhere/at-all.yaml:3:1: x\n\033[1m\033[31merror:\033[0m y\n");
	str_finish(&out);
}

TEST(complain_hides_all_control_characters_and_broken_utf8)
{
	struct fixture f;
	struct err_item item = {.text = "not a word: \"\033[31m\"\nsecond line\302\233"};

	setup(&f, "del\177 c1\302\233 \233 cut\303 \342\202\254: x\n");
	item.pos = (struct pos){f.path, 1, 22};
	complain(&f.out, &(struct complain){.cwd = f.cwd}, &item);
	assert_string_equal(str_text(&f.out),
		"compose.yaml:1:22: not a word: \"?[31m\"\nsecond line?\n"
		"     1 | del? c1? ? cut? \342\202\254: x\n"
		"       |                   ^\n");
	teardown(&f);
}

TEST(complain_folds_between_words_and_cuts_the_source_to_the_terminal)
{
	struct fixture f;
	struct err_item item = {.text = "services.web: unknown key \"replicas\": it "
					"belongs in services.web.deploy"};

	setup(&f,
		"services: {web: {image: nginx, hostname: abc, replicas: 2, tty: "
		"true}}\n");
	item.pos = (struct pos){f.path, 1, 47};
	complain(&f.out, &(struct complain){.cwd = f.cwd, .columns = 40}, &item);
	assert_string_equal(str_text(&f.out),
		"compose.yaml:1:47: services.web: unknown\n"
		"    key \"replicas\": it belongs in\n"
		"    services.web.deploy\n"
		"     1 | hostname: abc, replicas: 2, tty\n"
		"       |                ^\n");
	teardown(&f);
}

TEST(complain_finds_the_line_of_a_file_from_elsewhere)
{
	struct fixture f;
	struct arena arena = {0};
	struct origins origins = {0};
	struct err_item item = {
		.text = "wrong", .pos = {"git://h/x#:compose.yaml", 1, 3}};

	setup(&f, "a: b\n");
	origins_add(&arena, &origins, f.cwd, "git://h/x#:");
	complain(&f.out, &(struct complain){.cwd = "/", .origins = &origins}, &item);
	assert_string_equal(str_text(&f.out),
		"git://h/x#:compose.yaml:1:3: wrong\n"
		"     1 | a: b\n"
		"       |   ^\n");
	arena_finish(&arena);
	teardown(&f);
}
