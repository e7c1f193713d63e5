/* SPDX-License-Identifier: Apache-2.0 */
/* pull, build and push: images without containers (compose.md 4.9, 5.1). */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/draft.h"
#include "compose/planner/images.h"
#include "compose/planner/parts.h"

static void select_named(struct draft *draft)
{
	bool *marks = ARENA_NEW_N(draft->arena, draft->graph->nnodes, bool);

	for (size_t i = 0; i < draft->graph->nnodes; i++)
		marks[i] = is_wanted(draft, draft->services[i].service->name);
	if (draft->wish->include_deps)
		graph_reach(draft->graph, GRAPH_NEEDS, marks);
	for (size_t i = 0; i < draft->graph->nnodes; i++)
		draft->services[i].selected =
			marks[i] && !draft->services[i].service->provider.set;
}

/* The tag that moves: "latest", said or not. */
static bool is_latest(const char *ref)
{
	const char *slash = strrchr(ref, '/');
	const char *colon = strchr(slash ? slash : ref, ':');

	return !strchr(ref, '@') && (!colon || !strcmp(colon, ":latest"));
}

/* NULL: it is pulled; else why not. */
static const char *pull_skipped(const struct draft *draft, const struct service *service,
	const struct image_state *image)
{
	const char *policy = draft->wish->pull ? draft->wish->pull
		: service->pull_policy         ? service->pull_policy
					       : "";

	if (!service->image)
		return "no image to be pulled";
	if (service->build && draft->wish->ignore_buildable)
		return "can be built";
	if (!strcmp(policy, "never") || !strcmp(policy, "build"))
		return arena_printf(draft->arena, "pull_policy %s", policy);
	if (!strcmp(policy, "missing") && image->observed && !is_latest(image->ref))
		return "image is already present locally";
	return NULL;
}

bool plan_pull(struct draft *draft, struct err *err)
{
	(void)err;
	select_named(draft);
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state = &draft->services[i];
		const struct service *service = state->service;
		struct image_state *image;
		const char *skipped;

		if (!state->selected)
			continue;
		image = image_of(draft, service);
		skipped = pull_skipped(draft, service, image);
		if (skipped)
			draft_note(
				draft, false, "%s Skipped: %s", service->name, skipped);
		else if (!image->action)
			image->action = add_pull(draft, service, image, "asked for",
				service->build || draft->wish->ignore_failures
					? FAIL_WARN
					: FAIL_GO_ON);
	}
	return true;
}

/* "service:x" in additional_contexts has to be built before. */
static void select_contexts(struct draft *draft, const struct service *service)
{
	const struct pairs *contexts = &service->build->additional_contexts;

	for (size_t i = 0; i < contexts->n; i++) {
		const char *name = service_of_mode(contexts->items[i].value);
		struct service_state *state = name ? draft_service(draft, name) : NULL;

		if (!state || state->image || !state->service->build)
			continue;
		state->image = image_of(draft, state->service);
		select_contexts(draft, state->service);
		if (!state->image->action)
			state->image->action = add_build(draft, state->service,
				state->image, "context of another build");
	}
}

static unsigned add_push(struct draft *draft, const struct service *service,
	const struct image_state *image, enum on_fail on_fail)
{
	struct links links = {0};

	numbers_add(draft->arena, &links.needs, image->action);
	return draft_add(draft,
		&(struct action){
			.kind = ACTION_IMAGE_PUSH,
			.label = image->ref,
			.service = service->name,
			.target = image->ref,
			.on_fail = on_fail,
			.reason = "asked for",
		},
		&links);
}

bool plan_build(struct draft *draft, struct err *err)
{
	(void)err;
	select_named(draft);
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state =
			&draft->services[draft->graph->start_order[i]];

		if (!state->selected || !state->service->build || state->image)
			continue;
		state->image = image_of(draft, state->service);
		select_contexts(draft, state->service);
		if (state->image->action)
			continue;
		state->image->action =
			add_build(draft, state->service, state->image, "asked for");
		if (draft->wish->push && state->service->image)
			add_push(draft, state->service, state->image, FAIL_GO_ON);
	}
	if (draft->nactions == 0)
		draft_note(draft, true, "No services to build");
	return true;
}

bool plan_push(struct draft *draft, struct err *err)
{
	(void)err;
	select_named(draft);
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state = &draft->services[i];
		const struct service *service = state->service;
		struct image_state *image;

		if (!state->selected)
			continue;
		if (!service->build || !service->image) {
			draft_note(draft, false, "%s Skipped: %s", service->name,
				service->build ? "no image name to push to"
					       : "is not built here");
			continue;
		}
		image = image_of(draft, service);
		if (!map_has(&draft->freed, image->ref))
			map_put(&draft->freed, image->ref,
				(void *)(uintptr_t)add_push(draft, service, image,
					draft->wish->ignore_failures ? FAIL_WARN
								     : FAIL_GO_ON));
	}
	return true;
}
