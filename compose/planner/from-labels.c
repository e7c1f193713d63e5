/* SPDX-License-Identifier: Apache-2.0 */
/* A project out of labels alone, for commands that are given nothing but a name
 * (compose.md 1.5, 8). */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "compose/planner/observed.h"

static int compare_services(const void *a, const void *b)
{
	return strcmp(
		((const struct service *)a)->name, ((const struct service *)b)->name);
}

static int compare_dependencies(const void *a, const void *b)
{
	return strcmp(((const struct dependency *)a)->service,
		((const struct dependency *)b)->service);
}

/* One entry of the depends_on label, "db:service_healthy:true". */
static struct dependency read_dependency(
	struct arena *arena, const char *text, size_t len)
{
	struct dependency out = {.condition = CONDITION_STARTED, .required = true};
	char *copy = arena_strndup(arena, text, len);
	char *condition = strchr(copy, ':');
	char *restart = condition ? strchr(condition + 1, ':') : NULL;

	out.service = copy;
	if (condition)
		*condition++ = '\0';
	if (restart)
		*restart++ = '\0';
	out.restart = text_eq(restart, "true");
	if (text_eq(condition, condition_name(CONDITION_HEALTHY)))
		out.condition = CONDITION_HEALTHY;
	else if (text_eq(condition, condition_name(CONDITION_COMPLETED)))
		out.condition = CONDITION_COMPLETED;
	return out;
}

static void read_dependencies(
	struct arena *arena, const char *text, struct service *service)
{
	while (text && *text) {
		size_t len = strcspn(text, ",");

		if (len > 0)
			ARENA_PUSH(arena, service->depends_on, service->ndepends_on,
				read_dependency(arena, text, len));
		text += len + (text[len] == ',');
	}
	if (service->ndepends_on)
		qsort(service->depends_on, service->ndepends_on,
			sizeof(*service->depends_on), compare_dependencies);
}

static void count_container(struct arena *arena, struct project *project,
	struct map *index, const struct observed_container *container)
{
	struct opt_i64 *scale = map_get(index, container->service);

	if (scale) {
		scale->value++;
		return;
	}
	scale = ARENA_NEW(arena, struct opt_i64);
	*scale = (struct opt_i64){.set = true, .value = 1};
	map_put(index, container->service, scale);
	ARENA_PUSH(arena, project->services, project->nservices,
		((struct service){
			.name = container->service, .image = container->image}));
	read_dependencies(
		arena, container->depends_on, &project->services[project->nservices - 1]);
}

static void read_services(
	struct arena *arena, const struct observed *observed, struct project *project)
{
	struct map scales;
	struct map *index = ARENA_NEW(arena, struct map);

	map_init(&scales, arena);
	map_init(index, arena);
	for (size_t i = 0; i < observed->ncontainers; i++) {
		const struct observed_container *container = &observed->containers[i];

		if (container->service && container->config_hash && !container->oneoff &&
			text_eq(container->project, project->name))
			count_container(arena, project, &scales, container);
	}
	if (project->nservices)
		qsort(project->services, project->nservices, sizeof(*project->services),
			compare_services);
	for (size_t i = 0; i < project->nservices; i++) {
		struct service *service = &project->services[i];

		service->scale = *(struct opt_i64 *)map_get(&scales, service->name);
		map_put(index, service->name, service);
	}
	project->service_index = index;
}

static int compare_networks(const void *a, const void *b)
{
	return strcmp(((const struct network *)a)->key, ((const struct network *)b)->key);
}

static int compare_volumes(const void *a, const void *b)
{
	return strcmp(((const struct volume *)a)->key, ((const struct volume *)b)->key);
}

static void read_resources(
	struct arena *arena, const struct observed *observed, struct project *project)
{
	for (size_t i = 0; i < observed->nnetworks; i++) {
		const struct observed_network *network = &observed->networks[i];

		if (network->key && text_eq(network->project, project->name))
			ARENA_PUSH(arena, project->networks, project->nnetworks,
				((struct network){
					.key = network->key, .name = network->name}));
	}
	for (size_t i = 0; i < observed->nvolumes; i++) {
		const struct observed_volume *volume = &observed->volumes[i];

		if (volume->key && text_eq(volume->project, project->name))
			ARENA_PUSH(arena, project->volumes, project->nvolumes,
				((struct volume){
					.key = volume->key, .name = volume->name}));
	}
	if (project->nnetworks)
		qsort(project->networks, project->nnetworks, sizeof(*project->networks),
			compare_networks);
	if (project->nvolumes)
		qsort(project->volumes, project->nvolumes, sizeof(*project->volumes),
			compare_volumes);
}

const struct project *project_from_observed(
	struct arena *arena, const struct observed *observed, const char *name)
{
	struct project *project = ARENA_NEW(arena, struct project);

	project->name = name;
	project->name_source = NAME_FLAG;
	for (size_t i = 0; i < observed->ncontainers && !project->working_dir; i++)
		if (text_eq(observed->containers[i].project, name))
			project->working_dir = observed->containers[i].working_dir;
	if (!project->working_dir)
		project->working_dir = "";
	read_services(arena, observed, project);
	read_resources(arena, observed, project);
	return project;
}
