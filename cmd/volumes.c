/* SPDX-License-Identifier: Apache-2.0 */
/* davit volumes: the project's volumes. */
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/cells.h"
#include "cmd/command.h"
#include "cmd/records.h"
#include "compose/planner/observed.h"
#include "compose/scheduler/scheduler.h"

#include <stdlib.h>

struct volumes {
	const char *format;
	bool quiet;
};

static const struct option volumes_opts[] = {
	O_TEXT(struct volumes, format, "format", .value = "FORMAT", .preset = "table",
		.help = "table, json, or a template"),
	O_BOOL(struct volumes, quiet, "quiet", .letter = 'q', .help = "Only names"),
	OPTION_END,
};

/* Does a container of the named services mount it? */
static bool is_used(
	const struct app *app, const struct observed *observed, const char *name)
{
	for (size_t i = 0; i < observed->ncontainers; i++) {
		const struct observed_container *container = &observed->containers[i];

		if (!container->service ||
			!strings_has(&app->services, container->service))
			continue;
		for (size_t j = 0; j < container->nmounts; j++)
			if (text_eq(container->mounts[j].name, name))
				return true;
	}
	return false;
}

static bool is_wanted(const struct app *app, const struct observed *observed,
	const struct observed_volume *volume)
{
	return text_eq(volume->project, app->project->name) &&
		(app->services.n == 0 || is_used(app, observed, volume->name));
}

static struct node *record_of(struct arena *arena, const struct observed_volume *volume)
{
	struct node *node = node_map(arena);

	node_set_text(arena, node, "Availability", "N/A");
	node_set_text(arena, node, "Driver", volume->driver);
	node_set_text(arena, node, "Group", "N/A");
	node_set_text(arena, node, "Labels",
		cell_labels(arena, node_get(volume->node, "Labels")));
	node_set_text(arena, node, "Links", "N/A");
	node_set_text(
		arena, node, "Mountpoint", node_get_text(volume->node, "Mountpoint"));
	node_set_text(arena, node, "Name", volume->name);
	node_set_text(arena, node, "Scope", node_get_text(volume->node, "Scope"));
	node_set_text(arena, node, "Size", "N/A");
	node_set_text(arena, node, "Status", "N/A");
	return node;
}

static int print_volumes(
	struct app *app, const struct volumes *opts, const struct observed *observed)
{
	static const struct record_column columns[] = {
		{"DRIVER", "Driver"},
		{"VOLUME NAME", "Name"},
	};
	const struct node **items =
		ARENA_NEW_N(&app->arena, observed->nvolumes + 1, const struct node *);
	struct records records = {
		.items = items, .columns = columns, .ncolumns = 2, .min_columns = 10};
	struct err err = {0};
	auto_str text = {0};

	for (size_t i = 0; i < observed->nvolumes; i++)
		if (is_wanted(app, observed, &observed->volumes[i]))
			items[records.n++] =
				record_of(&app->arena, &observed->volumes[i]);
	if (!records_print(&text, &app->arena, &records,
		    opts->quiet ? "{{.Name}}" : opts->format, &err))
		return app_fail(app, &err);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

static int volumes_run(
	struct app *app, const void *parsed, const struct operands *operands)
{
	unsigned what = OBSERVE_VOLUMES | (app->services.n ? OBSERVE_CONTAINERS : 0u);
	const struct observed *observed = app_observe(app, what);

	(void)operands;
	return observed ? print_volumes(app, parsed, observed) : EXIT_FAILURE;
}

const struct command cmd_volumes = {
	.name = "volumes",
	.args = "[SERVICE...]",
	.help = "List the volumes",
	.opts = volumes_opts,
	.opts_size = sizeof(struct volumes),
	.needs = NEEDS_NAME | NEEDS_ENGINE | SERVICES,
	.max_operands = -1,
	.group = GROUP_FILES,
	.run = volumes_run,
};
