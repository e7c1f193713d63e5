/* SPDX-License-Identifier: Apache-2.0 */
/* Which services a plan is about, whose containers are whose, and what must not be touched at all. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

/* How long the name of a commit, or the digest of an artifact, is that a part of a path consists of; 0: of neither. */
static size_t hash_len(const char *part)
{
	enum { COMMIT = 40, DIGEST = 64 };
	size_t n = strspn(part, "0123456789abcdef");

	return (n == COMMIT || n == DIGEST) && strcspn(part, "/") == n ? n : 0;
}

/* Two states of one thing from elsewhere: paths that differ in nothing but one part, the name of that state. */
static bool is_other_state(const char *a, const char *b)
{
	size_t at = 0, len;

	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			at = i + 1;
	len = hash_len(a + at);
	return len && hash_len(b + at) == len && text_eq(a + at + len, b + at + len);
}

/*
 * A name that came from the directory may be an accident: the containers of /1/foo are not those of /2/foo,
 * unless /1/foo is gone, and then the directory was moved.
 */
bool check_directory(const struct draft *draft, struct err *err)
{
	const struct project *project = draft->project;

	if (project->name_source != NAME_DIRECTORY || !draft->wish->dir_exists)
		return true;
	for (size_t i = 0; i < draft->observed->ncontainers; i++) {
		const struct observed_container *container =
			&draft->observed->containers[i];
		const char *dir = container->working_dir;

		if (!dir || !text_eq(container->project, project->name) ||
			text_eq(dir, project->working_dir) ||
			is_other_state(dir, project->working_dir) ||
			!draft->wish->dir_exists(draft->wish->ctx, dir))
			continue;
		return err_set(err, ERR_INPUT,
			"project \"%s\" of %s is running already, and this is %s, which "
			"only has the same "
			"name; give this one its own with -p NAME, COMPOSE_PROJECT_NAME "
			"or name: in its "
			"file (or -p %s, if they are one project)",
			project->name, dir, project->working_dir, project->name);
	}
	return true;
}

unsigned wanted_replicas(const struct draft *draft, const struct service_state *state)
{
	for (size_t i = 0; i < draft->wish->nscales; i++)
		if (text_eq(draft->wish->scales[i].service, state->service->name))
			return (unsigned)draft->wish->scales[i].replicas;
	return service_replicas(state->service);
}

bool check_names(const struct draft *draft, struct err *err)
{
	struct map names;

	map_init(&names, draft->arena);
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service *service = draft->services[i].service;
		const struct service_state *other;

		if (!service->container_name)
			continue;
		if (wanted_replicas(draft, &draft->services[i]) > 1)
			return err_at(err, pos_of(service->node, "container_name"),
				"services.%s.container_name: %u containers cannot all be "
				"named \"%s\"; "
				"take container_name away or do not scale",
				service->name,
				wanted_replicas(draft, &draft->services[i]),
				service->container_name);
		other = map_put(&names, service->container_name, &draft->services[i]);
		if (other)
			return err_at(err, pos_of(service->node, "container_name"),
				"services.%s.container_name: \"%s\" is also that of "
				"service %s",
				service->name, service->container_name,
				other->service->name);
	}
	return true;
}

bool is_wanted(const struct draft *draft, const char *service)
{
	return draft->wish->services.n == 0 ||
		strings_has(&draft->wish->services, service);
}

void select_services(struct draft *draft)
{
	size_t n = draft->graph->nnodes;
	bool *marks = ARENA_NEW_N(draft->arena, n, bool);

	for (size_t i = 0; i < n; i++) {
		draft->services[i].targeted =
			is_wanted(draft, draft->services[i].service->name);
		marks[i] = draft->services[i].targeted;
	}
	if (!draft->wish->no_deps)
		graph_reach(draft->graph, GRAPH_NEEDS, marks);
	for (size_t i = 0; i < n; i++)
		draft->services[i].selected =
			marks[i] && !draft->services[i].service->provider.set;
}

void select_needs_of(struct draft *draft, const struct service_state *state)
{
	size_t n = draft->graph->nnodes;
	bool *marks = ARENA_NEW_N(draft->arena, n, bool);
	size_t at = (size_t)(state - draft->services);

	marks[at] = true;
	graph_reach(draft->graph, GRAPH_NEEDS, marks);
	for (size_t i = 0; i < n; i++)
		draft->services[i].selected =
			marks[i] && i != at && !draft->services[i].service->provider.set;
}

static int compare_containers(const void *a, const void *b)
{
	const struct observed_container *x = *(const struct observed_container *const *)a;
	const struct observed_container *y = *(const struct observed_container *const *)b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (x->created_s != y->created_s)
		return x->created_s < y->created_s ? -1 : 1;
	return strcmp(x->id, y->id);
}

static bool is_ours(const struct draft *draft, const struct observed_container *container)
{
	return container->service && container->config_hash && !container->oneoff &&
		container->state != STATE_REMOVING &&
		text_eq(container->project, draft->project->name);
}

void collect_containers(struct draft *draft)
{
	for (size_t i = 0; i < draft->observed->ncontainers; i++) {
		const struct observed_container *container =
			&draft->observed->containers[i];
		struct service_state *state;

		if (!is_ours(draft, container))
			continue;
		state = draft_service(draft, container->service);
		if (state)
			ARENA_PUSH(draft->arena, state->live, state->nlive, container);
	}
	for (size_t i = 0; i < draft->graph->nnodes; i++)
		if (draft->services[i].nlive > 1)
			qsort(draft->services[i].live, draft->services[i].nlive,
				sizeof(*draft->services[i].live), compare_containers);
}
