/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/loader/yaml.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/loader/source.h"
#include "tests/unit/test.h"

struct reading {
	struct arena arena;
	struct errs errs;
	struct yaml_docs docs;
	bool ok;
};

static void read_text(struct reading *r, const char *text, size_t len)
{
	struct source *source;
	struct err err = {0};

	*r = (struct reading){0};
	errs_init(&r->errs, &r->arena);
	source = source_new(&r->arena, "/p/f.yaml", "f.yaml", text, len, &err);
	if (source)
		r->ok = yaml_read(&r->arena, source, &r->docs, &r->errs);
	errs_add_err(&r->errs, &err);
}

/* The first value at a path of the first document, as text. */
static void assert_value(
	const char *text, const char *path, enum node_kind kind, const char *value)
{
	struct reading r;
	const struct node *node;

	read_text(&r, text, strlen(text));
	assert_true(r.ok);
	assert_int_equal(r.errs.nitems, 0);
	node = node_path(r.docs.roots[0], path);
	assert_non_null(node);
	assert_int_equal(node->kind, kind);
	assert_string_equal(node->text, value);
	arena_finish(&r.arena);
}

static void assert_error(
	const char *text, unsigned line, unsigned column, const char *part)
{
	struct reading r;

	read_text(&r, text, strlen(text));
	assert_true(r.errs.nitems > 0);
	assert_non_null(strstr(r.errs.items[0].text, part) ? part : NULL);
	assert_int_equal(r.errs.items[0].pos.line, line);
	assert_int_equal(r.errs.items[0].pos.column, column);
	arena_finish(&r.arena);
}

TEST(yaml_gives_scalars_their_kind_and_value)
{
	assert_value("a: 0440", "a", NODE_INT, "288");
	assert_value("a: '0440'", "a", NODE_STR, "0440");
	assert_value("a: !!str 12", "a", NODE_STR, "12");
	assert_value("a: !!int \"12\"", "a", NODE_INT, "12");
	assert_value("a:", "a", NODE_NULL, "null");
	assert_value("a: |\n  x\n  y\n", "a", NODE_STR, "x\ny\n");
}

TEST(yaml_merge_keys_are_shallow_and_lose_to_what_is_written)
{
	const char *list =
		"b: &b {x: 1, y: 2}\nc: &c {y: 3, z: 4}\na: {<<: [*b, *c], x: 9}";

	assert_value(list, "a.x", NODE_INT, "9");
	assert_value(list, "a.y", NODE_INT, "2");
	assert_value(list, "a.z", NODE_INT, "4");
	assert_value("a: {<<: {x: 1}}", "a.x", NODE_INT, "1");
	assert_value("l: &l [{x: 1}]\na: {<<: *l}", "a.x", NODE_INT, "1");
}

TEST(yaml_aliases_share_their_node)
{
	struct reading r;
	const char *text = "a: &x {k: v}\nb: *x\n";

	read_text(&r, text, strlen(text));
	assert_ptr_equal(node_get(r.docs.roots[0], "a"), node_get(r.docs.roots[0], "b"));
	arena_finish(&r.arena);
}

TEST(yaml_reads_all_documents_but_empty_ones)
{
	struct reading r;
	const char *text = "a: 1\n---\n---\nb: !reset null\n";

	read_text(&r, text, strlen(text));
	assert_int_equal(r.docs.n, 2);
	assert_true(r.docs.has_marks);
	assert_int_equal(node_get(r.docs.roots[1], "b")->marks, NODE_RESET);
	arena_finish(&r.arena);
}

TEST(yaml_errors_stand_at_their_cause)
{
	assert_error("a: 1\nb: 2\na: 3\n", 3, 1, "already there in line 1");
	assert_error("s:\n  1: x\n", 2, 3, "write \"1\"");
	assert_error("a: *x\n", 1, 4, "no anchor &x");
	assert_error("a: &x [*x]\n", 1, 8, "inside the anchor");
	assert_error("- a\n", 1, 1, "this is a list");
	assert_error("a:\n\t- b\n", 2, 1, "tab");
	assert_error("a: \"x\n", 1, 4, "never closed");
	assert_error("a: [x, y\nb: 1\n", 1, 4, "not closed");
	assert_error("a: b: c\n", 1, 5, "second");
	assert_error("a: b\n  c: d\n", 2, 3, "deeper");
	assert_error("a: - b\n", 1, 4, "list cannot begin");
	assert_error("a: @b\n", 1, 4, "quotes");
	assert_error("a: %b\n", 1, 4, "quotes");
	assert_error("a: \"\\0\"\n", 1, 4, "NUL");
	assert_error("a:\n  b: 1\n c: 2\n", 3, 2, "align");
	assert_error("{[a]: b}\n", 1, 2, "key");
	assert_error("a: \"\xc3\xa4\": b\n", 1, 8, "second");
}

TEST(yaml_names_both_halves_of_a_slipped_line)
{
	struct reading r;
	const char *text = "services:\n"
			   "  db:\n"
			   "    environment:\n"
			   "      ROOT: example\n"
			   "      DATABASE\n"
			   "\n"
			   "  exampledb:\n"
			   "      USER: u\n"
			   "    image: m\n";

	read_text(&r, text, strlen(text));
	assert_true(r.errs.nitems >= 1);
	assert_int_equal(r.errs.items[0].pos.line, 5);
	assert_int_equal(r.errs.items[0].pos.column, 7);
	assert_non_null(strstr(r.errs.items[0].text, "write \"DATABASE: value\""));
	assert_non_null(
		strstr(r.errs.items[0].text, "was \"DATABASE: exampledb\" meant"));
	arena_finish(&r.arena);
}

TEST(yaml_goes_on_after_a_missing_colon)
{
	struct reading r;
	const char *text = "a:\n  A: 0\n  B 1\n  C=2\n  D\ne: 1\ne: 2\n";

	read_text(&r, text, strlen(text));
	assert_true(r.ok);
	errs_sort(&r.errs);
	assert_int_equal(r.errs.nitems, 4);
	assert_non_null(node_path(r.docs.roots[0], "a.D"));
	arena_finish(&r.arena);
}

TEST(yaml_refuses_bombs_and_depth)
{
	struct reading r;
	auto_str text = {0};

	str_add(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++) {
		str_printf(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			str_printf(&text, "%s*a%d", j ? ", " : "", i - 1);
		str_add(&text, "]\n");
	}
	read_text(&r, text.text, text.len);
	assert_false(r.ok);
	assert_non_null(strstr(r.errs.items[0].text, "bomb"));
	arena_finish(&r.arena);

	str_clear(&text);
	str_add(&text, "a: ");
	str_add_repeat(&text, '[', 5000);
	read_text(&r, text.text, text.len);
	assert_false(r.ok);
	assert_non_null(strstr(r.errs.items[0].text, "deeper"));
	arena_finish(&r.arena);
}

TEST(source_refuses_what_is_not_text)
{
	struct reading r;

	read_text(&r, "a: \0b", 5);
	assert_false(r.ok);
	assert_int_equal(r.errs.items[0].pos.column, 4);
	arena_finish(&r.arena);
	read_text(&r, "a: b\nc: \xff\n", 10);
	assert_false(r.ok);
	assert_int_equal(r.errs.items[0].pos.line, 2);
	assert_int_equal(r.errs.items[0].pos.column, 4);
	arena_finish(&r.arena);
	read_text(&r,
		"\xff\xfe"
		"a\0:\0",
		6);
	assert_non_null(strstr(r.errs.items[0].text, "UTF-16"));
	arena_finish(&r.arena);
}
