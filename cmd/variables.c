/* SPDX-License-Identifier: Apache-2.0 */
/* Variables in the three forms of docker compose, to the blank. */
#include "cmd/variables.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/loader/variables.h"
#include "compose/model/print.h"

enum { NCOLUMNS = 4, MIN_WIDTH = 20, PADDING = 3 };

static const char *const titles[NCOLUMNS] = {
	"NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"};

bool variables_format_valid(const char *format, struct err *err)
{
	if (!format || text_eq(format, "table") || text_eq(format, "yaml") ||
		text_eq(format, "json"))
		return true;
	return err_set(err, ERR_INPUT,
		"unsupported format \"%s\"\nIt is table, yaml or json.", format);
}

/* In characters, not bytes. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void cells_of(const struct variable *variable, const char *out[NCOLUMNS])
{
	out[0] = variable->name;
	out[1] = variable->required ? "true" : "false";
	out[2] = variable->default_value;
	out[3] = variable->presence_value;
}

static void add_row(
	struct str *str, const char *const cells[NCOLUMNS], const size_t widths[NCOLUMNS])
{
	for (size_t i = 0; i < NCOLUMNS; i++) {
		str_add(str, cells[i]);
		if (i + 1 < NCOLUMNS)
			str_add_repeat(str, ' ', widths[i] - width_of(cells[i]));
	}
	str_add_c(str, '\n');
}

static void print_table(struct str *str, const struct variables *variables)
{
	size_t widths[NCOLUMNS] = {MIN_WIDTH, MIN_WIDTH, MIN_WIDTH, MIN_WIDTH};
	const char *cells[NCOLUMNS];

	for (size_t i = 0; i < variables->n; i++) {
		cells_of(&variables->items[i], cells);
		for (size_t j = 0; j < NCOLUMNS; j++)
			if (width_of(cells[j]) + PADDING > widths[j])
				widths[j] = width_of(cells[j]) + PADDING;
	}
	add_row(str, titles, widths);
	for (size_t i = 0; i < variables->n; i++) {
		cells_of(&variables->items[i], cells);
		add_row(str, cells, widths);
	}
}

static struct node *as_node(struct arena *arena, const struct variable *variable,
	const char *const names[NCOLUMNS])
{
	struct node *map = node_map(arena);

	node_set_text(arena, map, names[0], variable->name);
	node_set_text(arena, map, names[1], variable->default_value);
	node_set_text(arena, map, names[2], variable->presence_value);
	node_set_bool(arena, map, names[3], variable->required);
	return map;
}

/* The text with every line moved in twice as deep as it was. */
static void add_widened(struct str *str, const char *text)
{
	while (*text) {
		size_t indent = strspn(text, " "), len = strcspn(text, "\n");

		str_add_repeat(str, ' ', 2 * indent);
		str_add_n(str, text + indent, len - indent);
		str_add_c(str, '\n');
		text += len + (text[len] == '\n');
	}
}

static void print_tree(
	struct str *str, const struct variables *variables, const char *format)
{
	static const char *const json_names[] = {
		"Name", "DefaultValue", "PresenceValue", "Required"};
	static const char *const yaml_names[] = {
		"name", "defaultvalue", "presencevalue", "required"};
	bool json = text_eq(format, "json");
	struct arena arena = {0};
	struct node *all = node_map(&arena);
	auto_str text = {0};

	for (size_t i = 0; i < variables->n; i++)
		node_set(&arena, all, variables->items[i].name,
			as_node(&arena, &variables->items[i],
				json ? json_names : yaml_names));
	if (json)
		json_print(&text, all, JSON_INDENT);
	else
		yaml_print(&text, all);
	add_widened(str, str_text(&text));
	if (json)
		str_add_c(str, '\n');
	arena_finish(&arena);
}

void variables_print(
	struct str *str, const struct variables *variables, const char *format)
{
	if (!format || text_eq(format, "table"))
		print_table(str, variables);
	else
		print_tree(str, variables, format);
}
