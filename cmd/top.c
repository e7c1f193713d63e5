/* SPDX-License-Identifier: Apache-2.0 */
/* davit top: the processes of the containers. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/await.h"
#include "cmd/command.h"
#include "cmd/pick.h"
#include "cmd/table.h"
#include "compose/planner/observed.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/engine.h"

#define TOP_MIN_COLUMNS 4
#define TOP_PADDING 2
#define OWN_COLUMNS 2 /* SERVICE and # */

static const struct option no_opts[] = {OPTION_END};

static bool is_wanted(const struct app *app, const struct observed_container *container)
{
	return container->config_hash && container->service &&
		container->state == STATE_RUNNING &&
		(app->services.n == 0 || strings_has(&app->services, container->service));
}

/* One row a process; the first answer's titles are the header, and all have the same ones. */
static void add_processes(struct app *app, struct table *table,
	const struct observed_container *container, const struct node *body)
{
	const struct node *titles = node_get(body, "Titles"),
			  *rows = node_get(body, "Processes");
	const char **cells;

	if (!titles || !rows || titles->kind != NODE_LIST || rows->kind != NODE_LIST)
		return;
	if (table->nrows == 0)
		table_init(table, &app->arena, titles->nitems + OWN_COLUMNS,
			TOP_MIN_COLUMNS, TOP_PADDING);
	cells = ARENA_NEW_N(&app->arena, table->ncolumns, const char *);
	if (table->nrows == 0) {
		cells[0] = "SERVICE";
		cells[1] = "#";
		for (size_t i = 0; i < titles->nitems; i++)
			cells[OWN_COLUMNS + i] = titles->items[i]->text;
		table_add(table, cells);
	}
	cells[0] = container->service;
	cells[1] = container->number
		? arena_printf(&app->arena, "%" PRId64, container->number)
		: ""; /* one-off */
	for (size_t i = 0; i < rows->nitems; i++) {
		for (size_t j = 0; j + OWN_COLUMNS < table->ncolumns; j++)
			cells[OWN_COLUMNS + j] = j < rows->items[i]->nitems
				? rows->items[i]->items[j]->text
				: NULL;
		table_add(table, cells);
	}
}

static int compare_names(const void *a, const void *b)
{
	const struct observed_container *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int print_top(struct app *app, struct observed_container *containers, size_t n)
{
	struct table table = {0};
	struct err err = {0};
	auto_str text = {0};

	qsort(containers, n, sizeof(*containers), compare_names);
	for (size_t i = 0; i < n; i++) {
		struct await top = {.arena = &app->arena};

		engine_container_top(app->engine, containers[i].id, await_reply, &top);
		if (!await_call(app, &top, &err))
			return app_fail(app, &err);
		add_processes(app, &table, &containers[i], top.body);
	}
	table_print(&table, &text);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

static int top_run(struct app *app, const void *opts, const struct operands *operands)
{
	const struct observed *observed = app_observe(app, OBSERVE_CONTAINERS);
	struct observed_container *chosen;
	size_t n = 0;

	(void)opts;
	(void)operands;
	if (!observed)
		return EXIT_FAILURE;
	chosen = ARENA_NEW_N(
		&app->arena, observed->ncontainers + 1, struct observed_container);
	for (size_t i = 0; i < observed->ncontainers; i++)
		if (is_wanted(app, &observed->containers[i]))
			chosen[n++] = observed->containers[i];
	return n > 0 ? print_top(app, chosen, n) : EXIT_SUCCESS;
}

const struct command cmd_top = {
	.name = "top",
	.args = "[SERVICE...]",
	.help = "Show the processes of the containers",
	.opts = no_opts,
	.needs = NEEDS_NAME | NEEDS_ENGINE | SERVICES,
	.max_operands = -1,
	.group = GROUP_INSIDE,
	.run = top_run,
};
