/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree made complete without becoming a project: for config --no-interpolate, where texts may still hold
 * variables (reference compose.md 3.12).
 */
#include "compose/loader/raw.h"

#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/loader/tree.h"

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

/* "K" as "K=value" or K: null as K: value, where the project knows the variable. */
static struct node *fill_values(const struct raw *raw, const struct node *node)
{
	struct node *out = node_copy_shallow(raw->arena, node);

	for (size_t i = 0; node->kind == NODE_LIST && i < out->nitems; i++) {
		const char *text = out->items[i]->text;
		const char *value =
			text ? pairs_get(&raw->tree->environment, text) : NULL;

		if (value)
			out->items[i] = node_text(raw->arena,
				arena_printf(raw->arena, "%s=%s", text, value));
	}
	for (size_t i = 0; node->kind == NODE_MAP && i < out->npairs; i++) {
		const char *value = pairs_get(&raw->tree->environment, out->pairs[i].key);

		if (value && out->pairs[i].value->kind == NODE_NULL)
			out->pairs[i].value = node_text(raw->arena, value);
	}
	return out;
}

static void fill_key(const struct raw *raw, struct node *map, const char *key)
{
	const struct node *values = node_get(map, key);

	if (values)
		node_set(raw->arena, map, key, fill_values(raw, values));
}

static void complete_build(const struct raw *raw, struct node *service)
{
	struct node *build = node_get(service, "build");

	if (!build || build->kind != NODE_MAP)
		return;
	build = node_copy_shallow(raw->arena, build);
	if (!node_get(build, "dockerfile") && !node_get(build, "dockerfile_inline"))
		node_set_text(raw->arena, build, "dockerfile", "Dockerfile");
	fill_key(raw, build, "args");
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
	if (restart)
		node_set_bool(raw->arena, dependency, "restart", true);
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
	return !node_get(service, "networks") && !node_get(service, "network_mode") &&
		!node_get(service, "provider");
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
	complete_build(raw, service);
	fill_key(raw, service, "environment");
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
