/* SPDX-License-Identifier: Apache-2.0 */
/* References that lead nowhere and values that contradict each other (compose.md 3.13). */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/nearest.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/passes.h"
#include "compose/model/project.h"

struct checking {
	struct arena *arena;
	const struct project *project;
	struct errs *errs;
	const struct suspects *suspects; /* NULL: none */
};

/* What is missing in a service may be what could not be read. */
static bool is_suspect(const struct checking *c, const struct service *service)
{
	return c->suspects && map_has(&c->suspects->services, service->name);
}

static bool knows_names(const struct checking *c)
{
	return !c->suspects || !c->suspects->names;
}

/* A key of an array of structs of some size, for suggestions. */
struct keys {
	const void *items;
	size_t n, size, offset;
};

static const char *nearest_key(const struct keys *keys, const char *wanted)
{
	struct nearest nearest;
	const char *key;

	nearest_init(&nearest, wanted);
	for (size_t i = 0; i < keys->n; i++) {
		memcpy(&key, (const char *)keys->items + i * keys->size + keys->offset,
			sizeof(key));
		nearest_offer(&nearest, key);
	}
	return nearest.best;
}

/* Says that a service names something that is nowhere, and what it may have meant or what to write. */
static void undefined(const struct checking *c, const struct service *service,
	const char *kind, const char *key, const struct keys *keys, struct pos pos)
{
	const char *nearest = errs_is_crowded(c->errs) ? NULL : nearest_key(keys, key);

	if (!knows_names(c))
		return;
	errs_add(c->errs, pos, "service \"%s\" refers to undefined %s %s: %s%s%s%s",
		service->name, kind, key,
		nearest ? "did you mean \"" : "add it to the top-level \"",
		nearest ? nearest : kind, nearest ? "" : "s", nearest ? "\"?" : "\"");
}

#define KEYS(array, count, type, member)                               \
	(struct keys)                                                  \
	{                                                              \
		(array), (count), sizeof(type), offsetof(type, member) \
	}

static void check_networks(const struct checking *c, const struct service *service)
{
	const struct project *p = c->project;

	if (service->network_mode && service->nnetworks)
		errs_add(c->errs, pos_of(service->node, "network_mode"),
			"service \"%s\" declares mutually exclusive `network_mode` and "
			"`networks`: remove one",
			service->name);
	for (size_t i = 0; i < service->nnetworks; i++) {
		const char *key = service->networks[i].network;

		if (!project_network(p, key))
			undefined(c, service, "network", key,
				&KEYS(p->networks, p->nnetworks, struct network, key),
				pos_of(node_get(service->node, "networks"), key));
	}
}

static void check_volumes(const struct checking *c, const struct service *service)
{
	const struct project *p = c->project;

	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = &service->volumes[i];

		if (mount->type == MOUNT_VOLUME && mount->source &&
			!project_volume(p, mount->source))
			undefined(c, service, "volume", mount->source,
				&KEYS(p->volumes, p->nvolumes, struct volume, key),
				mount->node->pos);
	}
}

/* A driver alone is for a swarm. */
static void check_secret(const struct checking *c, const struct content *secret)
{
	if (c->suspects && map_has(&c->suspects->secrets, secret->key))
		return;
	if (!secret->external && !secret->file && !secret->environment)
		errs_add(c->errs, secret->node->pos,
			"secret \"%s\" must declare either `file` or `environment`",
			secret->key);
}

static void check_refs(const struct checking *c, const struct service *service,
	bool configs, const struct file_ref *refs, size_t n)
{
	const struct project *p = c->project;

	for (size_t i = 0; i < n; i++) {
		const char *key = refs[i].source ? refs[i].source : "";

		if (!refs[i].node)
			continue; /* it could not be read, which was said */
		if (!configs && project_secret(p, key))
			check_secret(c, project_secret(p, key));
		if (configs ? !!project_config(p, key) : !!project_secret(p, key))
			continue;
		undefined(c, service, configs ? "config" : "secret", key,
			configs ? &KEYS(p->configs, p->nconfigs, struct content, key)
				: &KEYS(p->secrets, p->nsecrets, struct content, key),
			refs[i].node->pos);
	}
}

static void check_models(const struct checking *c, const struct service *service)
{
	const struct project *p = c->project;

	for (size_t i = 0; i < service->nmodels; i++) {
		bool found = false;

		for (size_t j = 0; j < p->nmodels; j++)
			found = found ||
				text_eq(p->models[j].key, service->models[i].model);
		if (!found)
			undefined(c, service, "model", service->models[i].model,
				&KEYS(p->models, p->nmodels, struct model, key),
				service->models[i].pos);
	}
}

static bool is_disabled(const struct project *project, const char *name)
{
	for (size_t i = 0; i < project->ndisabled; i++)
		if (text_eq(project->disabled[i].name, name))
			return true;
	return false;
}

/* No service depends on itself. */
static const char *nearest_dependency(
	const struct project *p, const struct service *service, const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < p->nservices; i++)
		if (!text_eq(p->services[i].name, service->name))
			nearest_offer(&nearest, p->services[i].name);
	for (size_t i = 0; i < p->ndisabled; i++)
		nearest_offer(&nearest, p->disabled[i].name);
	return nearest.best;
}

enum { NAMES_SHOWN_MAX = 8 };

/* ": there are \"a\", \"b\" and 3 more": what else it could depend on, for whoever is not near to any. */
static const char *other_services(const struct checking *c, const struct service *service)
{
	const struct project *p = c->project;
	const char *text = "";
	size_t n = 0;

	for (size_t i = 0; i < p->nservices; i++) {
		if (text_eq(p->services[i].name, service->name) || n++ >= NAMES_SHOWN_MAX)
			continue;
		text = arena_printf(c->errs->arena, "%s%s\"%s\"", text,
			*text                      ? ", "
				: p->nservices > 2 ? ": there are "
						   : ": there is ",
			p->services[i].name);
	}
	if (n > NAMES_SHOWN_MAX)
		text = arena_printf(
			c->errs->arena, "%s and %zu more", text, n - NAMES_SHOWN_MAX);
	return text;
}

static void missing_dependency(const struct checking *c, const struct service *service,
	const struct dependency *dependency)
{
	const struct project *p = c->project;
	const char *name = dependency->service;
	const char *nearest =
		errs_is_crowded(c->errs) ? NULL : nearest_dependency(p, service, name);

	if (!knows_names(c))
		return;
	if (is_disabled(p, name))
		errs_add(c->errs, dependency->pos,
			"service \"%s\" depends on undefined service \"%s\": it is "
			"switched off by its profiles; "
			"activate one, or say \"required: false\"",
			service->name, name);
	else
		errs_add(c->errs, dependency->pos,
			"service \"%s\" depends on undefined service \"%s\"%s%s%s",
			service->name, name, nearest ? ": did you mean \"" : "",
			nearest                            ? nearest
				: errs_is_crowded(c->errs) ? ""
							   : other_services(c, service),
			nearest ? "\"?" : "");
}

static void check_dependencies(const struct checking *c, const struct service *service)
{
	for (size_t i = 0; i < service->ndepends_on; i++) {
		const struct dependency *dependency = &service->depends_on[i];

		if (project_service(c->project, dependency->service))
			continue;
		if (dependency->required || !is_disabled(c->project, dependency->service))
			missing_dependency(c, service, dependency);
	}
}

/* With what is implied left out (--no-normalize), nothing depends on that service yet. */
static void check_network_mode(const struct checking *c, const struct service *service)
{
	static const char prefix[] = "service:";
	struct dependency implied = {.pos = pos_of(service->node, "network_mode")};

	if (!service->network_mode || !text_starts(service->network_mode, prefix))
		return;
	implied.service = service->network_mode + strlen(prefix);
	for (size_t i = 0; i < service->ndepends_on; i++)
		if (text_eq(service->depends_on[i].service, implied.service))
			return;
	if (!project_service(c->project, implied.service))
		missing_dependency(c, service, &implied);
}

static void check_healthcheck(const struct checking *c, const struct service *service)
{
	const struct healthcheck *health = service->healthcheck;
	const char *first;

	if (!health || health->test.n == 0)
		return;
	first = health->test.items[0];
	if (text_eq(first, "CMD") || text_eq(first, "CMD-SHELL") ||
		text_eq(first, "NONE"))
		return;
	errs_add(c->errs, pos_of(health->node, "test"),
		"services.%s.healthcheck.test: must begin with CMD, CMD-SHELL or NONE, "
		"but begins with \"%s\"",
		service->name, first);
}

static void check_image(const struct checking *c, const struct service *service)
{
	if (!(service->image && *service->image) && !service->build &&
		!service->provider.set)
		errs_add(c->errs, service->node->pos,
			"service \"%s\" has neither an image nor a build context "
			"specified",
			service->name);
}

static bool is_platform_of(const struct build *build, const char *platform)
{
	return build->platforms.n == 0 || strings_has(&build->platforms, platform);
}

static void check_build(const struct checking *c, const struct service *service)
{
	const struct build *build = service->build;

	if (!build)
		return;
	if (build->dockerfile && build->dockerfile_inline)
		errs_add(c->errs, pos_of(build->node, "dockerfile_inline"),
			"services.%s.build: \"dockerfile\" and \"dockerfile_inline\" "
			"exclude each other",
			service->name);
	if (service->platform && !is_platform_of(build, service->platform))
		errs_add(c->errs, pos_of(build->node, "platforms"),
			"services.%s.build.platforms: must include the service's "
			"platform \"%s\"",
			service->name, service->platform);
	check_refs(c, service, false, build->secrets, build->nsecrets);
	for (size_t i = 0; i < build->additional_contexts.n; i++) {
		const struct pair *pair = &build->additional_contexts.items[i];
		const char *name =
			text_starts(pair->value, "service:") ? pair->value + 8 : NULL;
		const struct service *other =
			name ? project_service(c->project, name) : NULL;

		if (other ? is_suspect(c, other) : !knows_names(c))
			continue;
		if (name && (!other || !other->build))
			errs_add(c->errs, pair->pos,
				"services.%s.build.additional_contexts.%s: \"%s\" is not "
				"a service that is built",
				service->name, pair->key, name);
	}
}

static void check_replicas(const struct checking *c, const struct service *service)
{
	const struct deploy *deploy = service_deploy(service);
	const struct opt_i64 scale = service->scale, replicas = deploy->replicas;

	if (scale.set && replicas.set && scale.value != replicas.value)
		errs_add(c->errs, pos_of(service->node, "scale"),
			"services.%s: can't set distinct values on 'scale' and "
			"'deploy.replicas'",
			service->name);
	if (scale.set && scale.value < 0)
		errs_add(c->errs, pos_of(service->node, "scale"),
			"services.%s.scale: must not be negative", service->name);
	if (replicas.set && replicas.value < 0)
		errs_add(c->errs, pos_of(deploy->node, "replicas"),
			"services.%s.deploy.replicas: must not be negative",
			service->name);
	if (service->container_name && service_replicas(service) > 1)
		errs_add(c->errs, pos_of(service->node, "container_name"),
			"services.%s: can't set container_name and %s, as container "
			"names must be unique",
			service->name, scale.set ? "scale" : "deploy.replicas");
}

static void distinct(const struct checking *c, const struct service *service,
	const char *key, const char *other)
{
	errs_add(c->errs, pos_of(service->node, key),
		"services.%s: can't set distinct values on '%s' and '%s'", service->name,
		key, other);
}

/* Once a deploy block is there, its values have to be the service's own. */
static void check_resources(const struct checking *c, const struct service *service)
{
	const struct resources *limits = &service_deploy(service)->resources.limits;
	const struct resources *reservations =
		&service_deploy(service)->resources.reservations;

	if (limits->set && service->cpus.value != 0 &&
		service->cpus.value != limits->cpus.value)
		distinct(c, service, "cpus", "deploy.resources.limits.cpus");
	if (limits->set && service->mem_limit_bytes.value != 0 &&
		service->mem_limit_bytes.value != limits->memory_bytes.value)
		distinct(c, service, "mem_limit", "deploy.resources.limits.memory");
	if (reservations->set && service->mem_reservation_bytes.value != 0 &&
		service->mem_reservation_bytes.value != reservations->memory_bytes.value)
		distinct(c, service, "mem_reservation",
			"deploy.resources.reservations.memory");
	if (limits->set && service->pids_limit.value != 0 &&
		service->pids_limit.value != limits->pids.value)
		distinct(c, service, "pids_limit", "deploy.resources.limits.pids");
}

/* Every path in the container is mounted once. */
static void check_targets(const struct checking *c, const struct service *service)
{
	struct map seen;
	const char *earlier;

	if (service->nvolumes + service->tmpfs.n < 2)
		return;
	map_init(&seen, c->arena);
	for (size_t i = 0; i < service->tmpfs.n; i++)
		map_put(&seen,
			arena_strndup(c->arena, service->tmpfs.items[i],
				strcspn(service->tmpfs.items[i], ":")),
			arena_printf(
				c->arena, "services.%s.tmpfs[%zu]", service->name, i));
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct mount *mount = &service->volumes[i];
		char *here = arena_printf(
			c->arena, "services.%s.volumes[%zu]", service->name, i);

		if (mount->target && (earlier = map_put(&seen, mount->target, here)))
			errs_add(c->errs, mount->node->pos,
				"%s: target %s already mounted as %s", here,
				mount->target, earlier);
	}
}

static void check_watch(const struct checking *c, const struct service *service)
{
	for (size_t i = 0; i < service->develop.nwatch; i++) {
		const struct watch *watch = &service->develop.watch[i];

		if (!watch->target && !text_eq(watch->action, "rebuild") &&
			!text_eq(watch->action, "restart"))
			errs_add(c->errs, watch->node->pos,
				"services.%s.develop.watch[%zu]: action %s needs a "
				"\"target\"",
				service->name, i, watch->action);
	}
}

static void check_container_names(const struct checking *c)
{
	const struct project *p = c->project;
	struct map seen;

	map_init(&seen, c->arena);
	for (size_t i = 0; i < p->nservices; i++) {
		const struct service *service = &p->services[i], *earlier;

		if (!service->container_name)
			continue;
		earlier = map_put(&seen, service->container_name, &p->services[i]);
		if (earlier)
			errs_add(c->errs, pos_of(service->node, "container_name"),
				"container name \"%s\" is already in use by service %s",
				service->container_name, earlier->name);
	}
}

/* What is said of values that are there, whatever others could not be read. */
static void check_references(const struct checking *c, const struct service *service)
{
	check_build(c, service);
	check_networks(c, service);
	check_volumes(c, service);
	check_refs(c, service, true, service->configs, service->nconfigs);
	check_refs(c, service, false, service->secrets, service->nsecrets);
	check_models(c, service);
	check_dependencies(c, service);
	check_network_mode(c, service);
	check_targets(c, service);
}

static void check_service(const struct checking *c, const struct service *service)
{
	check_references(c, service);
	if (is_suspect(c, service))
		return;
	if (knows_names(c)) /* else it may be in what could not be read */
		check_image(c, service);
	check_healthcheck(c, service);
	check_replicas(c, service);
	check_resources(c, service);
	check_watch(c, service);
}

void project_check(
	struct arena *arena, const struct project *project, const struct validation *v)
{
	const struct checking checking = {arena, project, v->errs, v->suspects};

	for (size_t i = 0; i < project->nservices; i++)
		check_service(&checking, &project->services[i]);
	check_container_names(&checking);
}
