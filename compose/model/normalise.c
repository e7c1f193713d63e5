/* SPDX-License-Identifier: Apache-2.0 */
/* What a file may leave unsaid is said here (compose.md 3.12). */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/passes.h"
#include "compose/model/project.h"

/* As Go's path.Clean: no "//", "." or inner "..", no slash at the end. */
static const char *path_clean(struct arena *arena, const char *path)
{
	bool rooted = *path == '/';
	size_t len = strlen(path), n = 0, floor = 0;
	char *out = arena_alloc(arena, len + 2);

	if (rooted)
		out[n++] = '/';
	floor = n;
	while (*path) {
		size_t part = strcspn(path, "/");

		if (part == 2 && memcmp(path, "..", 2) == 0 && n > floor) {
			while (n > floor && out[n - 1] != '/')
				n--;
			n -= n > floor;
		} else if (part == 2 && memcmp(path, "..", 2) == 0 && !rooted) {
			n += (size_t)(stpcpy(out + n, n ? "/.." : "..") - (out + n));
			floor = n;
		} else if (part > 0 && !(part == 1 && *path == '.') &&
			!(part == 2 && memcmp(path, "..", 2) == 0)) {
			if (n > (size_t)rooted)
				out[n++] = '/';
			memcpy(out + n, path, part);
			n += part;
		}
		path += part + (path[part] == '/');
	}
	out[n] = '\0';
	return n ? out : ".";
}

static const char *named_service(const char *text)
{
	return text && text_starts(text, "service:") ? text + strlen("service:") : NULL;
}

static bool depends_on(const struct service *service, const char *name)
{
	for (size_t i = 0; i < service->ndepends_on; i++)
		if (text_eq(service->depends_on[i].service, name))
			return true;
	return false;
}

static void imply(
	struct arena *arena, struct service *service, struct dependency dependency)
{
	if (!dependency.service || depends_on(service, dependency.service))
		return;
	dependency.required = true;
	dependency.implicit = true;
	size_t n = service->ndepends_on;
	struct dependency *grown = ARENA_NEW_N(arena, n + 1, struct dependency);
	if (n)
		memcpy(grown, service->depends_on, n * sizeof(*grown));
	grown[n] = dependency;
	service->depends_on = grown;
	service->ndepends_on = n + 1;
}

static const char *before_colon(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strcspn(text, ":"));
}

static struct pos place_of(const struct strings *strings, size_t i)
{
	return strings->places ? strings->places[i] : (struct pos){0};
}

static void imply_dependencies(struct arena *arena, struct service *service)
{
	const char *const shared[][2] = {{"network_mode", service->network_mode},
		{"ipc", service->ipc}, {"pid", service->pid}, {"uts", service->uts},
		{"cgroup", service->cgroup}};

	for (size_t i = 0; i < service->links.n; i++)
		imply(arena, service,
			(struct dependency){
				.service = before_colon(arena, service->links.items[i]),
				.restart = true,
				.pos = place_of(&service->links, i)});
	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared); i++)
		imply(arena, service,
			(struct dependency){.service = named_service(shared[i][1]),
				.restart = true,
				.pos = pos_of(service->node, shared[i][0])});
	for (size_t i = 0; i < service->volumes_from.n; i++) {
		const char *from = service->volumes_from.items[i];

		if (!text_starts(from, "container:"))
			imply(arena, service,
				(struct dependency){.service = before_colon(arena, from),
					.pos = place_of(&service->volumes_from, i)});
	}
}

static int dependency_compare(const void *a, const void *b)
{
	return strcmp(((const struct dependency *)a)->service,
		((const struct dependency *)b)->service);
}

/* Null values are taken from the project's environment; what is not there either is dropped unless kept. */
static void fill_nulls(struct pairs *pairs, const struct project *project, bool keep)
{
	size_t n = 0;

	for (size_t i = 0; i < pairs->n; i++) {
		struct pair pair = pairs->items[i];

		if (!pair.value)
			pair.value = project_variable(project, pair.key);
		if (pair.value || keep)
			pairs->items[n++] = pair;
	}
	pairs->n = n;
}

static void join_default_network(struct arena *arena, struct service *service)
{
	if (service->nnetworks || service->network_mode || service->provider.set)
		return;
	service->networks = ARENA_NEW(arena, struct endpoint);
	service->networks[0].network = "default";
	service->nnetworks = 1;
}

/* The highest priority first, then by name: the first one is the main network. */
static int endpoint_compare(const void *a, const void *b)
{
	const struct endpoint *x = a, *y = b;
	int64_t px = opt_i64_or(x->priority, 0), py = opt_i64_or(y->priority, 0);

	if (px != py)
		return px > py ? -1 : 1;
	return strcmp(x->network, y->network);
}

static void normalise_build(const struct project *project, struct build *build)
{
	if (!build->dockerfile && !build->dockerfile_inline)
		build->dockerfile = "Dockerfile";
	fill_nulls(&build->args, project, false);
}

/* Where there is a deploy section, it says how many as well. */
static void copy_scale(struct arena *arena, struct service *service)
{
	struct deploy *deploy;

	if (!service->scale.set || !service->deploy || service->deploy->replicas.set)
		return;
	deploy = ARENA_NEW(arena, struct deploy);
	*deploy = *service->deploy;
	deploy->replicas = service->scale;
	service->deploy = deploy;
}

/* A hook before the start runs in the service's image unless it names one. */
static void inherit_image(struct service *service)
{
	for (size_t i = 0; i < service->npre_start; i++)
		if (!service->pre_start[i].image)
			service->pre_start[i].image = service->image;
}

static void normalise_service(
	struct arena *arena, struct project *project, struct service *service)
{
	join_default_network(arena, service);
	if (service->nnetworks)
		qsort(service->networks, service->nnetworks, sizeof(*service->networks),
			endpoint_compare);
	if (text_eq(service->pull_policy, "if_not_present"))
		service->pull_policy = "missing";
	if (service->build) {
		struct build *build = ARENA_NEW(arena, struct build);

		*build = *service->build;
		normalise_build(project, build);
		service->build = build;
	}
	inherit_image(service);
	imply_dependencies(arena, service);
	if (service->ndepends_on)
		qsort(service->depends_on, service->ndepends_on,
			sizeof(*service->depends_on), dependency_compare);
	for (size_t i = 0; i < service->nvolumes; i++)
		if (service->volumes[i].target)
			service->volumes[i].target =
				path_clean(arena, service->volumes[i].target);
}

static bool uses_default_network(const struct project *project)
{
	for (size_t i = 0; i < project->nservices; i++)
		for (size_t j = 0; j < project->services[i].nnetworks; j++)
			if (text_eq(project->services[i].networks[j].network, "default"))
				return true;
	return false;
}

static bool has_default_network(const struct project *project)
{
	for (size_t i = 0; i < project->nnetworks; i++)
		if (text_eq(project->networks[i].key, "default"))
			return true;
	return false;
}

static void add_default_network(struct arena *arena, struct project *project)
{
	size_t n = project->nnetworks;

	if (!uses_default_network(project) || has_default_network(project))
		return;
	struct network *grown = ARENA_NEW_N(arena, n + 1, struct network);
	if (n)
		memcpy(grown, project->networks, n * sizeof(*grown));
	grown[n].key = "default";
	project->networks = grown;
	project->nnetworks = n + 1;
}

static const char *full_name(struct arena *arena, const struct project *project,
	const char *key, bool external)
{
	return external ? key : arena_printf(arena, "%s_%s", project->name, key);
}

static void name_contents(struct arena *arena, const struct project *project,
	struct content *contents, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!contents[i].name)
			contents[i].name = full_name(
				arena, project, contents[i].key, contents[i].external);
}

static void name_all(struct arena *arena, struct project *project)
{
	for (size_t i = 0; i < project->nnetworks; i++) {
		struct network *network = &project->networks[i];

		if (!network->name)
			network->name = full_name(
				arena, project, network->key, network->external);
	}
	for (size_t i = 0; i < project->nvolumes; i++) {
		struct volume *volume = &project->volumes[i];

		if (!volume->name)
			volume->name =
				full_name(arena, project, volume->key, volume->external);
	}
	name_contents(arena, project, project->configs, project->nconfigs);
	name_contents(arena, project, project->secrets, project->nsecrets);
}

/* What containers get of a config or secret that no file holds. */
static void find_values(const struct project *project, struct content *contents, size_t n)
{
	for (size_t i = 0; i < n; i++)
		contents[i].value = contents[i].environment
			? project_variable(project, contents[i].environment)
			: contents[i].inline_text;
}

static int network_compare(const void *a, const void *b)
{
	return strcmp(((const struct network *)a)->key, ((const struct network *)b)->key);
}

static int volume_compare(const void *a, const void *b)
{
	return strcmp(((const struct volume *)a)->key, ((const struct volume *)b)->key);
}

static int content_compare(const void *a, const void *b)
{
	return strcmp(((const struct content *)a)->key, ((const struct content *)b)->key);
}

void project_sort(struct project *project)
{
	if (project->nnetworks)
		qsort(project->networks, project->nnetworks, sizeof(*project->networks),
			network_compare);
	if (project->nvolumes)
		qsort(project->volumes, project->nvolumes, sizeof(*project->volumes),
			volume_compare);
	if (project->nconfigs)
		qsort(project->configs, project->nconfigs, sizeof(*project->configs),
			content_compare);
	if (project->nsecrets)
		qsort(project->secrets, project->nsecrets, sizeof(*project->secrets),
			content_compare);
}

void project_fill_environment(struct project *project)
{
	for (size_t i = 0; i < project->nservices; i++)
		fill_nulls(&project->services[i].environment, project, true);
}

void project_settle_scale(struct arena *arena, struct project *project)
{
	for (size_t i = 0; i < project->nservices; i++)
		copy_scale(arena, &project->services[i]);
	for (size_t i = 0; i < project->ndisabled; i++)
		copy_scale(arena, &project->disabled[i]);
}

void project_normalise(struct arena *arena, struct project *project)
{
	for (size_t i = 0; i < project->nservices; i++)
		normalise_service(arena, project, &project->services[i]);
	add_default_network(arena, project);
	name_all(arena, project);
	find_values(project, project->configs, project->nconfigs);
	find_values(project, project->secrets, project->nsecrets);
}
