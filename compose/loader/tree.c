/* SPDX-License-Identifier: Apache-2.0 */
/* The passes in their order, and what stands around them: files, variables, the name. */
#include "compose/loader/tree.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/schema.h"
#include "compose/loader/discover.h"
#include "compose/loader/interp.h"
#include "compose/loader/load.h"
#include "compose/loader/loading.h"
#include "compose/loader/remote.h"
#include "compose/loader/source.h"
#include "compose/loader/yaml.h"
#include "compose/model/fields.h"

/* For each document, in this order. */
static bool (*const document_passes[])(struct document *document) = {
	interpolate_pass,
	canonical_pass,
	include_pass,
	reset_pass,
	extends_pass,
	merge_pass,
};

const char *scope_paths_dir(const struct scope *scope, const char *dir)
{
	const struct loading *loading = scope->loading;

	return loading->opts->no_path_resolution &&
			!strings_has(&loading->remote_dirs, dir)
		? path_relative(loading->arena, scope->dir, dir)
		: dir;
}

/* Files that include one another twice over are soon more than anybody has written. */
static bool check_total(struct loading *loading, struct pos asked_at)
{
	if (loading->nsources < SOURCES_MAX && loading->nbytes < SOURCES_MAX_BYTES &&
		loading->nnodes < SOURCES_MAX_NODES)
		return true;
	errs_add(loading->errs, asked_at,
		"more than %d files, %zu MiB or %d values in all of them: no project has "
		"so many",
		SOURCES_MAX, SOURCES_MAX_BYTES >> 20, SOURCES_MAX_NODES);
	return false;
}

const char *loading_path(
	struct loading *loading, const char *dir, const struct node *name)
{
	struct arena *arena = loading->arena;
	const char *path;
	struct err err = {0};

	if (!remote_is(name->text))
		return path_join(arena, dir,
			path_expand_home(arena, loading->opts->home, name->text));
	if (!remote_find(arena, loading->opts, name->text, &path, &err)) {
		err.pos = name->pos;
		errs_add_err(loading->errs, &err);
		return NULL;
	}
	ARENA_PUSH(arena, loading->remote_dirs.items, loading->remote_dirs.n,
		path_dir(arena, path));
	return path;
}

bool loading_read(struct loading *loading, const char *path, const struct asked *asked,
	struct yaml_docs *out)
{
	const char *name = remote_shown(loading->arena, loading->opts, path);
	struct source *source;
	struct err err = {0};

	*out = (struct yaml_docs){0};
	if (!check_total(loading, asked->at))
		return false;
	errs_note_file(loading->errs, name, asked->how, asked->at);
	source = source_read(loading->arena, loading->opts->files, path, name, &err);
	if (!source) {
		if (!err.pos.file)
			err.pos = asked->at;
		errs_add_err(loading->errs, &err);
		return false;
	}
	ARENA_PUSH(loading->arena, loading->sources, loading->nsources, source);
	loading->nbytes += source->len;
	if (!yaml_read(loading->arena, source, out, loading->errs))
		return false;
	loading->nnodes += out->nnodes;
	loading->has_gaps = loading->has_gaps || out->is_cut;
	return true;
}

/* A file that gives nothing and no reason is empty. */
static void note_gap(struct loading *loading, size_t nerrors_before)
{
	loading->has_gaps = loading->has_gaps || loading->errs->nerrors > nerrors_before;
}

bool scope_read(
	struct scope *scope, const struct asked *asked, struct scope_file **out_files)
{
	struct loading *loading = scope->loading;
	struct scope_file *files =
		ARENA_NEW_N(loading->arena, scope->paths->n, struct scope_file);
	bool any = false;

	for (size_t i = 0; i < scope->paths->n; i++) {
		struct yaml_docs docs;

		size_t before = loading->errs->nerrors;

		files[i].path = scope->paths->items[i];
		if (!loading_read(loading, files[i].path, asked, &docs)) {
			note_gap(loading, before);
			continue;
		}
		files[i].roots = docs.roots;
		files[i].n = docs.n;
		files[i].has_marks = docs.has_marks;
		any = true;
	}
	if (!any && !errs_failed(loading->errs))
		errs_add(loading->errs, asked->at,
			"%s: empty compose file: a mapping with services: was expected",
			remote_shown(
				loading->arena, loading->opts, scope->paths->items[0]));
	*out_files = files;
	return any;
}

/* What the top level once had, and has no effect any more. */
static void drop_deprecated(struct loading *loading, struct document *document)
{
	for (const struct field *field = project_section.fields; field->type != TYPE_END;
		field++) {
		const struct node_pair *pair = node_pair(document->root, field->name);

		if (!(field->flags & FIELD_DEPRECATED) || !pair)
			continue;
		errs_warn(loading->errs, pair->key_pos,
			"the attribute `%s` is obsolete, it will be ignored, please "
			"remove it to avoid potential confusion",
			field->name);
		node_remove(loading->arena, document->root, field->name);
	}
}

static bool run_passes(struct document *document)
{
	for (size_t i = 0; i < sizeof(document_passes) / sizeof(*document_passes); i++)
		if (!document_passes[i](document))
			return false;
	return true;
}

struct node *scope_merge(struct scope *scope, struct scope_file *files)
{
	struct document document = {
		.scope = scope, .model = node_map(scope->loading->arena)};

	for (size_t i = 0; i < scope->paths->n; i++) {
		document.path = files[i].path;
		document.has_marks = files[i].has_marks;
		for (size_t j = 0; j < files[i].n; j++) {
			document.root = files[i].roots[j];
			drop_deprecated(scope->loading, &document);
			if (!run_passes(&document))
				return NULL;
		}
	}
	return document.model;
}

/* The last `name:` of all documents. Variables that it needs are found before it is known
 * itself. */
static const char *name_in_files(
	struct scope *scope, const struct scope_file *files, struct pos *out_pos)
{
	struct interp interp = {.arena = scope->loading->arena, .env = scope->env};
	const char *name = NULL;

	for (size_t i = 0; i < scope->paths->n; i++) {
		for (size_t j = 0; j < files[i].n; j++) {
			const struct node *node = node_get(files[i].roots[j], "name");

			if (!node || !node_is_scalar(node) || node->kind == NODE_NULL)
				continue;
			*out_pos = node->pos;
			if (scope->loading->opts->no_interpolate ||
				!interp_expand(&interp, node->text, &name))
				name = node->text;
		}
	}
	return name;
}

static void settle_name(struct scope *scope, const struct discovery *found,
	const struct scope_file *files, struct tree *out)
{
	struct loading *loading = scope->loading;
	struct pos pos = {0};
	const char *name = name_in_files(scope, files, &pos);

	out->name = discover_name(loading->arena, loading->opts, found, name, pos,
		&out->name_source, loading->errs);
	/* The name is a variable too, whatever the shell says. */
	if (out->name)
		env_set(found->shell, "COMPOSE_PROJECT_NAME", out->name, (struct pos){0});
}

bool tree_load(struct arena *arena, const struct load_opts *opts, struct tree *out,
	struct errs *errs)
{
	struct loading loading = {.arena = arena, .opts = opts, .errs = errs};
	struct discovery found;
	struct scope scope = {.loading = &loading};
	struct scope_file *files;
	struct node *model;

	*out = (struct tree){0};
	if (!discover_env(arena, opts, &found, errs) ||
		!discover_files(arena, opts, &found, errs))
		return false;
	scope.dir = found.working_dir;
	scope.env = found.env;
	scope.paths = &found.config_files;
	map_init(&scope.families, arena);
	if (!scope_read(&scope, &(struct asked){0}, &files))
		return false;
	settle_name(&scope, &found, files, out);
	model = scope_merge(&scope, files);
	if (!model)
		return false;
	model = defaults_pass(&loading, unique_pass(&loading, model));
	if (!opts->no_path_resolution)
		model = paths_pass(&loading, model, scope.dir);
	out->root = model;
	out->has_gaps = loading.has_gaps;
	out->removals = loading.removals;
	out->inclusions = loading.inclusions;
	out->own_texts = loading.own_texts;
	out->env = found.env;
	out->working_dir = found.working_dir;
	out->config_files = found.config_files;
	out->env_files = found.env_files;
	out->environment = env_pairs(arena, found.env);
	return true;
}
