/* SPDX-License-Identifier: Apache-2.0 */
/* davit ps: the project's containers. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/cells.h"
#include "cmd/command.h"
#include "cmd/pick.h"
#include "cmd/records.h"
#include "compose/planner/observed.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/credentials.h"

#define COMMAND_COLUMNS 20
#define MOUNT_COLUMNS 15
#define SHORT_ID 12

struct ps {
	bool all;
	const char *filter;
	const char *format;
	bool no_trunc;
	bool orphans;
	bool quiet;
	bool services;
	struct strings statuses;
};

static const struct option ps_opts[] = {
	O_BOOL(struct ps, all, "all", .letter = 'a',
		.help = "Stopped containers and those of run, too"),
	O_TEXT(struct ps, filter, "filter", .value = "FILTER",
		.help = "Only status=STATUS"),
	O_TEXT(struct ps, format, "format", .value = "FORMAT",
		.help = "table, json, or a template such as \"{{.Name}} {{.Status}}\""),
	O_BOOL(struct ps, no_trunc, "no-trunc", .help = "Do not shorten texts"),
	O_BOOL(struct ps, orphans, "orphans", .preset = "true",
		.help = "Also services that the file does not have"),
	O_BOOL(struct ps, quiet, "quiet", .letter = 'q', .help = "Only ids"),
	O_BOOL(struct ps, services, "services", .help = "Only the names of services"),
	O_TEXTS(struct ps, statuses, "status", .value = "STATUS",
		.help = "Only these: paused, restarting, removing, running, dead, "
			"created or exited"),
	OPTION_END,
};

/* In the order of enum container_state. */
static const char *const state_words[] = {
	[STATE_CREATED] = "created",
	[STATE_RUNNING] = "running",
	[STATE_PAUSED] = "paused",
	[STATE_RESTARTING] = "restarting",
	[STATE_REMOVING] = "removing",
	[STATE_EXITED] = "exited",
	[STATE_DEAD] = "dead",
};

static const char *const health_words[] = {
	[HEALTH_NONE] = "",
	[HEALTH_STARTING] = "starting",
	[HEALTH_HEALTHY] = "healthy",
	[HEALTH_UNHEALTHY] = "unhealthy",
};

/* ---- which containers */

struct selection {
	const struct ps *opts;
	const struct app *app;
	struct strings statuses;
};

static bool is_state(const char *word)
{
	for (size_t i = 0; i < sizeof(state_words) / sizeof(*state_words); i++)
		if (!strcmp(state_words[i], word))
			return true;
	return false;
}

/* --status and --filter status= are one list. */
static bool read_statuses(
	struct app *app, const struct ps *opts, struct strings *out, struct err *err)
{
	for (size_t i = 0; i < opts->statuses.n; i++)
		ARENA_PUSH(&app->arena, out->items, out->n, opts->statuses.items[i]);
	if (opts->filter && !text_starts(opts->filter, "status="))
		return err_set(err, ERR_INPUT,
			"unknown filter %s\nThere is status=STATUS.", opts->filter);
	if (opts->filter)
		ARENA_PUSH(&app->arena, out->items, out->n,
			opts->filter + strlen("status="));
	for (size_t i = 0; i < out->n; i++)
		if (!is_state(out->items[i]))
			return err_set(err, ERR_INPUT,
				"unknown status %s\nIt is one of paused, restarting, "
				"removing, running, dead, created, exited.",
				out->items[i]);
	return true;
}

static bool is_selected(
	const struct selection *selection, const struct observed_container *container)
{
	const struct ps *opts = selection->opts;
	const struct app *app = selection->app;

	if (!container->config_hash || !container->service)
		return false;
	/* As docker compose has it, who asks for a state means all containers. */
	if (container->oneoff && !opts->all && selection->statuses.n == 0)
		return false;
	if (selection->statuses.n > 0) {
		if (!strings_has(&selection->statuses, state_words[container->state]))
			return false;
	} else if (!opts->all && !pick_is_up(container)) {
		return false;
	}
	if (!opts->orphans && !project_service(app->project, container->service))
		return false;
	return app->services.n == 0 || strings_has(&app->services, container->service);
}

static int compare_names(const void *a, const void *b)
{
	const struct observed_container *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static const struct observed_container **select_containers(
	const struct selection *selection, struct arena *arena,
	const struct observed *observed, size_t *out_n)
{
	const struct observed_container **chosen = ARENA_NEW_N(
		arena, observed->ncontainers + 1, const struct observed_container *);
	size_t n = 0;

	for (size_t i = 0; i < observed->ncontainers; i++)
		if (is_selected(selection, &observed->containers[i]))
			chosen[n++] = &observed->containers[i];
	qsort(chosen, n, sizeof(*chosen), compare_names);
	*out_n = n;
	return chosen;
}

/* ---- one container as a record, keys as docker compose has them */

static const char *joined_networks(
	struct arena *arena, const struct observed_container *container)
{
	auto_str text = {0};

	for (size_t i = 0; i < container->nendpoints; i++)
		str_printf(&text, "%s%s", i ? "," : "", container->endpoints[i].network);
	return arena_strdup(arena, str_text(&text));
}

static const char *joined_mounts(
	struct arena *arena, const struct observed_container *container, bool no_trunc)
{
	auto_str text = {0};

	for (size_t i = 0; i < container->nmounts; i++) {
		const struct observed_mount *mount = &container->mounts[i];
		const char *name =
			mount->name && *mount->name ? mount->name : mount->source;

		if (name && !no_trunc)
			name = cell_shortened(arena, name, MOUNT_COLUMNS);
		str_printf(&text, "%s%s", i ? "," : "", name ? name : "");
	}
	return arena_strdup(arena, str_text(&text));
}

static const char *local_volumes(
	struct arena *arena, const struct observed_container *container)
{
	size_t n = 0;

	for (size_t i = 0; i < container->nmounts; i++)
		n += text_eq(container->mounts[i].type, "volume");
	return arena_printf(arena, "%zu", n);
}

static struct node *publisher(struct arena *arena, const struct node *port)
{
	struct node *node = node_map(arena);
	const char *ip = node_get_text(port, "IP");

	node_set_text(arena, node, "URL", ip ? ip : "");
	node_set_int(arena, node, "TargetPort", node_get_int(port, "PrivatePort", 0));
	node_set_int(arena, node, "PublishedPort", node_get_int(port, "PublicPort", 0));
	node_set_text(arena, node, "Protocol", node_get_text(port, "Type"));
	return node;
}

static int compare_publishers(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;
	int64_t p = node_get_int(*x, "TargetPort", 0),
		q = node_get_int(*y, "TargetPort", 0);

	return p < q ? -1 : p > q;
}

static struct node *publishers(struct arena *arena, const struct node *ports)
{
	struct node *list = node_list(arena);

	for (size_t i = 0; ports && ports->kind == NODE_LIST && i < ports->nitems; i++)
		node_push(arena, list, publisher(arena, ports->items[i]));
	if (list->nitems > 0)
		qsort(list->items, list->nitems, sizeof(*list->items),
			compare_publishers);
	return list;
}

static const char *command_text(
	struct arena *arena, const struct observed_container *container, bool no_trunc)
{
	const char *command = node_get_text(container->node, "Command");

	command = command ? command : "";
	return cell_quoted(arena,
		no_trunc ? command : cell_shortened(arena, command, COMMAND_COLUMNS));
}

static const char *running_for(struct arena *arena, const struct observed *observed,
	const struct observed_container *c)
{
	return arena_printf(
		arena, "%s ago", cell_duration(arena, observed->clock_s - c->created_s));
}

static struct node *record_of(struct arena *arena, const struct observed *observed,
	const struct observed_container *c, bool no_trunc)
{
	const struct node *ports = node_get(c->node, "Ports");
	const char *engine = node_get_text(c->labels, "com.docker.compose.engine");
	struct node *node = node_map(arena);

	node_set_text(arena, node, "Command", command_text(arena, c, no_trunc));
	node_set_text(arena, node, "CreatedAt", cell_time(arena, c->created_s));
	node_set_text_opt(arena, node, "Engine", engine);
	node_set_int(arena, node, "ExitCode", c->exit_code);
	node_set_text(arena, node, "Health", health_words[c->health]);
	node_set_text(arena, node, "ID",
		no_trunc ? c->id : arena_strndup(arena, c->id, SHORT_ID));
	node_set_text(arena, node, "Image", c->image);
	node_set_text(arena, node, "Labels", cell_labels(arena, c->labels));
	node_set_text(arena, node, "LocalVolumes", local_volumes(arena, c));
	node_set_text(arena, node, "Mounts", joined_mounts(arena, c, no_trunc));
	node_set_text(arena, node, "Name", c->name);
	node_set_text(arena, node, "Names", c->name);
	node_set_text(arena, node, "Networks", joined_networks(arena, c));
	node_set_text(arena, node, "Ports", cell_ports(arena, ports));
	node_set_text(arena, node, "Project", c->project);
	node_set(arena, node, "Publishers", publishers(arena, ports));
	node_set_text(arena, node, "RunningFor", running_for(arena, observed, c));
	node_set_text(arena, node, "Service", c->service);
	node_set_text(arena, node, "Size", "0B");
	node_set_text(arena, node, "State", state_words[c->state]);
	node_set_text(arena, node, "Status", c->status);
	return node;
}

/* ---- the ways to print */

static const struct record_column ps_columns[] = {
	{"NAME", "Name"}, {"IMAGE", "Image"}, {"COMMAND", "Command"},
	{"SERVICE", "Service"}, {"CREATED", "RunningFor"}, {"STATUS", "Status"},
	{"PORTS", "Ports"}, {"ENGINE", "Engine"}, /* only where a container has one */
};

static bool any_engine(const struct node *const *records, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (node_get(records[i], "Engine"))
			return true;
	return false;
}

static void print_services(
	struct app *app, const struct observed_container *const *containers, size_t n)
{
	struct strings names = {0};

	for (size_t i = 0; i < n; i++)
		if (!strings_has(&names, containers[i]->service))
			ARENA_PUSH(&app->arena, names.items, names.n,
				containers[i]->service);
	for (size_t i = 0; i < names.n; i++)
		app_print(app, "%s\n", names.items[i]);
	if (names.n == 0)
		app_print(app, "\n");
}

static int print_records(struct app *app, const struct ps *opts,
	const struct observed *observed,
	const struct observed_container *const *containers, size_t n)
{
	const struct node **records =
		ARENA_NEW_N(&app->arena, n + 1, const struct node *);
	const char *format = opts->format && *opts->format
		? opts->format
		: node_get_text(credentials_config(app->credentials), "psFormat");
	size_t ncolumns = sizeof(ps_columns) / sizeof(*ps_columns);
	struct err err = {0};
	auto_str text = {0};

	for (size_t i = 0; i < n; i++)
		records[i] =
			record_of(&app->arena, observed, containers[i], opts->no_trunc);
	if (!any_engine(records, n))
		ncolumns--;
	if (!records_print(&text, &app->arena,
		    &(struct records){
			    .items = records,
			    .n = n,
			    .columns = ps_columns,
			    .ncolumns = ncolumns,
			    .min_columns = 10,
		    },
		    format, &err))
		return app_fail(app, &err);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

static int ps_run(struct app *app, const void *parsed, const struct operands *operands)
{
	const struct ps *opts = parsed;
	struct selection selection = {.opts = opts, .app = app};
	const struct observed_container **containers;
	const struct observed *observed;
	struct err err = {0};
	size_t n;

	(void)operands;
	if (!read_statuses(app, opts, &selection.statuses, &err))
		return app_fail(app, &err);
	observed = app_observe(app, OBSERVE_CONTAINERS);
	if (!observed)
		return EXIT_FAILURE;
	containers = select_containers(&selection, &app->arena, observed, &n);
	if (opts->services) {
		print_services(app, containers, n);
		return EXIT_SUCCESS;
	}
	if (!opts->quiet)
		return print_records(app, opts, observed, containers, n);
	for (size_t i = 0; i < n; i++)
		app_print(app, "%s\n", containers[i]->id);
	return EXIT_SUCCESS;
}

const struct command cmd_ps = {
	.name = "ps",
	.args = "[SERVICE...]",
	.help = "List the containers",
	.opts = ps_opts,
	.opts_size = sizeof(struct ps),
	.needs = NEEDS_NAME | NEEDS_ENGINE | SERVICES,
	.max_operands = -1,
	.group = GROUP_DAILY,
	.run = ps_run,
};
