/* SPDX-License-Identifier: Apache-2.0 */
/* davit ls: all projects that the engine has containers of. */
#include <stdlib.h>
#include <string.h>

#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "cmd/observe.h"
#include "cmd/pick.h"
#include "cmd/records.h"
#include "compose/planner/observed.h"
#include "compose/scheduler/scheduler.h"

struct ls {
	bool all;
	struct strings filters;
	const char *format;
	bool quiet;
};

static const struct option ls_opts[] = {
	O_BOOL(struct ls, all, "all", .letter = 'a',
		.help = "Projects without running containers, too"),
	O_TEXTS(struct ls, filters, "filter", .value = "FILTER",
		.help = "Only name=NAME"),
	O_TEXT(struct ls, format, "format", .value = "FORMAT", .preset = "table",
		.help = "table, json, or a template"),
	O_BOOL(struct ls, quiet, "quiet", .letter = 'q', .help = "Only names"),
	OPTION_END,
};

struct project_row {
	const char *name;
	const char *config_files;
	size_t counts[STATE_DEAD + 1]; /* by enum container_state */
};

/* In the order in which docker compose shows them: sorted by word. */
static const struct {
	enum container_state state;
	const char *word;
} states[] = {
	{STATE_CREATED, "created"},
	{STATE_DEAD, "dead"},
	{STATE_EXITED, "exited"},
	{STATE_PAUSED, "paused"},
	{STATE_REMOVING, "removing"},
	{STATE_RESTARTING, "restarting"},
	{STATE_RUNNING, "running"},
};

struct project_rows {
	struct project_row *items;
	size_t n;
};

static struct project_row *row_of(
	struct arena *arena, struct project_rows *rows, const char *name)
{
	const struct project_row row = {.name = name};

	for (size_t i = 0; i < rows->n; i++)
		if (!strcmp(rows->items[i].name, name))
			return &rows->items[i];
	ARENA_PUSH(arena, rows->items, rows->n, row);
	return &rows->items[rows->n - 1];
}

static int compare_rows(const void *a, const void *b)
{
	const struct project_row *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct project_rows collect(
	struct arena *arena, const struct observed *observed, bool all)
{
	struct project_rows rows = {0};

	for (size_t i = 0; i < observed->ncontainers; i++) {
		const struct observed_container *container = &observed->containers[i];
		struct project_row *row;

		if (!container->project || !container->config_hash ||
			!(all || pick_is_up(container)))
			continue;
		row = row_of(arena, &rows, container->project);
		row->counts[container->state]++;
		if (!row->config_files)
			row->config_files = container->config_files;
	}
	if (rows.n > 0)
		qsort(rows.items, rows.n, sizeof(*rows.items), compare_rows);
	return rows;
}

/* "exited(1), running(2)" */
static const char *status_text(struct arena *arena, const struct project_row *row)
{
	auto_str text = {0};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (row->counts[states[i].state] > 0)
			str_printf(&text, "%s%s(%zu)", text.len ? ", " : "",
				states[i].word, row->counts[states[i].state]);
	return arena_strdup(arena, str_text(&text));
}

static struct node *record_of(struct arena *arena, const struct project_row *row)
{
	struct node *node = node_map(arena);

	node_set_text(arena, node, "Name", row->name);
	node_set_text(arena, node, "Status", status_text(arena, row));
	node_set_text(arena, node, "ConfigFiles",
		row->config_files ? row->config_files : "N/A");
	return node;
}

static bool check_filters(const struct ls *opts, struct err *err)
{
	for (size_t i = 0; i < opts->filters.n; i++)
		if (!text_starts(opts->filters.items[i], "name="))
			return err_set(err, ERR_INPUT,
				"unknown filter %s\nThere is name=NAME.",
				opts->filters.items[i]);
	return true;
}

static bool is_wanted(const struct ls *opts, const struct project_row *row)
{
	bool named = opts->filters.n == 0;

	for (size_t i = 0; i < opts->filters.n; i++)
		named = named ||
			strstr(row->name, opts->filters.items[i] + strlen("name="));
	return named;
}

static int print_rows(
	struct app *app, const struct ls *opts, const struct project_rows *rows)
{
	static const struct record_column columns[] = {
		{"NAME", "Name"},
		{"STATUS", "Status"},
		{"CONFIG FILES", "ConfigFiles"},
	};
	const struct node **items =
		ARENA_NEW_N(&app->arena, rows->n + 1, const struct node *);
	struct records records = {.items = items,
		.columns = columns,
		.ncolumns = 3,
		.min_columns = 20,
		.json_is_array = true};
	struct err err = {0};
	auto_str text = {0};

	for (size_t i = 0; i < rows->n; i++)
		if (is_wanted(opts, &rows->items[i]))
			items[records.n++] = record_of(&app->arena, &rows->items[i]);
	if (!records_print(&text, &app->arena, &records, opts->format, &err))
		return app_fail(app, &err);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

static int ls_run(struct app *app, const void *parsed, const struct operands *operands)
{
	const struct ls *opts = parsed;
	const struct observed *observed;
	struct project_rows rows;
	struct err err = {0};

	(void)operands;
	if (!check_filters(opts, &err))
		return app_fail(app, &err);
	observed = app_observe_everything(app, OBSERVE_CONTAINERS);
	if (!observed)
		return EXIT_FAILURE;
	rows = collect(&app->arena, observed, opts->all);
	if (!opts->quiet)
		return print_rows(app, opts, &rows);
	for (size_t i = 0; i < rows.n; i++)
		if (is_wanted(opts, &rows.items[i]))
			app_print(app, "%s\n", rows.items[i].name);
	return EXIT_SUCCESS;
}

const struct command cmd_ls = {
	.name = "ls",
	.help = "List the projects of the engine",
	.opts = ls_opts,
	.opts_size = sizeof(struct ls),
	.needs = NEEDS_ENGINE,
	.group = GROUP_FILES,
	.run = ls_run,
};
