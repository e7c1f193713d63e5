/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/template.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/table.h"
#include "tests/unit/test.h"

TEST(template_fills_fields_and_json)
{
	struct arena arena = {0};
	struct node *record = node_map(&arena);
	struct err err = {0};
	auto_str out = {0};

	node_set_text(&arena, record, "Name", "web");
	node_set_int(&arena, record, "ExitCode", 3);
	assert_true(template_fill(&out,
		"{{.Name}}\\t{{ .ExitCode }} {{json .Name}} {{json .}}", record, &err));
	assert_string_equal(
		str_text(&out), "web\t3 \"web\" {\"Name\":\"web\",\"ExitCode\":3}");
	str_clear(&out);
	assert_true(template_header(&out, "{{.Name}}\t{{.ExitCode}}", &err));
	assert_string_equal(str_text(&out), "NAME\tEXIT CODE");
	arena_finish(&arena);
}

TEST(template_refuses_what_it_does_not_know)
{
	static const char *const bad[] = {
		"{{.Nope}}", "{{if .Name}}x{{end}}", "{{.Name", "{{.}}", "{{range .X}}"};
	struct arena arena = {0};
	struct node *record = node_map(&arena);

	node_set_text(&arena, record, "Name", "web");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = {0};
		auto_str out = {0};

		assert_false(template_fill(&out, bad[i], record, &err));
		assert_int_equal(err.kind, ERR_INPUT);
	}
	arena_finish(&arena);
}

TEST(table_pads_to_the_longest_cell_and_a_minimum)
{
	const char *const header[] = {"A", "LONG HEADER", "C"};
	const char *const row[] = {"äb", NULL, "x"};
	struct arena arena = {0};
	struct table table;
	auto_str out = {0};

	table_init(&table, &arena, 3, 10, 3);
	table_add(&table, header);
	table_add(&table, row);
	table_print(&table, &out);
	assert_string_equal(str_text(&out),
		"A         LONG HEADER   C\n"
		"äb                      x\n");
	arena_finish(&arena);
}
