/* SPDX-License-Identifier: Apache-2.0 */
/* From the merged tree to a project: the second half of loading, where the model meets files. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/node.h"
#include "base/path.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/loader/dotenv.h"
#include "compose/loader/env.h"
#include "compose/loader/load.h"
#include "compose/loader/profiles.h"
#include "compose/loader/tree.h"
#include "compose/model/fields.h"
#include "compose/model/passes.h"

static void fill_head(
	struct project *project, const struct load_opts *opts, const struct tree *tree)
{
	project->node = tree->root;
	project->removals = tree->removals;
	project->name = tree->name;
	project->name_source = tree->name_source;
	project->separator = opts->compatibility ? "_" : "-";
	project->working_dir = tree->working_dir;
	project->config_files = tree->config_files;
	project->env_files = tree->env_files;
	project->environment = tree->environment;
	project->env_unresolved = opts->no_env_resolution;
}

/* What a service's files are read into, and from where: its own variables over the project's. */
struct merging {
	struct arena *arena;
	const struct load_opts *opts;
	const struct env *project_env;
	struct errs *errs;
};

static int pair_compare(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

/* The pair as it is, over what a file gave. */
static struct pair pair_over(
	struct arena *arena, struct pair pair, const struct pair *from_files)
{
	const struct pair **end = &pair.over;

	while (from_files && *end) {
		struct pair *copy = ARENA_NEW(arena, struct pair);

		*copy = **end;
		*end = copy;
		end = &copy->over;
	}
	if (from_files)
		*end = from_files;
	return pair;
}

/* What files gave, under what the service itself says. */
static struct pairs merge_under(
	struct arena *arena, const struct env *files, const struct pairs *own)
{
	struct pairs out = {.set = true};
	struct map named;

	map_init(&named, arena);
	out.items = ARENA_NEW_N(arena, own->n + files->own.nentries + 1, struct pair);
	for (size_t i = 0; i < own->n; i++) {
		map_put(&named, own->items[i].key, &own->items[i]);
		out.items[out.n++] = pair_over(
			arena, own->items[i], map_get(&files->own, own->items[i].key));
	}
	for (size_t i = 0; i < files->own.nentries; i++)
		if (!map_has(&named, files->own.entries[i].key))
			out.items[out.n++] =
				*(const struct pair *)files->own.entries[i].value;
	qsort(out.items, out.n, sizeof(*out.items), pair_compare);
	return out;
}

static bool env_file_format(const struct env_file *file, enum dotenv_format *out)
{
	*out = text_eq(file->format, "raw") ? DOTENV_RAW : DOTENV;
	return !file->format || !*file->format || *out == DOTENV_RAW ||
		text_eq(file->format, "dotenv");
}

static void read_env_file(const struct merging *m, const struct service *service,
	const struct env_file *file, struct env *into)
{
	const struct files *files = m->opts->files;
	enum dotenv_format format;
	const char *name;

	if (!file->path)
		return; /* it could not be read, which was said */
	if (!env_file_format(file, &format)) {
		errs_add(m->errs, file->pos,
			"services.%s.env_file: unsupported env_file format \"%s\"",
			service->name, file->format);
		return;
	}
	if (!files->is_file(files->ctx, file->path)) {
		if (file->required)
			errs_add(m->errs, file->pos,
				"services.%s.env_file: env file %s not found: no such "
				"file",
				service->name, file->path);
		return;
	}
	name = path_shown(m->arena, m->opts->cwd, file->path);
	errs_note_file(m->errs, name, "the env_file of", file->pos);
	dotenv_read_file(m->arena, files, file->path, name, format, into, m->errs);
}

static void merge_env_files(const struct merging *m, struct service *service)
{
	struct env own, into;

	if (service->nenv_files == 0)
		return;
	env_init(&own, m->arena, m->project_env);
	env_add(&own, &service->environment);
	env_init(&into, m->arena, &own);
	for (size_t i = 0; i < service->nenv_files; i++)
		read_env_file(m, service, &service->env_files[i], &into);
	service->environment = merge_under(m->arena, &into, &service->environment);
}

/* Label files know no variables but the labels of the files before them, then their own. */
static void merge_label_files(const struct merging *m, struct service *service)
{
	struct env labels;

	if (service->label_files.n == 0)
		return;
	env_init(&labels, m->arena, NULL);
	for (size_t i = 0; i < service->label_files.n; i++) {
		const char *path = service->label_files.items[i];
		const char *name = path_shown(m->arena, m->opts->cwd, path);
		struct env own;

		env_init(&own, m->arena, &labels);
		errs_note_file(m->errs, name, "the label_file of",
			service->label_files.places[i]);
		dotenv_read_file(
			m->arena, m->opts->files, path, name, DOTENV, &own, m->errs);
		own.above = NULL;
		for (size_t j = 0; j < own.own.nentries; j++) {
			const struct pair *pair = own.own.entries[j].value;

			env_set(&labels, pair->key, pair->value, pair->pos);
		}
	}
	service->labels = merge_under(m->arena, &labels, &service->labels);
}

static void merge_files(struct arena *arena, const struct load_opts *opts,
	struct project *project, struct errs *errs)
{
	struct env project_env;
	struct merging merging = {arena, opts, &project_env, errs};

	env_init(&project_env, arena, NULL);
	env_add(&project_env, &project->environment);
	for (size_t i = 0; i < project->nservices; i++) {
		if (!opts->no_env_resolution)
			merge_env_files(&merging, &project->services[i]);
		merge_label_files(&merging, &project->services[i]);
	}
}

/* "dns: ${DNS}" without the variable asks for no server, and an empty image is none. */
static void drop_empty(struct project *project)
{
	for (size_t i = 0; i < project->nservices; i++) {
		struct service *service = &project->services[i];
		struct strings *dns = &service->dns;
		size_t n = 0;

		if (service->image && !*service->image)
			service->image = NULL;
		for (size_t j = 0; j < dns->n; j++)
			if (*dns->items[j])
				dns->items[n++] = dns->items[j];
		dns->n = n;
	}
}

/* DOCKER_DEFAULT_PLATFORM holds for what is built. */
static void apply_platform(const struct load_opts *opts, struct project *project)
{
	for (size_t i = 0; opts->default_platform && i < project->nservices; i++)
		if (project->services[i].build && !project->services[i].platform)
			project->services[i].platform = opts->default_platform;
}

/* All that is done to what was decoded. */
static void run_passes(struct arena *arena, const struct load_opts *opts,
	struct project *project, const struct validation *validation)
{
	struct wanted_profiles profiles;
	struct selection selection = {&opts->services, opts->no_deps};
	const struct suspects *suspects = validation->suspects;

	project_validate(project, validation);
	project_read_own(arena, project, validation->errs);
	if (!opts->no_normalize)
		project_normalise(arena, project);
	project_sort(project);
	project_fill_environment(project);
	profiles_wanted(arena, opts, project, &profiles);
	project_activate(arena, project, &profiles.names, &opts->services);
	if (!(suspects && suspects->names))
		profiles_warn(project, &profiles, validation->errs);
	if (!opts->no_consistency) {
		project_settle_scale(arena, project);
		project_check(arena, project, validation);
	}
	if (!opts->keep_all_services && !(suspects && suspects->names))
		project_select(arena, project, &selection, validation->errs);
	apply_platform(opts, project);
	drop_empty(project);
	merge_files(arena, opts, project, validation->errs);
	if (!opts->all_resources)
		project_prune(arena, project);
}

/*
 * Something is wrong already. What can be read is checked all the same, so that people see as much as possible
 * at once; the project itself is of no use.
 */
static void judge_rest(struct arena *arena, const struct load_opts *opts,
	const struct tree *tree, struct project *project, struct errs *errs)
{
	struct suspects suspects;
	struct errs said;

	errs_init(&said, arena);
	schema_decode(arena, &project_section, tree->root, project, &said);
	fill_head(project, opts, tree);
	if (!project->name)
		project->name = "";
	suspects_find(arena, tree->root, 0, &suspects);
	suspects.names = suspects.names || tree->has_gaps;
	run_passes(arena, opts, project,
		&(struct validation){.errs = errs, .suspects = &suspects});
}

const struct project *project_build(struct arena *arena, const struct load_opts *opts,
	const struct tree *tree, struct errs *errs)
{
	struct project *project = ARENA_NEW(arena, struct project);

	schema_check(&project_section, tree->root, 0, errs);
	schema_report(&project_section, tree->root,
		opts->strict ? FIELD_UNUSED | FIELD_SWARM : FIELD_UNUSED, errs);
	if (errs_failed(errs)) {
		judge_rest(arena, opts, tree, project, errs);
	} else {
		schema_decode(arena, &project_section, tree->root, project, errs);
		fill_head(project, opts, tree);
		run_passes(arena, opts, project, &(struct validation){.errs = errs});
	}
	if (!errs_failed(errs))
		return project;
	if (opts->judge && !opts->no_consistency)
		opts->judge(arena, project, errs);
	return NULL;
}
