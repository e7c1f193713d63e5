/* SPDX-License-Identifier: Apache-2.0 */
/* Prints records in the form that was asked for. */
#include "cmd/records.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/table.h"
#include "cmd/template.h"

#define TABLE_PADDING 3

static void print_table(
	struct str *str, struct arena *arena, const struct records *records)
{
	const char **cells = ARENA_NEW_N(arena, records->ncolumns, const char *);
	struct table table;

	table_init(&table, arena, records->ncolumns, records->min_columns, TABLE_PADDING);
	for (size_t i = 0; i < records->ncolumns; i++)
		cells[i] = records->columns[i].title;
	table_add(&table, cells);
	for (size_t i = 0; i < records->n; i++) {
		for (size_t j = 0; j < records->ncolumns; j++)
			cells[j] =
				node_get_text(records->items[i], records->columns[j].key);
		table_add(&table, cells);
	}
	table_print(&table, str);
}

static void print_json(struct str *str, const struct records *records)
{
	if (records->json_is_array)
		str_add_c(str, '[');
	for (size_t i = 0; i < records->n; i++) {
		if (records->json_is_array && i > 0)
			str_add_c(str, ',');
		json_print(str, records->items[i], JSON_COMPACT | JSON_HTML);
		if (!records->json_is_array)
			str_add_c(str, '\n');
	}
	if (records->json_is_array)
		str_add(str, "]\n");
	if (records->json_ends_blank)
		str_add_c(str, '\n');
}

/* The cells of one line, which tabs part. */
static size_t split_tabs(char *line, const char **out, size_t max)
{
	size_t n = 0;

	while (line && n < max) {
		out[n++] = line;
		line = strchr(line, '\t');
		if (line)
			*line++ = '\0';
	}
	return n;
}

static size_t count_tabs(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\t';
	return n;
}

static bool add_template_row(struct table *table, const char *template,
	const struct node *record, struct err *err)
{
	const char **cells = ARENA_NEW_N(table->arena, table->ncolumns, const char *);
	auto_str line = {0};

	if (record ? !template_fill(&line, template, record, err)
		   : !template_header(&line, template, err))
		return false;
	split_tabs(arena_strdup(table->arena, str_text(&line)), cells, table->ncolumns);
	table_add(table, cells);
	return true;
}

/* "table {{.Name}}\t{{.Status}}" */
static bool print_template_table(struct str *str, struct arena *arena,
	const struct records *records, const char *template, struct err *err)
{
	struct table table;
	auto_str header = {0};

	if (!template_header(&header, template, err))
		return false;
	table_init(&table, arena, count_tabs(str_text(&header)) + 1, records->min_columns,
		TABLE_PADDING);
	if (!add_template_row(&table, template, NULL, err))
		return false;
	for (size_t i = 0; i < records->n; i++)
		if (!add_template_row(&table, template, records->items[i], err))
			return false;
	table_print(&table, str);
	return true;
}

bool records_print(struct str *str, struct arena *arena, const struct records *records,
	const char *format, struct err *err)
{
	if (!format || !*format || !strcmp(format, "table")) {
		print_table(str, arena, records);
		return true;
	}
	if (!strcmp(format, "json")) {
		print_json(str, records);
		return true;
	}
	if (text_starts(format, "table "))
		return print_template_table(
			str, arena, records, format + strlen("table "), err);
	for (size_t i = 0; i < records->n; i++) {
		if (!template_fill(str, format, records->items[i], err))
			return false;
		str_add_c(str, '\n');
	}
	return true;
}
