/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass that makes long forms of short ones (reference compose.md 3.8): a table from
 * forms to makers. What has none of the kinds that a form knows is left for the schema to
 * complain about.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/schema.h"
#include "compose/loader/load.h"
#include "compose/loader/loading.h"
#include "compose/loader/mounts.h"
#include "compose/loader/ports.h"
#include "compose/loader/rewrite.h"
#include "compose/model/fields.h"

/* A range of a few bytes stands for 65,535 maps; this many are one host's. */
enum { PORTS_MAX = 65536 };

struct maker {
	struct loading *loading;
	struct arena *arena;
	const struct field *field;
	const struct where *where;
};

static bool is_text(const struct node *node)
{
	return node->kind == NODE_STR;
}

static bool is_number_or_text(const struct node *node)
{
	return node->kind == NODE_STR || node->kind == NODE_INT;
}

static struct node *scalar(
	struct arena *arena, enum node_kind kind, const char *text, struct pos pos)
{
	struct node *node = node_new(arena, kind, pos);

	node->text = text;
	return node;
}

/* What is meant where nothing is said. */
static struct node *implied(
	struct arena *arena, enum node_kind kind, const char *text, struct pos pos)
{
	struct node *node = scalar(arena, kind, text, pos);

	node->marks |= NODE_DEFAULT;
	return node;
}

/* Without interpolation text may still become anything. */
static void complain(const struct maker *m, struct node *node, const struct err *err)
{
	const char *path = where_text(m->arena, m->where);

	if (m->loading->opts->no_interpolate && strchr(node->text, '$'))
		return;
	node->marks |= NODE_TOLD;
	errs_add(m->loading->errs, err->pos, "%s: %s", path, err->text);
}

static struct node *text_as(const struct maker *m, struct node *node)
{
	struct node *map;

	if (!is_text(node))
		return node;
	map = node_new(m->arena, NODE_MAP, node->pos);
	map->marks = node->marks & (NODE_RESET | NODE_OVERRIDE);
	node_set_at(m->arena, map, m->field->form_key, node->pos, node);
	return map;
}

/* A list with each item made anew by a function. */
static struct node *each_item(const struct maker *m, struct node *list,
	struct node *(*make)(const struct maker *m, struct node *item))
{
	struct node *out;

	if (list->kind != NODE_LIST)
		return list;
	out = node_copy_shallow(m->arena, list);
	for (size_t i = 0; i < out->nitems; i++) {
		struct where here = {.up = m->where, .index = i};
		struct maker item = *m;

		item.where = &here;
		out->items[i] = make(&item, out->items[i]);
	}
	return out;
}

static struct node *make_text_as(const struct maker *m, struct node *node)
{
	return m->field->type == TYPE_LIST ? each_item(m, node, text_as)
					   : text_as(m, node);
}

static struct node *make_text_list(const struct maker *m, struct node *node)
{
	struct node *list;

	if (!is_number_or_text(node))
		return node;
	if (m->loading->opts->no_interpolate && (m->field->flags & FIELD_RAW_TEXT))
		return node;
	list = node_new(m->arena, NODE_LIST, node->pos);
	list->marks = node->marks & (NODE_RESET | NODE_OVERRIDE);
	node_push(m->arena, list, node);
	return list;
}

/* A list of texts as a mapping; value gives each its value. */
static struct node *list_as_map(const struct maker *m, struct node *node,
	struct node *(*value)(const struct maker *m, struct node *item, const char **key))
{
	struct node *map;

	if (node->kind != NODE_LIST)
		return node;
	for (size_t i = 0; i < node->nitems; i++)
		if (!is_text(node->items[i]))
			return node;
	map = node_new(m->arena, NODE_MAP, node->pos);
	map->marks = node->marks & (NODE_RESET | NODE_OVERRIDE);
	for (size_t i = 0; i < node->nitems; i++) {
		const char *key = node->items[i]->text;
		struct node *item = value(m, node->items[i], &key);

		if (!(node->items[i]->marks & NODE_RESET))
			node_set_at(m->arena, map, key, node->items[i]->pos, item);
	}
	return map;
}

static struct node *null_value(const struct maker *m, struct node *item, const char **key)
{
	(void)key;
	return scalar(m->arena, NODE_NULL, "null", item->pos);
}

static struct node *pair_value(const struct maker *m, struct node *item, const char **key)
{
	const char *equals = strchr(item->text, '=');

	if (!equals)
		return scalar(m->arena, NODE_NULL, "null", item->pos);
	*key = arena_strndup(m->arena, item->text, (size_t)(equals - item->text));
	return scalar(m->arena, NODE_STR, equals + 1, item->pos);
}

static struct node *dependency_value(
	const struct maker *m, struct node *item, const char **key)
{
	struct node *map = node_new(m->arena, NODE_MAP, item->pos);

	(void)key;
	node_set_at(m->arena, map, "condition", item->pos,
		scalar(m->arena, NODE_STR, "service_started", item->pos));
	node_set_at(m->arena, map, "required", item->pos,
		implied(m->arena, NODE_BOOL, "true", item->pos));
	return map;
}

static struct node *make_list_nulls(const struct maker *m, struct node *node)
{
	return list_as_map(m, node, null_value);
}

static struct node *make_list_pairs(const struct maker *m, struct node *node)
{
	return list_as_map(m, node, pair_value);
}

static struct node *make_depends(const struct maker *m, struct node *node)
{
	return list_as_map(m, node, dependency_value);
}

static struct node *make_env_file(const struct maker *m, struct node *node)
{
	return each_item(m, make_text_list(m, node), text_as);
}

static struct node *make_scalar_text(const struct maker *m, struct node *node)
{
	if (node->kind != NODE_BOOL)
		return node;
	return scalar(m->arena, NODE_STR, node->text, node->pos);
}

/* Counts what an item came to; false when it is too much, which is told once. */
static bool count_ports(const struct maker *m, const struct node *item, size_t n)
{
	struct loading *loading = m->loading;
	bool was_too_many = loading->nports > PORTS_MAX;

	loading->nports += n;
	if (loading->nports > PORTS_MAX && !was_too_many)
		errs_add(loading->errs, item->pos,
			"%s: with this there are more than %d ports in all; "
			"network_mode: host needs no list",
			where_text(m->arena, m->where), PORTS_MAX);
	return loading->nports <= PORTS_MAX;
}

static struct node *make_ports(const struct maker *m, struct node *node)
{
	struct node *out;

	if (node->kind != NODE_LIST)
		return node;
	out = node_new(m->arena, NODE_LIST, node->pos);
	out->marks = node->marks;
	for (size_t i = 0; i < node->nitems; i++) {
		struct node *item = node->items[i];
		struct where here = {.up = m->where, .index = i};
		struct maker here_m = *m;
		size_t before = out->nitems;
		struct err err;

		here_m.where = &here;
		if (is_number_or_text(item) &&
			ports_parse(m->arena, item->text, item->pos, out, &err)) {
			if (!count_ports(&here_m, item, out->nitems - before))
				return out;
			continue;
		}
		if (!is_number_or_text(item)) {
			node_push(m->arena, out, item);
			continue;
		}
		complain(&here_m, item, &err);
		/* As docker compose: all stay as they are while one still holds a variable. */
		if (m->loading->opts->no_interpolate)
			return node;
	}
	return out;
}

static struct node *clean_target(const struct maker *m, struct node *mount)
{
	const struct node *target = node_get(mount, "target");
	const char *clean;

	if (!target || target->kind != NODE_STR || !*target->text)
		return mount;
	clean = path_clean(m->arena, target->text);
	if (!strcmp(clean, target->text))
		return mount;
	mount = node_copy_shallow(m->arena, mount);
	node_set(m->arena, mount, "target",
		scalar(m->arena, NODE_STR, clean, target->pos));
	return mount;
}

static void warn_drive(const struct maker *m, const struct node *node)
{
	if (mount_is_windows_drive(node->text) && node->text[2] == '/')
		errs_warn(m->loading->errs, node->pos,
			"%s: \"%s\" is read as a path of Windows, as docker compose "
			"does; give the volume a name "
			"of more than one letter",
			where_text(m->arena, m->where), node->text);
}

static struct node *mount(const struct maker *m, struct node *node)
{
	struct node *made;
	struct err err;

	if (node->kind == NODE_MAP)
		return clean_target(m, node);
	if (!is_text(node))
		return node;
	warn_drive(m, node);
	made = mount_parse(m->arena, node->text, node->pos, &err);
	if (!made)
		complain(m, node, &err);
	return made ? made : node;
}

static struct node *make_mounts(const struct maker *m, struct node *node)
{
	return each_item(m, node, mount);
}

static struct node *device(const struct maker *m, struct node *node)
{
	const char *first, *second;
	struct node *map;
	size_t len;

	if (!is_text(node))
		return node;
	first = strchr(node->text, ':');
	second = first ? strchr(first + 1, ':') : NULL;
	if (second && strchr(second + 1, ':')) {
		struct err err;

		err_at(&err, node->pos,
			"not a device: \"%s\": source[:target[:permissions]] is the form",
			node->text);
		complain(m, node, &err);
		return node;
	}
	map = node_new(m->arena, NODE_MAP, node->pos);
	len = first ? (size_t)(first - node->text) : strlen(node->text);
	node_set_at(m->arena, map, "source", node->pos,
		scalar(m->arena, NODE_STR, arena_strndup(m->arena, node->text, len),
			node->pos));
	if (first && first[1] && first[1] != ':') {
		len = second ? (size_t)(second - first - 1) : strlen(first + 1);
		node_set_at(m->arena, map, "target", node->pos,
			scalar(m->arena, NODE_STR,
				arena_strndup(m->arena, first + 1, len), node->pos));
	} else {
		node_set_at(m->arena, map, "target", node->pos, node_get(map, "source"));
	}
	node_set_at(m->arena, map, "permissions", node->pos,
		second ? scalar(m->arena, NODE_STR, second + 1, node->pos)
		       : implied(m->arena, NODE_STR, "rwm", node->pos));
	return map;
}

static struct node *make_devices(const struct maker *m, struct node *node)
{
	return each_item(m, node, device);
}

static struct node *make_gpus(const struct maker *m, struct node *node)
{
	struct node *list, *map;

	if (!is_text(node) || strcmp(node->text, "all"))
		return node;
	list = node_new(m->arena, NODE_LIST, node->pos);
	map = node_new(m->arena, NODE_MAP, node->pos);
	node_set_at(m->arena, map, "count", node->pos, node);
	node_push(m->arena, list, map);
	return list;
}

static struct node *(*const makers[])(const struct maker *m, struct node *node) = {
	[FORM_TEXT_AS] = make_text_as,
	[FORM_TEXT_LIST] = make_text_list,
	[FORM_LIST_NULLS] = make_list_nulls,
	[FORM_LIST_PAIRS] = make_list_pairs,
	[FORM_NAMES] = make_list_pairs,
	[FORM_DEPENDS] = make_depends,
	[FORM_ENV_FILE] = make_env_file,
	[FORM_SCALAR_TEXT] = make_scalar_text,
	[FORM_PORT] = make_ports,
	[FORM_MOUNT] = make_mounts,
	[FORM_DEVICE] = make_devices,
	[FORM_GPUS] = make_gpus,
};

static struct node *make_long(struct rewrite *r, const struct field *field,
	struct node *value, const struct where *where)
{
	struct loading *loading = r->ctx;
	struct maker m = {
		.loading = loading, .arena = r->arena, .field = field, .where = where};

	if (field->form >= sizeof(makers) / sizeof(*makers) || !makers[field->form])
		return value;
	return makers[field->form](&m, value);
}

/* external: {name: x}, from the days of version 3.3. */
static struct node *make_external(struct rewrite *r, const struct section *section,
	struct node *map, const struct where *where)
{
	const struct field *field = section_field(section, "external");
	struct node *external = node_get(map, "external"), *name;
	struct loading *loading = r->ctx;

	if (!field || field->form != FORM_EXTERNAL || !external ||
		external->kind != NODE_MAP)
		return map;
	map = node_copy_shallow(r->arena, map);
	name = node_get(external, "name");
	errs_warn(loading->errs, external->pos,
		"%s: external.name is deprecated. Please set name and external: true",
		where_text(r->arena, where));
	if (name && node_get(map, "name") && !node_equal(name, node_get(map, "name")))
		errs_add(loading->errs, name->pos,
			"%s: name and external.name conflict; only use name",
			where_text(r->arena, where));
	node_set(r->arena, map, "external",
		scalar(r->arena, NODE_BOOL, "true", external->pos));
	if (name && !node_get(map, "name"))
		node_set(r->arena, map, "name", name);
	return map;
}

bool canonical_pass(struct document *document)
{
	struct loading *loading = document->scope->loading;
	struct rewrite rewrite = {.arena = loading->arena,
		.value = make_long,
		.mapping = make_external,
		.ctx = loading};

	document->root = rewrite_tree(&rewrite, &project_section, document->root, NULL);
	return true;
}
