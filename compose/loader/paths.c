/* SPDX-License-Identifier: Apache-2.0 */
/* The pass that makes paths absolute, or relative to another directory (reference
 * compose.md 3.10). */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/loader/load.h"
#include "compose/loader/loading.h"
#include "compose/loader/mounts.h"
#include "compose/loader/rewrite.h"
#include "compose/model/fields.h"

struct pass {
	const struct load_opts *opts;
	const char *dir;
	struct errs *errs;
};

static bool is_url(const char *text)
{
	static const char *const prefixes[] = {"service:", "github.com/", "git@"};

	if (strstr(text, "://"))
		return true;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (text_starts(text, prefixes[i]))
			return true;
	return false;
}

/* Absolute ones stay as they are written, uncleaned: that is how they get into the hash.
 */
static const char *resolve(struct arena *arena, const struct pass *pass, const char *path)
{
	path = path_expand_home(arena, pass->opts->home, path);
	return !*path || *path == '/' ? path : path_join(arena, pass->dir, path);
}

static struct node *resolve_text(struct rewrite *r, struct node *node, bool unless_url)
{
	const char *path;
	struct node *out;

	if (node->kind != NODE_STR || (unless_url && is_url(node->text)))
		return node;
	path = resolve(r->arena, r->ctx, node->text);
	if (path == node->text)
		return node;
	out = node_copy_shallow(r->arena, node);
	out->text = path;
	return out;
}

static struct node *resolve_each(struct rewrite *r, struct node *node, bool unless_url)
{
	struct node *out = node;

	if (node->kind == NODE_LIST && node->nitems) {
		out = node_copy_shallow(r->arena, node);
		for (size_t i = 0; i < out->nitems; i++)
			out->items[i] = resolve_text(r, out->items[i], unless_url);
	} else if (node->kind == NODE_MAP && node->npairs) {
		out = node_copy_shallow(r->arena, node);
		for (size_t i = 0; i < out->npairs; i++)
			out->pairs[i].value =
				resolve_text(r, out->pairs[i].value, unless_url);
	} else {
		return resolve_text(r, node, unless_url);
	}
	return out;
}

static bool is_windows_path(const char *path)
{
	return text_starts(path, "\\\\") ||
		(mount_is_windows_drive(path) && path[2] && strchr("\\/", path[2]));
}

static struct node *resolve_bind(struct rewrite *r, struct node *node)
{
	if (!node_is_text(node_get(r->parent, "type"), "bind") || node->kind != NODE_STR)
		return node;
	return is_windows_path(node->text) ? node : resolve_text(r, node, false);
}

static struct node *resolve_device(struct rewrite *r, struct node *driver_opts)
{
	struct node *device = node_get(driver_opts, "device"), *out;

	if (!device || !node_is_text(node_get(r->parent, "driver"), "local") ||
		!node_is_text(node_get(driver_opts, "o"), "bind"))
		return driver_opts;
	out = node_copy_shallow(r->arena, driver_opts);
	node_set(r->arena, out, "device", resolve_text(r, device, false));
	return out;
}

static struct node *resolve_value(struct rewrite *r, const struct field *field,
	struct node *value, const struct where *where)
{
	(void)where;
	switch (field->path) {
	case PATH_NONE:
		return value;
	case PATH_ALWAYS:
		return resolve_each(r, value, false);
	case PATH_UNLESS_URL:
		return resolve_each(r, value, true);
	case PATH_IF_BIND:
		return resolve_bind(r, value);
	case PATH_IF_BIND_OPT:
		return resolve_device(r, value);
	}
	return value;
}

static const char *bind_source_key(const struct section *section)
{
	for (const struct field *field = section->fields; field->type != TYPE_END;
		field++)
		if (field->path == PATH_IF_BIND)
			return field->name;
	return NULL;
}

/* An unknown key may be a source that is misspelt; the check of the whole tells. */
static bool has_unknown_key(const struct section *section, const struct node *map)
{
	for (size_t i = 0; i < map->npairs; i++)
		if (!section_field(section, map->pairs[i].key) &&
			!section_has_extension(section, map->pairs[i].key))
			return true;
	return false;
}

/* A bind of nothing would become one of the directory that paths are relative to. */
static struct node *check_bind(struct rewrite *r, const struct section *section,
	struct node *map, const struct where *where)
{
	const struct pass *pass = r->ctx;
	const char *key = bind_source_key(section), *source;

	if (!key || !node_is_text(node_get(map, "type"), "bind"))
		return map;
	source = node_get_text(map, key);
	if ((!source || !*source) && !has_unknown_key(section, map))
		errs_add(pass->errs, map->pos, "%s: a bind needs a \"%s\"",
			where_text(r->arena, where), key);
	return map;
}

struct node *paths_pass(struct loading *loading, struct node *model, const char *dir)
{
	struct pass pass = {.opts = loading->opts, .dir = dir, .errs = loading->errs};
	struct rewrite rewrite = {.arena = loading->arena,
		.value = resolve_value,
		.mapping = check_bind,
		.ctx = &pass};

	return rewrite_tree(&rewrite, &project_section, model, NULL);
}
