/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in a project. */
#include "compose/model/project.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/node.h"
#include "base/str.h"

const struct service *project_service(const struct project *project, const char *name)
{
	return project->service_index ? map_get(project->service_index, name) : NULL;
}

/* The array is sorted by a key that is text at some offset. */
static const void *find_sorted(
	const void *items, size_t n, size_t size, size_t key_offset, const char *key)
{
	const char *base = items, *item_key;

	while (n > 0) {
		const char *middle = base + n / 2 * size;

		memcpy(&item_key, middle + key_offset, sizeof(item_key));
		int order = strcmp(key, item_key);
		if (order == 0)
			return middle;
		if (order > 0) {
			base = middle + size;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return NULL;
}

#define FIND_BY(items, n, type, member, key) \
	find_sorted((items), (n), sizeof(type), offsetof(type, member), (key))
#define FIND(items, n, type, key) FIND_BY(items, n, type, key, key)

const struct network *project_network(const struct project *project, const char *key)
{
	return FIND(project->networks, project->nnetworks, struct network, key);
}

const struct volume *project_volume(const struct project *project, const char *key)
{
	return FIND(project->volumes, project->nvolumes, struct volume, key);
}

const struct content *project_config(const struct project *project, const char *key)
{
	return FIND(project->configs, project->nconfigs, struct content, key);
}

const struct content *project_secret(const struct project *project, const char *key)
{
	return FIND(project->secrets, project->nsecrets, struct content, key);
}

const char *project_variable(const struct project *project, const char *name)
{
	const struct pairs *environment = &project->environment;
	const struct pair *pair =
		FIND_BY(environment->items, environment->n, struct pair, key, name);

	return pair ? pair->value : NULL;
}

bool build_is_remote(const struct build *build)
{
	static const char *const starts[] = {
		"http://", "https://", "git://", "git@", "ssh://"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (text_starts(build->context, starts[i]))
			return true;
	return false;
}

const struct deploy *service_deploy(const struct service *service)
{
	static const struct deploy none;

	return service->deploy ? service->deploy : &none;
}

unsigned service_replicas(const struct service *service)
{
	int64_t n = opt_i64_or(
		service->scale, opt_i64_or(service_deploy(service)->replicas, 1));

	return n < 0 ? 0 : (unsigned)n;
}

const char *service_image(
	struct arena *arena, const struct project *project, const struct service *service)
{
	if (service->image)
		return service->image;
	return arena_printf(
		arena, "%s%s%s", project->name, project->separator, service->name);
}

struct pos pos_of(const struct node *node, const char *key)
{
	const struct node_pair *pair = node_pair(node, key);

	if (pair)
		return pair->key_pos;
	return node ? node->pos : (struct pos){0};
}
