/* SPDX-License-Identifier: Apache-2.0 */
/* davit env: the variables of the project, and the whole story of one of them. */
#include <stdlib.h>

#include "base/str.h"
#include "cmd/app.h"
#include "cmd/commands.h"
#include "cmd/prepare.h"
#include "compose/loader/load.h"
#include "compose/loader/variables.h"

struct env_opts {
	const char *explain;
};

static const struct option env_command_opts[] = {
	O_TEXT(struct env_opts, explain, "explain", .value = "NAME",
		.help = "Tell where a variable comes from, what it hides, and who uses "
			"it"),
	OPTION_END,
};

/* What is known of one variable. */
struct story {
	const char *name;
	const char *value; /* NULL: not set */
	const struct explanation *found;
	const struct project *project;
};

static void add_place(struct str *str, struct pos pos)
{
	if (pos.file)
		str_printf(str, "%s:%u:%u", pos.file, pos.line, pos.column);
	else
		str_add(str, "the shell");
}

static void add_hidden(struct str *str, const char *name, const struct pair *pair)
{
	str_printf(str, "hides %s=%s of ", name, pair->value ? pair->value : "");
	add_place(str, pair->pos);
}

static void add_values(struct str *str, const struct story *story)
{
	const struct pairs *values = &story->found->values;

	if (!story->value)
		str_printf(str, "%s is not set\n", story->name);
	else
		str_printf(str, "%s=%s\n", story->name, story->value);
	/* Its own name is the one variable that davit makes. */
	if (story->value && values->n == 0)
		str_add(str, "  from davit\n");
	for (size_t i = 0; i < values->n; i++) {
		str_add(str, i == 0 ? "  from " : "  ");
		if (i == 0)
			add_place(str, values->items[i].pos);
		else
			add_hidden(str, story->name, &values->items[i]);
		str_add_c(str, '\n');
	}
}

/* The files of an include see its own value where those that include them have none. */
static void add_included(
	struct str *str, const char *name, const struct included_values *included)
{
	const struct pairs *values = &included->values;

	for (size_t i = 0; i < values->n; i++) {
		str_add(str, "  ");
		if (included->is_hidden || i > 0) {
			add_hidden(str, name, &values->items[i]);
		} else {
			str_printf(str, "is %s=%s of ", name, values->items[i].value);
			add_place(str, values->items[i].pos);
		}
		str_printf(str, " in %s, included at ", included->file);
		add_place(str, included->pos);
		str_add_c(str, '\n');
	}
}

static void add_uses(struct str *str, const struct story *story)
{
	const struct variable *variable = story->found->variable;

	for (size_t i = 0; variable && i < variable->nplaces; i++) {
		str_printf(str, "  used by %s at ", variable->places[i].path);
		add_place(str, variable->places[i].pos);
		str_add_c(str, '\n');
	}
}

static void add_service(
	struct str *str, const struct service *service, const struct pair *pair)
{
	str_printf(str, "  seen by %s as ", service->name);
	if (pair->value)
		str_printf(str, "\"%s\"", pair->value);
	else
		str_add(str, "not set");
	str_add(str, ", at ");
	add_place(str, pair->pos);
	str_add_c(str, '\n');
	for (const struct pair *over = pair->over; over; over = over->over) {
		str_add(str, "    ");
		add_hidden(str, pair->key, over);
		str_add_c(str, '\n');
	}
}

/* The services whose containers get a variable of this name, with what they get. */
static void add_services(struct str *str, const struct story *story)
{
	const struct project *project = story->project;

	for (size_t i = 0; i < project->nservices; i++) {
		const struct pairs *own = &project->services[i].environment;

		for (size_t j = 0; j < own->n; j++)
			if (text_eq(own->items[j].key, story->name))
				add_service(str, &project->services[i], &own->items[j]);
	}
}

static int explain(struct app *app, const struct load_opts *how, const char *name)
{
	struct explanation found;
	struct errs errs;
	auto_str text = {0};

	errs_init(&errs, &app->arena);
	if (!project_explain(&app->arena, how, name, &found, &errs))
		return app_show_errs(app, &errs);

	const struct story story = {
		.name = name,
		.value = pairs_get(&app->project->environment, name),
		.found = &found,
		.project = app->project,
	};

	add_values(&text, &story);
	for (size_t i = 0; i < found.nincluded; i++)
		add_included(&text, name, &found.included[i]);
	add_uses(&text, &story);
	add_services(&text, &story);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

static int list(struct app *app)
{
	const struct pairs *pairs = &app->project->environment;
	auto_str text = {0};

	for (size_t i = 0; i < pairs->n; i++)
		str_printf(&text, "%s=%s\n", pairs->items[i].key,
			pairs->items[i].value ? pairs->items[i].value : "");
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

static int env_run(struct app *app, const void *parsed, const struct operands *operands)
{
	const struct env_opts *opts = parsed;
	struct load_opts how;

	(void)operands;
	app_load_opts(app, &how);
	if (!app_load(app, &how))
		return EXIT_FAILURE;
	return opts->explain ? explain(app, &how, opts->explain) : list(app);
}

const struct command cmd_env = {
	.name = "env",
	.help = "Show the variables that files may use, and explain one",
	.detail = "They are the shell's and those of .env files, which only fill gaps. "
		  "With --explain also where a variable was set, which values it "
		  "hides, which keys use it and which services get one of its name.",
	.opts = env_command_opts,
	.opts_size = sizeof(struct env_opts),
	.needs = NEEDS_ENVIRONMENT,
	.group = GROUP_FILES,
	.run = env_run,
};
