/* SPDX-License-Identifier: Apache-2.0 */
/* davit config: what davit makes of the files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/json.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/schema_json.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/commands.h"
#include "cmd/pin.h"
#include "cmd/prepare.h"
#include "cmd/provenance.h"
#include "cmd/services.h"
#include "cmd/variables.h"
#include "compose/graph/graph.h"
#include "compose/loader/load.h"
#include "compose/loader/variables.h"
#include "compose/model/fields.h"
#include "compose/model/print.h"

struct config {
	bool environment, images, models, networks, profiles, provenance, schema,
		services, variables, volumes;
	bool no_consistency, no_env_resolution, no_interpolate, no_normalize,
		no_path_resolution;
	bool lock_image_digests, resolve_image_digests;
	bool quiet;
	const char *format;
	const char *hash;
	const char *output;
};

#define C struct config

static const struct option config_opts[] = {
	O_BOOL(C, environment, "environment",
		.help = "Print the variables that may stand in the files"),
	O_TEXT(C, format, "format", .value = "FORMAT",
		.help = "yaml or json (yaml); of --variables table, too"),
	O_TEXT(C, hash, "hash", .value = "SERVICES",
		.help = "Print the configuration hash of services, \"*\" for all"),
	O_BOOL(C, images, "images", .help = "Print the names of the images"),
	O_BOOL(C, lock_image_digests, "lock-image-digests", .flags = OPTION_NEEDS_ENGINE,
		.help = "Print an override file that pins the images to their digests"),
	O_BOOL(C, models, "models", .help = "Print the names of the models"),
	O_BOOL(C, networks, "networks", .help = "Print the names of the networks"),
	O_BOOL(C, no_consistency, "no-consistency",
		.help = "Do not check that all fits together"),
	O_BOOL(C, no_env_resolution, "no-env-resolution", .help = "Do not read env_file"),
	O_BOOL(C, no_interpolate, "no-interpolate",
		.help = "Leave variables as they are written"),
	O_BOOL(C, no_normalize, "no-normalize", .help = "Do not fill in what is implied"),
	O_BOOL(C, no_path_resolution, "no-path-resolution",
		.help = "Leave paths as they are written"),
	O_TEXT(C, output, "output", .letter = 'o', .value = "FILE",
		.help = "Write to a file"),
	O_BOOL(C, profiles, "profiles", .help = "Print the names of the profiles"),
	O_BOOL(C, provenance, "provenance",
		.help = "Print each value with the place it comes from, and what it "
			"replaced"),
	O_BOOL(C, quiet, "quiet", .letter = 'q', .help = "Only say what is wrong"),
	O_BOOL(C, resolve_image_digests, "resolve-image-digests",
		.flags = OPTION_NEEDS_ENGINE,
		.help = "Pin the images to the digests that their registries have now"),
	O_BOOL(C, schema, "schema",
		.help = "Print a JSON Schema of Compose files, for editors"),
	O_BOOL(C, services, "services", .help = "Print the names of the services"),
	O_BOOL(C, variables, "variables",
		.help = "Print the variables that the files use, and their defaults"),
	O_BOOL(C, volumes, "volumes", .help = "Print the names of the volumes"),
	OPTION_END,
};

/* ---- what the lists are made of */

static void list_environment(struct app *app, struct str *out)
{
	const struct pairs *pairs = &app->project->environment;

	for (size_t i = 0; i < pairs->n; i++)
		str_printf(out, "%s=%s\n", pairs->items[i].key,
			pairs->items[i].value ? pairs->items[i].value : "");
}

static void list_services(struct app *app, struct str *out)
{
	const struct graph *graph = app->graph;

	/* Only --no-consistency comes here with a cycle. */
	for (size_t i = 0; !graph && i < app->project->nservices; i++)
		str_printf(out, "%s\n", app->project->services[i].name);
	for (size_t i = 0; graph && i < graph->nnodes; i++)
		str_printf(
			out, "%s\n", graph->nodes[graph->start_order[i]].service->name);
}

static void list_images(struct app *app, struct str *out)
{
	const struct project *project = app->project;

	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = &project->services[i];
		const char *image = service_image(&app->arena, project, service);

		str_printf(out, "%s\n", image);
		for (size_t j = 0; j < service->npre_start; j++)
			if (service->pre_start[j].image &&
				!text_eq(service->pre_start[j].image, image))
				str_printf(out, "%s\n", service->pre_start[j].image);
	}
}

static void list_networks(struct app *app, struct str *out)
{
	for (size_t i = 0; i < app->project->nnetworks; i++)
		str_printf(out, "%s\n", app->project->networks[i].key);
}

static void list_volumes(struct app *app, struct str *out)
{
	for (size_t i = 0; i < app->project->nvolumes; i++)
		str_printf(out, "%s\n", app->project->volumes[i].key);
}

static void list_models(struct app *app, struct str *out)
{
	for (size_t i = 0; i < app->project->nmodels; i++)
		str_printf(out, "%s\n", app->project->models[i].model);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect_profiles(
	struct app *app, const struct service *services, size_t n, struct strings *out)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < services[i].profiles.n; j++)
			if (!strings_has(out, services[i].profiles.items[j]))
				ARENA_PUSH(&app->arena, out->items, out->n,
					services[i].profiles.items[j]);
}

static void list_profiles(struct app *app, struct str *out)
{
	struct strings profiles = {0};

	collect_profiles(app, app->project->services, app->project->nservices, &profiles);
	collect_profiles(app, app->project->disabled, app->project->ndisabled, &profiles);
	if (profiles.n > 0)
		qsort(profiles.items, profiles.n, sizeof(*profiles.items), compare_texts);
	for (size_t i = 0; i < profiles.n; i++)
		str_printf(out, "%s\n", profiles.items[i]);
}

enum list_flag {
	LIST_ALL_SERVICES = 1 << 0, /* whatever was named */
	LIST_READS_FILES = 1 << 1,  /* a missing env_file is an error */
};

struct list {
	size_t flag; /* offset in struct config */
	void (*print)(struct app *app, struct str *out);
	unsigned flags; /* enum list_flag */
};

static const struct list lists[] = {
	{offsetof(C, environment), list_environment, 0},
	{offsetof(C, images), list_images, 0},
	{offsetof(C, models), list_models, 0},
	{offsetof(C, networks), list_networks, 0},
	{offsetof(C, profiles), list_profiles, LIST_ALL_SERVICES},
	{offsetof(C, services), list_services, LIST_ALL_SERVICES},
	{offsetof(C, volumes), list_volumes, LIST_READS_FILES},
};

/* Of several that are asked for docker compose prints the first in this order; a hash is a text. */
static void keep_first(struct config *opts)
{
	bool hash = opts->hash;
	bool *const order[] = {&opts->services, &opts->volumes, &opts->networks,
		&opts->models, &hash, &opts->profiles, &opts->images, &opts->variables,
		&opts->environment};
	bool found = false;

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		*order[i] = *order[i] && !found;
		found = found || *order[i];
	}
	if (!hash)
		opts->hash = NULL;
}

/* The list that was asked for, or NULL. */
static const struct list *list_of(const struct config *opts)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (*(const bool *)((const char *)opts + lists[i].flag))
			return &lists[i];
	return NULL;
}

/* ---- the ways to print */

/* "*", or names with commas; sorted, as the services are. */
static bool print_hashes(
	struct app *app, const char *which, struct str *out, struct err *err)
{
	struct strings named = {0}, found;
	char *text = arena_strdup(&app->arena, which), *save = NULL;

	for (char *name = strtok_r(text, ", ", &save); name;
		name = strtok_r(NULL, ", ", &save))
		ARENA_PUSH(&app->arena, named.items, named.n, name);
	/* "*" is all there are, and that may be none. */
	if ((app->project->nservices > 0 || !text_eq(which, "*")) &&
		!services_resolve(&app->arena, app->project, &named, &found, err))
		return false;
	for (size_t i = 0; i < app->project->nservices; i++) {
		const struct service *service = &app->project->services[i];
		char hex[DIGEST_HEX_BYTES];

		if (!strings_has(&found, service->name))
			continue;
		service_hash(service, HASH_2_40_UNMERGED, NULL, hex);
		str_printf(out, "%s %s\n", service->name, hex);
	}
	return true;
}

/* All keys by the alphabet, $ as it is. */
static void print_raw(
	struct arena *arena, const struct node *raw, bool json, struct str *out)
{
	if (json)
		json_print(out,
			node_sorted(arena, project_raw_nulls(arena, raw), ENCODE_JSON),
			JSON_INDENT | JSON_HTML);
	else
		yaml_print(out, node_sorted(arena, raw, 0));
}

static int write_out(struct app *app, const struct config *opts, const struct str *text)
{
	struct err err = {0};
	auto_file file = NULL;

	if (!opts->output) {
		app_print_str(app, text);
		return EXIT_SUCCESS;
	}
	file = fopen(opts->output, "we");
	if (!file || fwrite(str_text(text), 1, text->len, file) != text->len ||
		fflush(file) != 0) {
		err_sys(&err, "write %s", opts->output);
		return app_fail(app, &err);
	}
	/* cppcheck-suppress resourceLeak ; auto_file closes it */
	return EXIT_SUCCESS;
}

/* ---- loading as the flags want it */

static void load_opts(struct app *app, const struct config *opts,
	const struct operands *operands, struct load_opts *out)
{
	const struct list *list = list_of(opts);

	app_load_opts(app, out);
	out->keep_all_services = list && (list->flags & LIST_ALL_SERVICES);
	out->no_consistency = opts->no_consistency;
	out->no_env_resolution = opts->no_env_resolution || opts->hash ||
		(list && !(list->flags & LIST_READS_FILES));
	out->no_interpolate = opts->no_interpolate;
	out->no_normalize = opts->no_normalize || app->root.compatibility;
	out->no_path_resolution = opts->no_path_resolution;
	for (size_t i = 0; i < operands->n; i++)
		ARENA_PUSH(&app->arena, out->services.items, out->services.n,
			operands->items[i]);
	out->services.set = out->services.n > 0;
}

static bool check(const struct config *opts, struct err *err)
{
	if (opts->variables)
		return variables_format_valid(opts->format, err);
	if (opts->format && strcmp(opts->format, "yaml") != 0 &&
		strcmp(opts->format, "json") != 0)
		return err_set(err, ERR_INPUT,
			"unsupported format \"%s\"\nIt is yaml or json.", opts->format);
	return true;
}

static enum pinning pinning_of(const struct config *opts)
{
	if (opts->lock_image_digests)
		return PIN_ALONE;
	return opts->resolve_image_digests ? PIN_ALL : PIN_NONE;
}

/* Asks for no file: the schema is the program's own. */
static int show_schema(struct app *app, const struct config *opts)
{
	auto_str text = {0};

	json_print(&text, schema_json(&app->arena, &project_section), JSON_INDENT);
	str_add_c(&text, '\n');
	return write_out(app, opts, &text);
}

static int show_raw(
	struct app *app, const struct config *opts, const struct load_opts *how)
{
	const struct node *raw;
	struct errs errs;
	auto_str text = {0};

	errs_init(&errs, &app->arena);
	raw = project_load_raw(&app->arena, how, &errs);
	if (app_show_errs(app, &errs) || !raw || !pin_tree(app, pinning_of(opts), &raw))
		return EXIT_FAILURE;
	if (opts->quiet)
		return EXIT_SUCCESS;
	print_raw(&app->arena, raw, text_eq(opts->format, "json"), &text);
	return write_out(app, opts, &text);
}

static int show_variables(
	struct app *app, const struct config *opts, const struct load_opts *how)
{
	struct variables variables;
	struct errs errs;
	auto_str text = {0};

	errs_init(&errs, &app->arena);
	project_variables(&app->arena, how, &variables, &errs);
	if (app_show_errs(app, &errs))
		return EXIT_FAILURE;
	variables_print(&text, &variables, opts->format);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

static int show(struct app *app, const struct config *opts)
{
	const struct list *list = list_of(opts);
	const struct project *project = app->project;
	bool whole = !list && !opts->hash && !opts->provenance;
	struct err err = {0};
	auto_str text = {0};

	if (whole && !pin_project(app, pinning_of(opts), &project))
		return EXIT_FAILURE;
	if (opts->quiet)
		return EXIT_SUCCESS;
	if (list)
		list->print(app, &text);
	else if (opts->hash && !print_hashes(app, opts->hash, &text, &err))
		return app_fail(app, &err);
	else if (opts->provenance)
		provenance_print(&text, app->project);
	else if (whole)
		project_print(&text, project,
			text_eq(opts->format, "json") ? PRINT_JSON : PRINT_YAML);
	return write_out(app, opts, &text);
}

static int config_run(
	struct app *app, const void *parsed, const struct operands *operands)
{
	struct config settled = *(const struct config *)parsed;
	const struct config *opts = &settled;
	struct strings found;
	struct load_opts how;
	struct err err = {0};

	if (opts->schema)
		return show_schema(app, opts);
	keep_first(&settled);
	if (!check(opts, &err))
		return app_fail(app, &err);
	load_opts(app, opts, operands, &how);
	if (opts->variables)
		return show_variables(app, opts, &how);
	if (opts->no_interpolate && !list_of(opts) && !opts->hash)
		return show_raw(app, opts, &how);
	if (!app_load(app, &how))
		return EXIT_FAILURE;
	if (!services_resolve(&app->arena, app->project, &how.services, &found, &err))
		return app_fail(app, &err);
	return show(app, opts);
}

const struct command cmd_config = {
	.name = "config",
	.args = "[SERVICE...]",
	.help = "Check the files and show what they come to",
	.detail = "Merges all files, fills variables in, and prints the result in its "
		  "long form. All that is "
		  "wrong is told at once, each with file, line and column.",
	.opts = config_opts,
	.opts_size = sizeof(struct config),
	.needs = NEEDS_ENVIRONMENT,
	.max_operands = -1,
	.group = GROUP_FILES,
	.run = config_run,
};
