/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/consent.h"

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/ask.h"
#include "cmd/cells.h"
#include "cmd/display.h"
#include "cmd/prepare.h"
#include "cmd/table.h"
#include "compose/loader/load.h"
#include "compose/loader/remote.h"
#include "compose/loader/variables.h"

enum { NCOLUMNS = 5, PADDING = 3 };

/* ---- the variables */

/* Somebody else's text must not paint over what it stands in. */
static const char *clean(struct arena *arena, const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f ||
			((unsigned char)*p == 0xc2 && (unsigned char)p[1] < 0xa0))
			return cell_quoted(arena, text);
	return text;
}

static void add_variable(
	struct app *app, struct table *table, const struct variable *variable)
{
	const char *given = app_getenv(app, variable->name);
	const char *read = pairs_get(&app->project->environment, variable->name);
	const char *preset = variable->default_value;
	const char *cells[NCOLUMNS] = {variable->name, "<unset>", "none",
		variable->required ? "yes" : "no", preset};

	if (given || read) {
		cells[1] = given ? given : read;
		cells[2] = given ? "environment" : "env file";
	} else if (*preset) {
		cells[1] = preset;
		cells[2] = "compose file";
	}
	for (size_t i = 0; i < NCOLUMNS; i++)
		cells[i] = clean(&app->arena, cells[i]);
	table_add(table, cells);
}

/* False: errors were shown. */
static bool list_variables(struct app *app, struct str *out)
{
	static const char *const titles[NCOLUMNS] = {
		"VARIABLE", "VALUE", "SOURCE", "REQUIRED", "DEFAULT"};
	struct table table;
	struct variables variables = {0};
	struct load_opts opts;
	struct errs errs;

	errs_init(&errs, &app->arena);
	app_load_opts(app, &opts);
	if (!project_variables(&app->arena, &opts, &variables, &errs))
		return app_show_errs(app, &errs) == 0;
	if (!variables.n)
		return true;
	table_init(&table, &app->arena, NCOLUMNS, 0, PADDING);
	table_add(&table, titles);
	for (size_t i = 0; i < variables.n; i++)
		add_variable(app, &table, &variables.items[i]);
	str_add(out, "\nFound the following variables in configuration:\n");
	table_print(&table, out);
	str_add(out, "\nDo you want to proceed with these variables?");
	return true;
}

/* What it takes in from where nobody who just names the first file looks. */
static bool list_others(const struct app *app, struct str *out)
{
	const struct origins *origins = &app->origins;

	if (origins->n < 2)
		return false;
	str_add(out, "\nIt takes in files from elsewhere:\n");
	for (size_t i = 1; i < origins->n; i++)
		str_printf(out, "  - %s\n", origins->items[i].prefix);
	str_add(out, "Make sure that you trust them. Do you want to continue?");
	return true;
}

bool consent(struct app *app, bool yes, struct err *err)
{
	const struct strings *files = &app->root.files;
	auto_str variables = {0}, others = {0};

	if (!files->n || !remote_is(files->items[0]))
		return true;
	display_say(app->display, "Your compose stack \"%s\" is stored in \"%s\"",
		files->items[0], app->project->working_dir);
	if (yes)
		return true;
	if (list_others(app, &others) && !app_ask(app, str_text(&others), false, err))
		return false;
	if (!list_variables(app, &variables))
		return false;
	return !variables.len || app_ask(app, str_text(&variables), true, err);
}
