/* SPDX-License-Identifier: Apache-2.0 */
/* Who names images, and what is printed once their digests are known. */
#include "cmd/pin.h"

#include "base/map.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"

/* All images, each once. */
struct pins {
	struct app *app;
	struct errs errs;
	struct map by_image;
	struct pin **items;
	size_t n;
};

static void pins_init(struct pins *pins, struct app *app)
{
	*pins = (struct pins){.app = app};
	errs_init(&pins->errs, &app->arena);
	map_init(&pins->by_image, &app->arena);
}

static void pins_add(struct pins *pins, const char *image, const char *by, struct pos pos)
{
	struct arena *arena = &pins->app->arena;
	struct pin *pin;

	if (map_get(&pins->by_image, image))
		return;
	pin = ARENA_NEW(arena, struct pin);
	*pin = (struct pin){.image = image, .by = by, .pos = pos};
	map_put(&pins->by_image, image, pin);
	ARENA_PUSH(arena, pins->items, pins->n, pin);
}

static const char *pins_get(const struct pins *pins, const char *image)
{
	const struct pin *pin = image ? map_get(&pins->by_image, image) : NULL;

	return pin ? pin->pinned : image;
}

/* False: some have no digest; why not was shown. */
static bool pins_find(struct pins *pins)
{
	struct app *app = pins->app;

	app->engine_side->find_digests(app, pins->items, pins->n, &pins->errs);
	errs_sort(&pins->errs);
	return app_show_errs(app, &pins->errs) == 0;
}

/* The image itself is wrong, not its key. */
static struct pos value_pos(const struct node *node, const char *key)
{
	const struct node *value = node_get(node, key);

	return value ? value->pos : (struct pos){0};
}

static const char *key_of(struct arena *arena, const char *service)
{
	return arena_printf(arena, "services.%s.image", service);
}

/* ---- a project */

/* A list is merged by adding to it, so no override file can pin what stands in one. */
static void add_hooks(struct pins *pins, enum pinning how, const struct service *service)
{
	for (size_t i = 0; i < service->npre_start; i++) {
		const struct hook *hook = &service->pre_start[i];
		const char *key = arena_printf(&pins->app->arena,
			"services.%s.pre_start[%zu].image", service->name, i);
		struct pos pos = value_pos(hook->node, "image");

		if (hook->image && how == PIN_ALL)
			pins_add(pins, hook->image, key, pos);
		else if (hook->image)
			errs_warn(&pins->errs, pos,
				"%s: an override file cannot pin it; do so here", key);
	}
}

static void add_services(
	struct pins *pins, enum pinning how, const struct project *project)
{
	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = &project->services[i];

		if (service->image)
			pins_add(pins, service->image,
				key_of(&pins->app->arena, service->name),
				value_pos(service->node, "image"));
		add_hooks(pins, how, service);
	}
}

static void pin_hooks(const struct pins *pins, struct service *service)
{
	struct hook *hooks =
		ARENA_NEW_N(&pins->app->arena, service->npre_start, struct hook);

	for (size_t i = 0; i < service->npre_start; i++) {
		hooks[i] = service->pre_start[i];
		hooks[i].image = pins_get(pins, hooks[i].image);
	}
	service->pre_start = hooks;
}

static struct service pinned_service(
	const struct pins *pins, enum pinning how, const struct service *service)
{
	struct service out = *service;

	if (how == PIN_ALL)
		pin_hooks(pins, &out);
	else
		out = (struct service){.name = service->name, .image = service->image};
	out.image = pins_get(pins, out.image);
	return out;
}

bool pin_project(struct app *app, enum pinning how, const struct project **project)
{
	struct project *out;
	struct service *services;
	struct pins pins;

	if (how == PIN_NONE)
		return true;
	pins_init(&pins, app);
	add_services(&pins, how, *project);
	if (!pins_find(&pins))
		return false;
	services = ARENA_NEW_N(&app->arena, (*project)->nservices, struct service);
	for (size_t i = 0; i < (*project)->nservices; i++)
		services[i] = pinned_service(&pins, how, &(*project)->services[i]);
	out = ARENA_NEW(&app->arena, struct project);
	*out = how == PIN_ALL ? **project : (struct project){.name = ""};
	out->services = services;
	out->nservices = (*project)->nservices;
	*project = out;
	return true;
}

/* ---- a tree as it was written */

static void add_tree(struct pins *pins, const struct node *services)
{
	for (size_t i = 0; services && i < services->npairs; i++) {
		const char *image = node_get_text(services->pairs[i].value, "image");

		if (image)
			pins_add(pins, image,
				key_of(&pins->app->arena, services->pairs[i].key),
				value_pos(services->pairs[i].value, "image"));
	}
}

static struct node *pinned_services(
	const struct pins *pins, enum pinning how, const struct node *services)
{
	struct arena *arena = &pins->app->arena;
	struct node *out = node_map(arena);

	for (size_t i = 0; services && i < services->npairs; i++) {
		const struct node_pair *pair = &services->pairs[i];
		const char *image = node_get_text(pair->value, "image");
		struct node *service = how == PIN_ALL
			? node_copy_shallow(arena, pair->value)
			: node_map(arena);

		if (image)
			node_set_text(arena, service, "image", pins_get(pins, image));
		node_set(arena, out, pair->key, service);
	}
	return out;
}

bool pin_tree(struct app *app, enum pinning how, const struct node **tree)
{
	const struct node *services = node_get(*tree, "services");
	struct node *out;
	struct pins pins;

	if (how == PIN_NONE)
		return true;
	pins_init(&pins, app);
	add_tree(&pins, services);
	if (!pins_find(&pins))
		return false;
	out = how == PIN_ALL ? node_copy_shallow(&app->arena, *tree)
			     : node_map(&app->arena);
	node_set(&app->arena, out, "services", pinned_services(&pins, how, services));
	*tree = out;
	return true;
}
