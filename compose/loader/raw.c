/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree made complete without becoming a project: for config --no-interpolate, where texts may still hold
 * variables (reference compose.md 3.12).
 */
#include "compose/loader/raw.h"

#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/loader/load.h"
#include "compose/loader/rewrite.h"
#include "compose/loader/tree.h"
#include "compose/model/fields.h"

struct raw {
	struct arena *arena;
	const struct tree *tree;
};

static struct node *null_node(struct arena *arena)
{
	return node_text(arena, NULL);
}

/* Each entry of a mapping made anew; the mapping itself is a copy. */
static struct node *each_entry(const struct raw *raw, const struct node *map,
	struct node *(*make)(const struct raw *raw, const char *key, struct node *entry))
{
	struct node *out = node_copy_shallow(raw->arena, map);

	for (size_t i = 0; i < out->npairs; i++)
		out->pairs[i].value = make(raw, out->pairs[i].key, out->pairs[i].value);
	return out;
}

/* Arguments without a value: there is nothing to take it from, so they are left out. */
static struct node *drop_nulls(const struct raw *raw, const struct node *args)
{
	struct node *out = node_new(raw->arena, args->kind, args->pos);

	for (size_t i = 0; args->kind == NODE_LIST && i < args->nitems; i++)
		if (args->items[i]->text && strchr(args->items[i]->text, '='))
			node_push(raw->arena, out, args->items[i]);
	for (size_t i = 0; args->kind == NODE_MAP && i < args->npairs; i++)
		if (args->pairs[i].value->kind != NODE_NULL)
			node_set(raw->arena, out, args->pairs[i].key,
				args->pairs[i].value);
	return out;
}

static void complete_build(const struct raw *raw, struct node *service)
{
	struct node *build = node_get(service, "build");
	const struct node *args = node_get(build, "args");

	if (!build || build->kind != NODE_MAP)
		return;
	build = node_copy_shallow(raw->arena, build);
	if (!node_get(build, "dockerfile") && !node_get(build, "dockerfile_inline"))
		node_set_text(raw->arena, build, "dockerfile", "Dockerfile");
	if (args && (args->kind == NODE_LIST || args->kind == NODE_MAP))
		node_set(raw->arena, build, "args", drop_nulls(raw, args));
	node_set(raw->arena, service, "build", build);
}

static void depend(const struct raw *raw, struct node *service, const char *on,
	size_t len, bool restart)
{
	struct node *depends = node_get(service, "depends_on");
	struct node *dependency = node_map(raw->arena);
	const char *name = arena_strndup(raw->arena, on, len);

	depends = depends ? node_copy_shallow(raw->arena, depends) : node_map(raw->arena);
	if (depends->kind != NODE_MAP || node_get(depends, name))
		return;
	node_set_text(raw->arena, dependency, "condition", "service_started");
	node_set_bool(raw->arena, dependency, "restart", restart);
	node_set_bool(raw->arena, dependency, "required", true);
	node_set(raw->arena, depends, name, dependency);
	node_set(raw->arena, service, "depends_on", depends);
}

static void depend_on_list(
	const struct raw *raw, struct node *service, const char *key, bool restart)
{
	const struct node *list = node_get(service, key);

	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++) {
		const char *text = list->items[i]->text;

		if (text && !text_starts(text, "container:"))
			depend(raw, service, text, strcspn(text, ":"), restart);
	}
}

static void depend_on_namespaces(const struct raw *raw, struct node *service)
{
	static const char *const keys[] = {"network_mode", "ipc", "pid", "uts", "cgroup"};
	static const char prefix[] = "service:";

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const char *text = node_get_text(service, keys[i]);

		if (text && text_starts(text, prefix))
			depend(raw, service, text + strlen(prefix),
				strlen(text) - strlen(prefix), true);
	}
}

static bool wants_default_network(const struct node *service)
{
	const struct node *networks = node_get(service, "networks");
	bool none = !networks || networks->kind == NODE_NULL ||
		(networks->kind == NODE_MAP && networks->npairs == 0);

	return none && !node_get(service, "network_mode") &&
		!node_get(service, "provider");
}

/* "dns: ${DNS}" without the variable asks for no server. */
static void drop_empty_dns(const struct raw *raw, struct node *service)
{
	const struct node *dns = node_get(service, "dns");
	struct node *kept;

	if (!dns || dns->kind != NODE_LIST)
		return;
	kept = node_new(raw->arena, NODE_LIST, dns->pos);
	for (size_t i = 0; i < dns->nitems; i++)
		if (!node_is_text(dns->items[i], ""))
			node_push(raw->arena, kept, dns->items[i]);
	node_set(raw->arena, service, "dns", kept);
}

static struct node *complete_service(
	const struct raw *raw, const char *key, struct node *service)
{
	struct node *networks;

	(void)key;
	if (service->kind != NODE_MAP)
		return service;
	service = node_copy_shallow(raw->arena, service);
	if (wants_default_network(service)) {
		networks = node_map(raw->arena);
		node_set(raw->arena, networks, "default", null_node(raw->arena));
		node_set(raw->arena, service, "networks", networks);
	}
	if (node_is_text(node_get(service, "pull_policy"), "if_not_present"))
		node_set_text(raw->arena, service, "pull_policy", "missing");
	drop_empty_dns(raw, service);
	complete_build(raw, service);
	depend_on_list(raw, service, "links", true);
	depend_on_namespaces(raw, service);
	depend_on_list(raw, service, "volumes_from", false);
	return service;
}

static bool uses_default(const struct node *services)
{
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->npairs;
		i++)
		if (node_pair(node_get(services->pairs[i].value, "networks"), "default"))
			return true;
	return false;
}

static void add_default_network(const struct raw *raw, struct node *root)
{
	struct node *networks = node_get(root, "networks");

	if (!uses_default(node_get(root, "services")))
		return;
	networks =
		networks ? node_copy_shallow(raw->arena, networks) : node_map(raw->arena);
	if (networks->kind == NODE_MAP && !node_get(networks, "default"))
		node_set(raw->arena, networks, "default", null_node(raw->arena));
	node_set(raw->arena, root, "networks", networks);
}

static struct node *complete_resource(
	const struct raw *raw, const char *key, struct node *resource)
{
	if (resource->kind != NODE_NULL && resource->kind != NODE_MAP)
		return resource;
	resource = resource->kind == NODE_MAP ? node_copy_shallow(raw->arena, resource)
					      : node_map(raw->arena);
	if (node_get(resource, "name"))
		return resource;
	if (node_get_bool(resource, "external"))
		node_set_text(raw->arena, resource, "name", key);
	else
		node_set_text(raw->arena, resource, "name",
			arena_printf(raw->arena, "%s_%s", raw->tree->name, key));
	return resource;
}

const struct node *raw_complete(struct arena *arena, const struct tree *tree)
{
	static const char *const kinds[] = {"networks", "volumes", "configs", "secrets"};
	const struct raw raw = {
		.arena = arena,
		.tree = tree,
	};
	struct node *root = node_copy_shallow(arena, tree->root);
	const struct node *services = node_get(root, "services");

	node_set_text(arena, root, "name", tree->name);
	if (services && services->kind == NODE_MAP)
		node_set(arena, root, "services",
			each_entry(&raw, services, complete_service));
	add_default_network(&raw, root);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct node *map = node_get(root, kinds[i]);

		if (map && map->kind == NODE_MAP)
			node_set(arena, root, kinds[i],
				each_entry(&raw, map, complete_resource));
	}
	return root;
}

/* What no row describes. */
static struct node *null_all(struct arena *arena, struct node *node)
{
	struct node *out = node_copy_shallow(arena, node);

	for (size_t i = 0; out->kind == NODE_MAP && i < out->npairs; i++)
		out->pairs[i].value = null_all(arena, out->pairs[i].value);
	for (size_t i = 0; out->kind == NODE_LIST && i < out->nitems; i++)
		out->items[i] = null_all(arena, out->items[i]);
	return out->kind == NODE_LIST && out->nitems == 0 ? null_node(arena) : out;
}

static struct node *null_extensions(struct rewrite *rewrite,
	const struct section *section, struct node *map, const struct where *where)
{
	struct node *out = node_copy_shallow(rewrite->arena, map);

	(void)where;
	for (size_t i = 0; i < out->npairs; i++)
		if (!section_field(section, out->pairs[i].key))
			out->pairs[i].value =
				null_all(rewrite->arena, out->pairs[i].value);
	return out;
}

static struct node *null_for_empty(struct rewrite *rewrite, const struct field *field,
	struct node *value, const struct where *where)
{
	bool looked_at = field->unique != UNIQUE_NONE &&
		!(field->flags & FIELD_NULL_VALUES); /* those are made anew */

	(void)where;
	return value->kind == NODE_LIST && value->nitems == 0 && !looked_at
		? null_node(rewrite->arena)
		: value;
}

const struct node *project_raw_nulls(struct arena *arena, const struct node *raw)
{
	struct rewrite rewrite = {
		.arena = arena, .value = null_for_empty, .mapping = null_extensions};

	return rewrite_tree(
		&rewrite, &project_section, node_copy_shallow(arena, raw), NULL);
}
