/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass that takes in other projects (reference compose.md 3.6). Each is a scope of
 * its own: its directory, its gaps in the variables; what comes out of it lies under the
 * document that includes it.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/schema.h"
#include "base/trail.h"
#include "compose/loader/dotenv.h"
#include "compose/loader/load.h"
#include "compose/loader/loading.h"
#include "compose/loader/merge.h"
#include "compose/loader/remote.h"
#include "compose/model/fields.h"

#define INCLUDE_DEPTH_MAX 50

/* What is taken in; name and x-* of an included file are its own. */
static const char *const imported[] = {
	"services", "volumes", "networks", "secrets", "configs", "models"};

static const char *absolute(const struct scope *scope, const char *path)
{
	struct arena *arena = scope->loading->arena;

	return path_join(arena, scope->dir,
		path_expand_home(arena, scope->loading->opts->home, path));
}

static const char *shown(const struct loading *loading, const char *path)
{
	return remote_shown(loading->arena, loading->opts, path);
}

/* Texts of a list, as absolute paths. */
static void list_paths(
	const struct scope *scope, const struct node *list, struct strings *out)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++)
		if (list->items[i]->kind == NODE_STR)
			ARENA_PUSH(scope->loading->arena, out->items, out->n,
				absolute(scope, list->items[i]->text));
}

/* The same of files, which may be elsewhere. False: some could not be got. */
static bool list_files(
	const struct scope *scope, const struct node *list, struct strings *out)
{
	bool ok = true;

	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++) {
		const char *path = list->items[i]->kind == NODE_STR
			? loading_path(scope->loading, scope->dir, list->items[i])
			: NULL;

		if (path)
			ARENA_PUSH(scope->loading->arena, out->items, out->n, path);
		ok = ok && path;
	}
	return ok;
}

static const char *chain_text(const struct loading *loading, const struct scope *scope)
{
	const char *up = scope->up ? chain_text(loading, scope->up) : NULL;

	return arena_printf(loading->arena, "%s%s%s", up ? up : "",
		up ? " includes " : "", shown(loading, scope->paths->items[0]));
}

static bool check_cycle(
	const struct scope *scope, const struct strings *paths, struct pos pos)
{
	struct loading *loading = scope->loading;
	unsigned depth = 0;

	for (const struct scope *up = scope; up; up = up->up, depth++) {
		for (size_t i = 0; i < paths->n; i++) {
			if (!strings_has(up->paths, paths->items[i]))
				continue;
			errs_add(loading->errs, pos,
				"include cycle detected: %s includes %s",
				chain_text(loading, scope),
				shown(loading, paths->items[i]));
			return false;
		}
	}
	if (depth > INCLUDE_DEPTH_MAX)
		errs_add(loading->errs, pos, "includes nest deeper than %d levels",
			INCLUDE_DEPTH_MAX);
	return depth <= INCLUDE_DEPTH_MAX;
}

static bool read_env_file(
	struct loading *loading, const char *path, struct pos pos, struct env *into)
{
	const struct files *files = loading->opts->files;
	const char *name = shown(loading, path);

	if (!files->is_file(files->ctx, path)) {
		errs_add(loading->errs, pos,
			"include: env_file %s not found: no such file", name);
		return false;
	}
	errs_note_file(loading->errs, name, "the env_file of", pos);
	return dotenv_read_file(
		loading->arena, files, path, name, DOTENV, into, loading->errs);
}

/* Gaps are filled by env_file, else by .env of the included directory. */
static bool fill_env(const struct scope *scope, const struct node *item, const char *dir,
	struct env *into)
{
	struct loading *loading = scope->loading;
	const struct files *files = loading->opts->files;
	const struct node *named = node_get(item, "env_file");
	struct strings paths = {0};
	bool ok = true;

	list_paths(scope, named, &paths);
	if (!named) {
		const char *path = path_join(loading->arena, dir, ".env");

		if (files->is_file(files->ctx, path))
			ARENA_PUSH(loading->arena, paths.items, paths.n, path);
	}
	for (size_t i = 0; i < paths.n; i++)
		if (strcmp(paths.items[i], "/dev/null"))
			ok = read_env_file(loading, paths.items[i],
				     named ? named->items[i]->pos : item->pos, into) &&
				ok;
	return ok;
}

static struct node *only_imported(struct arena *arena, const struct node *model)
{
	struct node *out = node_map(arena);

	for (size_t i = 0; i < sizeof(imported) / sizeof(*imported); i++) {
		const struct node_pair *pair = node_pair(model, imported[i]);

		if (pair)
			node_set_at(arena, out, pair->key, pair->key_pos, pair->value);
	}
	return out;
}

static void note_inclusion(const struct scope *scope, struct pos pos)
{
	struct loading *loading = scope->loading;
	const struct inclusion inclusion = {
		.file = shown(loading, scope->paths->items[0]),
		.pos = pos,
		.env = scope->env,
	};

	ARENA_PUSH(loading->arena, loading->inclusions.items, loading->inclusions.n,
		inclusion);
}

/* One item of include, as a model with absolute paths; NULL after an error. */
static struct node *load_item(const struct scope *scope, const struct node *item)
{
	struct loading *loading = scope->loading;
	const struct node *path = node_get(item, "path");
	const char *directory = node_get_text(item, "project_directory");
	struct strings paths = {0};
	struct env *env = ARENA_NEW(loading->arena, struct env);
	struct scope inner = {
		.loading = loading, .env = env, .paths = &paths, .up = scope};
	const struct asked asked = {"included by", item->pos};
	struct scope_file *files;
	struct node *model;

	if (!list_files(scope, path, &paths))
		return NULL;
	if (!path || (path->kind == NODE_LIST && path->nitems == 0))
		errs_add(loading->errs, item->pos,
			"include: \"path\" is missing: the file to take in");
	if (!paths.n)
		return NULL;
	if (!check_cycle(scope, &paths, item->pos))
		return NULL;
	inner.dir = directory ? absolute(scope, directory)
			      : path_dir(loading->arena, paths.items[0]);
	map_init(&inner.families, loading->arena);
	env_init(env, loading->arena, scope->env);
	if (!fill_env(scope, item, inner.dir, env) || !scope_read(&inner, &asked, &files))
		return NULL;
	note_inclusion(&inner, item->pos);
	model = scope_merge(&inner, files);
	if (!model)
		return NULL;
	model = defaults_pass(loading, unique_pass(loading, model));
	return only_imported(loading->arena,
		paths_pass(loading, model, scope_paths_dir(scope, inner.dir)));
}

static bool check_item(struct loading *loading, struct node *item, size_t i)
{
	const struct field *include = section_field(&project_section, "include");
	const struct field one = {
		.type = TYPE_SECTION, .form = include->form, .section = include->section};
	const struct trail top = {.key = "include"}, here = {.up = &top, .index = i};

	if (item->kind == NODE_MAP || !(item->marks & NODE_TOLD))
		return schema_check_part(
			&project_section, &here, &one, item, loading->errs);
	return false;
}

bool include_pass(struct document *document)
{
	struct loading *loading = document->scope->loading;
	const struct node *include = node_get(document->root, "include");
	struct node *below = node_map(loading->arena), *root;

	if (!include || (include->kind != NODE_LIST && include->kind != NODE_NULL))
		return true; /* the check tells what is wrong */
	for (size_t i = 0; i < include->nitems; i++) {
		struct node *item = include->items[i];
		struct node *model = check_item(loading, item, i)
			? load_item(document->scope, item)
			: NULL;

		loading->has_gaps = loading->has_gaps || !model;
		if (model)
			below = merge_maps(loading->arena, loading->errs,
				&project_section, below, model, NULL);
	}
	root = node_copy_shallow(loading->arena, document->root);
	node_remove(loading->arena, root, "include");
	below = merge_resets(loading->arena, below, root, NULL, &loading->removals);
	document->root = merge_maps(
		loading->arena, loading->errs, &project_section, below, root, NULL);
	return true;
}
