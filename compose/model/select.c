/* SPDX-License-Identifier: Apache-2.0 */
/* Which services are meant: by profiles, by name, by what they need; and which resources those use. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/nearest.h"
#include "base/str.h"
#include "compose/model/passes.h"
#include "compose/model/project.h"

bool service_matches(const char *pattern, const char *name)
{
	return text_eq(pattern, name) || fnmatch(pattern, name, 0) == 0;
}

static int service_compare(const void *a, const void *b)
{
	return strcmp(
		((const struct service *)a)->name, ((const struct service *)b)->name);
}

static void sort_services(struct service *services, size_t n)
{
	if (n)
		qsort(services, n, sizeof(*services), service_compare);
}

static void index_services(struct arena *arena, struct project *project)
{
	struct map *index = ARENA_NEW(arena, struct map);

	map_init(index, arena);
	for (size_t i = 0; i < project->nservices; i++)
		map_put(index, project->services[i].name, &project->services[i]);
	project->service_index = index;
}

/* Splits the services by a mark for each; those without go to the disabled ones. */
static void keep_marked(struct arena *arena, struct project *project, const bool *marks)
{
	size_t n = project->nservices, kept = 0, moved = project->ndisabled, leaving = 0;
	struct service *disabled;

	for (size_t i = 0; i < n; i++)
		leaving += !marks[i];
	disabled = ARENA_NEW_N(arena, leaving + moved, struct service);
	if (moved)
		memcpy(disabled, project->disabled, moved * sizeof(*disabled));
	for (size_t i = 0; i < n; i++) {
		if (marks[i])
			project->services[kept++] = project->services[i];
		else
			disabled[moved++] = project->services[i];
	}
	project->nservices = kept;
	project->disabled = disabled;
	project->ndisabled = moved;
	sort_services(project->services, kept);
	sort_services(disabled, moved);
	index_services(arena, project);
}

static bool is_active(const struct service *service, const struct strings *profiles)
{
	if (service->profiles.n == 0 || strings_has(profiles, "*"))
		return true;
	for (size_t i = 0; i < service->profiles.n; i++)
		if (strings_has(profiles, service->profiles.items[i]))
			return true;
	return false;
}

static void add_profiles(
	struct arena *arena, struct strings *profiles, const struct strings *more)
{
	for (size_t i = 0; i < more->n; i++)
		if (!strings_has(profiles, more->items[i]))
			ARENA_PUSH(arena, profiles->items, profiles->n, more->items[i]);
}

static bool is_named(const struct service *service, const struct strings *named)
{
	for (size_t i = 0; i < named->n; i++)
		if (service_matches(named->items[i], service->name))
			return true;
	return false;
}

void project_activate(struct arena *arena, struct project *project,
	const struct strings *profiles, const struct strings *named)
{
	bool *marks = ARENA_NEW_N(arena, project->nservices + 1, bool);
	struct strings active = {.set = true};

	add_profiles(arena, &active, profiles);
	for (size_t i = 0; i < project->nservices && named->n; i++)
		if (strings_has(named, project->services[i].name))
			add_profiles(arena, &active, &project->services[i].profiles);
	for (size_t i = 0; i < project->nservices; i++)
		marks[i] = is_active(&project->services[i], &active);
	project->profiles = active;
	keep_marked(arena, project, marks);
}

/* A walk down depends_on with a stack of its own: chains may be long. */
static void mark_needed(
	struct arena *arena, const struct project *project, bool *marks, bool with_deps)
{
	size_t *stack = ARENA_NEW_N(arena, project->nservices + 1, size_t), n = 0;

	for (size_t i = 0; i < project->nservices; i++)
		if (marks[i])
			stack[n++] = i;
	while (with_deps && n > 0) {
		const struct service *service = &project->services[stack[--n]];

		for (size_t i = 0; i < service->ndepends_on; i++) {
			const struct service *need =
				project_service(project, service->depends_on[i].service);
			size_t at = need ? (size_t)(need - project->services) : 0;

			if (!need || marks[at])
				continue;
			marks[at] = true;
			stack[n++] = at;
		}
	}
}

/* Dependencies on what is not there any more are forgotten, as docker compose does. */
static void forget_dependencies(const struct project *project, struct service *service)
{
	size_t n = 0;

	for (size_t i = 0; i < service->ndepends_on; i++)
		if (project_service(project, service->depends_on[i].service))
			service->depends_on[n++] = service->depends_on[i];
	service->ndepends_on = n;
}

static const char *nearest_service(const struct project *project, const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < project->nservices; i++)
		nearest_offer(&nearest, project->services[i].name);
	return nearest.best;
}

static bool check_name(const struct project *project, const char *name, struct errs *errs)
{
	const char *nearest;

	for (size_t i = 0; i < project->nservices; i++)
		if (service_matches(name, project->services[i].name))
			return true;
	nearest = nearest_service(project, name);
	if (nearest)
		errs_add(errs, (struct pos){0},
			"no such service: %s: did you mean \"%s\"?", name, nearest);
	else
		errs_add(errs, (struct pos){0}, "no such service: %s", name);
	return false;
}

void project_select(struct arena *arena, struct project *project,
	const struct selection *selection, struct errs *errs)
{
	const struct strings *named = selection->named;
	bool *marks, known = true;

	if (named->n == 0)
		return;
	for (size_t i = 0; i < named->n; i++)
		known = check_name(project, named->items[i], errs) && known;
	if (!known)
		return;
	marks = ARENA_NEW_N(arena, project->nservices + 1, bool);
	for (size_t i = 0; i < project->nservices; i++)
		marks[i] = is_named(&project->services[i], named);
	mark_needed(arena, project, marks, !selection->no_deps);
	keep_marked(arena, project, marks);
	for (size_t i = 0; i < project->nservices; i++)
		forget_dependencies(project, &project->services[i]);
}

/* Keys that services name, by kind of resource. */
struct uses {
	struct map networks, volumes, configs, secrets, models;
};

static void use(struct map *map, const char *key)
{
	if (key)
		map_put(map, key, map); /* any value will do */
}

static void use_files(struct map *map, const struct file_ref *refs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		use(map, refs[i].source);
}

static void use_service(struct uses *uses, const struct service *service)
{
	for (size_t i = 0; i < service->nnetworks; i++)
		use(&uses->networks, service->networks[i].network);
	for (size_t i = 0; i < service->nvolumes; i++)
		if (service->volumes[i].type == MOUNT_VOLUME)
			use(&uses->volumes, service->volumes[i].source);
	for (size_t i = 0; i < service->nmodels; i++)
		use(&uses->models, service->models[i].model);
	use_files(&uses->configs, service->configs, service->nconfigs);
	use_files(&uses->secrets, service->secrets, service->nsecrets);
	if (service->build)
		use_files(&uses->secrets, service->build->secrets,
			service->build->nsecrets);
}

#define KEEP_USED(items, n, map)                              \
	do {                                                  \
		size_t kept = 0;                              \
		for (size_t i = 0; i < (n); i++)              \
			if (map_has(&(map), (items)[i].key))  \
				(items)[kept++] = (items)[i]; \
		(n) = kept;                                   \
	} while (0)

void project_prune(struct arena *arena, struct project *project)
{
	struct uses uses;

	map_init(&uses.networks, arena);
	map_init(&uses.volumes, arena);
	map_init(&uses.configs, arena);
	map_init(&uses.secrets, arena);
	map_init(&uses.models, arena);
	for (size_t i = 0; i < project->nservices; i++)
		use_service(&uses, &project->services[i]);
	KEEP_USED(project->networks, project->nnetworks, uses.networks);
	KEEP_USED(project->volumes, project->nvolumes, uses.volumes);
	KEEP_USED(project->configs, project->nconfigs, uses.configs);
	KEEP_USED(project->secrets, project->nsecrets, uses.secrets);
	KEEP_USED(project->models, project->nmodels, uses.models);
}
