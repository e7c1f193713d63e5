/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass that lets services start from others (reference compose.md 3.7), of the same
 * document or of another file. What a service of another file says about paths is
 * relative to that file.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/nearest.h"
#include "base/node.h"
#include "base/path.h"
#include "base/schema.h"
#include "base/str.h"
#include "base/trail.h"
#include "compose/loader/load.h"
#include "compose/loader/loading.h"
#include "compose/loader/merge.h"
#include "compose/loader/remote.h"
#include "compose/loader/yaml.h"
#include "compose/model/fields.h"

#define CHAIN_MAX 200 /* services that start from one another in a row */

/* The services of a file; each is replaced by what it has become once it is extended. */
struct family {
	struct node *services; /* our own copy */
	const char *path;
	const char *dir; /* what extends.file is relative to */
	bool has_marks;
	bool is_base; /* of another file: only what is taken from it is in the project */
};

/* How we came to a service. */
struct link {
	const struct link *up;
	const struct family *family;
	const char *name;
	unsigned depth;
};

static const char *shown(const struct loading *loading, const char *path)
{
	return remote_shown(loading->arena, loading->opts, path);
}

static const char *chain_text(const struct loading *loading, const struct link *link)
{
	const char *up = link->up ? chain_text(loading, link->up) : NULL;

	return arena_printf(loading->arena, "%s%s\"%s\" of %s", up ? up : "",
		up ? " extends " : "", link->name, shown(loading, link->family->path));
}

static bool is_circle(const struct link *link)
{
	for (const struct link *up = link->up; up; up = up->up)
		if (!strcmp(up->name, link->name) &&
			!strcmp(up->family->path, link->family->path))
			return true;
	return false;
}

static bool check_chain(struct loading *loading, const struct link *link, struct pos pos)
{
	if (is_circle(link)) {
		errs_add(loading->errs, pos, "Circular reference: %s",
			chain_text(loading, link));
		return false;
	}
	if (link->depth > CHAIN_MAX) {
		errs_add(loading->errs, pos, "more than %d services extend one another",
			CHAIN_MAX);
		return false;
	}
	return true;
}

/* All documents of a file as one, without its includes. */
static struct node *read_model(
	struct scope *scope, const char *path, struct pos pos, bool *out_has_marks)
{
	struct loading *loading = scope->loading;
	struct document document = {.scope = scope,
		.path = path,
		.model = node_map(loading->arena),
		.is_base = true};
	struct yaml_docs docs;

	if (!loading_read(loading, path, &(struct asked){"extended by", pos}, &docs))
		return NULL;
	*out_has_marks = document.has_marks = docs.has_marks;
	for (size_t i = 0; i < docs.n; i++) {
		document.root = docs.roots[i];
		if (!interpolate_pass(&document) || !canonical_pass(&document) ||
			!reset_pass(&document) || !merge_pass(&document))
			return NULL;
	}
	return document.model;
}

static struct family *open_family(struct scope *scope, const char *path, struct pos pos)
{
	struct loading *loading = scope->loading;
	struct family *family = map_get(&scope->families, path);
	struct node *model, *services;
	const char *dir;

	if (family)
		return family->services ? family : NULL;
	family = ARENA_NEW(loading->arena, struct family);
	dir = path_dir(loading->arena, path);
	*family = (struct family){.path = path, .dir = dir, .is_base = true};
	map_put(&scope->families, path, family);
	model = read_model(scope, path, pos, &family->has_marks);
	if (!model)
		return NULL;
	model = paths_pass(loading, model, scope_paths_dir(scope, dir));
	services = node_get(model, "services");
	if (!services || services->kind != NODE_MAP) {
		errs_add(loading->errs, pos, "extends.file: %s has no services",
			shown(loading, path));
		return NULL;
	}
	family->services = node_copy_shallow(loading->arena, services);
	return family;
}

static struct family *find_family(
	struct scope *scope, const struct family *family, const struct node *file)
{
	const char *path = loading_path(scope->loading, family->dir, file);

	return path ? open_family(scope, path, file->pos) : NULL;
}

static const char *nearest_service(const struct node *services, const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < services->npairs; i++)
		nearest_offer(&nearest, services->pairs[i].key);
	return nearest.best;
}

static void no_such_base(struct loading *loading, const struct family *family,
	const char *name, const struct node *reference, const char *base)
{
	const char *near = !errs_is_crowded(loading->errs)
		? nearest_service(family->services, base)
		: NULL;

	errs_add(loading->errs, reference->pos,
		"services.%s.extends: cannot extend service \"%s\": service \"%s\" not "
		"found in %s%s%s%s",
		name, name, base, shown(loading, family->path),
		near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static struct node *extend(struct scope *scope, struct family *family, const char *name,
	const struct link *up);

/* The service that another one starts from, itself extended; NULL after an error. */
static struct node *find_base(struct scope *scope, struct family *family,
	const struct node *extends, const struct link *link)
{
	struct loading *loading = scope->loading;
	const struct node *reference = node_get(extends, "service");
	bool other_file = node_get_text(extends, "file");

	if (!reference) {
		errs_add(loading->errs, extends->pos,
			"services.%s.extends: name the service to start from: {service: "
			"NAME}",
			link->name);
		return NULL;
	}
	if (reference->kind != NODE_STR)
		return NULL; /* which was said */
	if (other_file)
		family = find_family(scope, family, node_get(extends, "file"));
	if (!family)
		return NULL;
	if (!node_get(family->services, reference->text)) {
		no_such_base(loading, family, link->name, reference, reference->text);
		return NULL;
	}
	if (!check_chain(loading,
		    &(struct link){.up = link,
			    .family = family,
			    .name = reference->text,
			    .depth = link->depth + 1},
		    reference->pos))
		return NULL;
	return extend(scope, family, reference->text, link);
}

static bool check_extends(
	struct loading *loading, const char *name, const struct node *extends)
{
	const struct field *field = section_field(&service_section, "extends");
	const struct trail services = {.key = "services"},
			   service = {.up = &services, .key = name},
			   here = {.up = &service, .key = "extends"};

	return schema_check_part(&project_section, &here, field, extends, loading->errs);
}

static struct node *without_extends(struct arena *arena, const struct node *service)
{
	struct node *copy = node_copy_shallow(arena, service);

	node_remove(arena, copy, "extends");
	return copy;
}

static struct node *extend(struct scope *scope, struct family *family, const char *name,
	const struct link *up)
{
	struct loading *loading = scope->loading;
	struct link link = {.up = up,
		.family = family,
		.name = name,
		.depth = up ? up->depth + 1 : 0};
	struct node *service = node_get(family->services, name), *base;
	const struct node *extends = node_get(service, "extends");
	struct where services = {.key = "services"},
		     where = {.up = &services, .key = name};

	if (!extends || extends->kind != NODE_MAP)
		return service;
	base = check_extends(loading, name, extends)
		? find_base(scope, family, extends, &link)
		: NULL;
	service = without_extends(loading->arena, service);
	if (base && base->kind == NODE_MAP) {
		/* What !reset deletes must not come back by the base. */
		base = merge_resets(loading->arena, base, service, &where,
			family->is_base ? NULL : &loading->removals);
		service = merge_maps(loading->arena, loading->errs, &service_section,
			base, service, &where);
	} else {
		service->marks |= NODE_TOLD;
	}
	node_set(loading->arena, family->services, name, service);
	return service;
}

bool extends_pass(struct document *document)
{
	struct scope *scope = document->scope;
	struct arena *arena = scope->loading->arena;
	struct node *services = node_get(document->root, "services");
	struct family family = {.path = document->path, .dir = scope->dir};
	bool any = false;

	/* Elsewhere null leaves what is there; the first document's is found by the check. */
	if (services && services->kind == NODE_NULL && document->model->npairs > 0)
		errs_add(scope->loading->errs, services->pos,
			"services: must be a mapping, but is null");
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->npairs;
		i++)
		any = any || node_get(services->pairs[i].value, "extends");
	if (!any)
		return true;
	family.services = node_copy_shallow(arena, services);
	for (size_t i = 0; i < family.services->npairs; i++)
		extend(scope, &family, family.services->pairs[i].key, NULL);
	document->root = node_copy_shallow(arena, document->root);
	node_set(arena, document->root, "services", family.services);
	return true;
}
