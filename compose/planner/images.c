/* SPDX-License-Identifier: Apache-2.0 */
/* Which images have to be pulled or built before containers can be made (compose.md 4.9). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/draft.h"
#include "compose/planner/images.h"
#include "compose/planner/labels.h"
#include "compose/planner/parts.h"

struct image_state *image_of(struct draft *draft, const struct service *service)
{
	const char *ref = service_image(draft->arena, draft->project, service);
	const char *platform = service->platform;
	const char *key =
		arena_printf(draft->arena, "%s|%s", ref, platform ? platform : "");
	struct image_state *image = map_get(&draft->images, key);

	if (image)
		return image;
	image = ARENA_NEW(draft->arena, struct image_state);
	image->ref = ref;
	image->platform = platform;
	image->observed = observed_image(draft->observed, ref);
	if (image->observed)
		image->digest =
			observed_image_digest(draft->observed, image->observed, platform);
	map_put(&draft->images, key, image);
	return image;
}

static const struct {
	const char *unit;
	int64_t seconds;
} units[] = {
	{"w", 7 * 24 * 3600},
	{"d", 24 * 3600},
	{"h", 3600},
	{"ms", 0},
	{"m", 60},
	{"s", 1},
};

/* "every_1d12h" in seconds; -1: not such a policy. */
static int64_t policy_window_s(const char *policy)
{
	int64_t total = 0;

	if (!strcmp(policy, "daily"))
		return 24 * 3600;
	if (!strcmp(policy, "weekly"))
		return 7 * 24 * 3600;
	if (!text_starts(policy, "every_"))
		return -1;
	for (const char *p = policy + strlen("every_"); *p;) {
		char *end;
		int64_t n = strtoll(p, &end, 10);
		size_t i = 0;

		while (i < sizeof(units) / sizeof(units[0]) &&
			!text_starts(end, units[i].unit))
			i++;
		if (end == p || i == sizeof(units) / sizeof(units[0]))
			return -1;
		total += n * units[i].seconds;
		p = end + strlen(units[i].unit);
	}
	return total;
}

/* When the image was tagged here; where the engine does not tell, it is taken as long ago. */
static bool is_stale(
	const struct draft *draft, const struct image_state *image, const char *policy)
{
	int64_t window_s = policy_window_s(policy);
	int64_t tagged_s = observed_image_tagged_s(draft->observed, image->observed);

	return window_s >= 0 && draft->observed->clock_s >= tagged_s + window_s;
}

static const char *policy_of(const struct draft *draft, const struct service *service)
{
	if (draft->wish->pull)
		return draft->wish->pull;
	return service->pull_policy ? service->pull_policy : "";
}

bool image_has_window(const struct draft *draft, const struct service *service)
{
	return service->image && policy_window_s(policy_of(draft, service)) >= 0;
}

enum image_need {
	IMAGE_AS_IS,
	IMAGE_PULL,
	IMAGE_BUILD,
	IMAGE_PULL_ELSE_BUILD,
	IMAGE_FORBIDDEN, /* missing, and nothing may be done */
};

static enum image_need missing_need(
	const struct draft *draft, const struct service *service, const char *policy)
{
	bool can_build = service->build && !draft->wish->no_build;

	if (can_build && (!strcmp(policy, "always") || !strcmp(policy, "missing")) &&
		service->image)
		return IMAGE_PULL_ELSE_BUILD;
	if (can_build)
		return IMAGE_BUILD;
	if (!strcmp(policy, "never") || !service->image)
		return IMAGE_FORBIDDEN;
	return IMAGE_PULL;
}

static enum image_need need_of(const struct draft *draft, const struct service *service,
	const struct image_state *image)
{
	const char *policy = policy_of(draft, service);

	if (service->build && !draft->wish->no_build &&
		(draft->wish->build || !strcmp(policy, "build")))
		return IMAGE_BUILD;
	if (!image->observed)
		return missing_need(draft, service, policy);
	if (service->image &&
		(!strcmp(policy, "always") || is_stale(draft, image, policy)))
		return IMAGE_PULL;
	return IMAGE_AS_IS;
}

static const char *need_reason(const struct draft *draft, const struct service *service,
	const struct image_state *image)
{
	if (!image->observed)
		return "missing";
	if (draft->wish->build && service->build)
		return "--build";
	if (draft->wish->pull)
		return arena_printf(draft->arena, "--pull %s", draft->wish->pull);
	return arena_printf(draft->arena, "pull_policy %s",
		service->pull_policy ? service->pull_policy : "missing");
}

unsigned add_pull(struct draft *draft, const struct service *service,
	const struct image_state *image, const char *reason, enum on_fail on_fail)
{
	return draft_add(draft,
		&(struct action){
			.kind = ACTION_IMAGE_PULL,
			.label = image->ref,
			.service = service->name,
			.target = image->ref,
			.platform = image->platform,
			.on_fail = on_fail,
			.reason = reason,
		},
		NULL);
}

static struct node *build_labels(const struct draft *draft, const struct service *service)
{
	struct node *labels = node_map(draft->arena);

	node_set_text(draft->arena, labels, LABEL("project"), draft->project->name);
	node_set_text(draft->arena, labels, LABEL("service"), service->name);
	node_set_text(draft->arena, labels, LABEL("version"), LABEL_VERSION);
	return labels;
}

/* An additional context "service:x" is an image that has to be built before. */
static void add_context_needs(
	struct draft *draft, const struct service *service, struct numbers *needs)
{
	const struct pairs *contexts = &service->build->additional_contexts;

	for (size_t i = 0; i < contexts->n; i++) {
		const char *name = service_of_mode(contexts->items[i].value);
		struct service_state *state = name ? draft_service(draft, name) : NULL;

		if (state && state->image)
			numbers_add(draft->arena, needs, state->image->action);
	}
}

unsigned add_build(struct draft *draft, const struct service *service,
	const struct image_state *image, const char *reason)
{
	const struct wish *wish = draft->wish;
	struct plan_build *build = ARENA_NEW(draft->arena, struct plan_build);
	struct links links = {0};

	assert(service->build);
	*build = (struct plan_build){
		.build = service->build,
		.tag = image->ref,
		.environment = &draft->project->environment,
		.labels = build_labels(draft, service),
		.pull = wish->build_pull || service->build->pull,
		.no_cache = wish->no_cache || service->build->no_cache,
		.quiet = wish->quiet,
		.platform = image->platform,
		.extra_args = wish->build_args,
		.proxies = wish->proxy_environment,
		.memory_bytes = wish->build_memory_bytes,
	};
	add_context_needs(draft, service, &links.needs);
	numbers_add(draft->arena, &links.needs, image->action);
	return draft_add(draft,
		&(struct action){
			.kind = ACTION_IMAGE_BUILD,
			.label = image->ref,
			.service = service->name,
			.target = image->ref,
			.platform = image->platform,
			.build = build,
			.reason = reason,
		},
		&links);
}

static void pull_else_build(struct draft *draft, const struct service *service,
	struct image_state *image, const char *reason)
{
	unsigned pull = add_pull(draft, service, image, reason, FAIL_WARN);
	struct action *action;

	image->action = pull; /* what the build needs */
	image->action = add_build(draft, service, image, reason);
	action = &draft->actions[image->action - 1];
	action->guard = (struct guard){.kind = GUARD_NOT_DONE, .action = pull};
	action->if_text = "if the pull brings nothing";
	action->if_skipped = slot_text(draft->arena, pull, SLOT_DIGEST);
}

bool ensure_image(struct draft *draft, struct service_state *state, struct err *err)
{
	const struct service *service = state->service;
	struct image_state *image = image_of(draft, service);
	const char *reason = need_reason(draft, service, image);

	state->image = image;
	if (image->action)
		return true;
	switch (need_of(draft, service, image)) {
	case IMAGE_AS_IS:
		break;
	case IMAGE_PULL:
		image->action = add_pull(draft, service, image, reason,
			service->build && image->observed ? FAIL_WARN : FAIL_STOP);
		/* With a warning what is there will do. */
		draft->actions[image->action - 1].if_skipped = image->digest;
		break;
	case IMAGE_BUILD:
		image->action = add_build(draft, service, image, reason);
		break;
	case IMAGE_PULL_ELSE_BUILD:
		if (build_is_possible(service->build))
			pull_else_build(draft, service, image, reason);
		else
			image->action =
				add_pull(draft, service, image, reason, FAIL_STOP);
		break;
	case IMAGE_FORBIDDEN:
		return err_at(err,
			pos_of(service->node, service->image ? "image" : "build"),
			"services.%s: image %s is missing, and %s", service->name,
			image->ref,
			draft->wish->no_build && service->build
				? "--no-build forbids to build it"
				: "the pull policy never forbids to fetch it");
	}
	return true;
}

/* Builders first: whoever uses the same name takes what they made. */
bool ensure_images(struct draft *draft, struct err *err)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < draft->graph->nnodes; i++) {
			struct service_state *state =
				&draft->services[draft->graph->start_order[i]];
			bool builds = state->service->build != NULL;

			if (state->selected && builds == (pass == 0) &&
				!ensure_image(draft, state, err))
				return false;
		}
	return true;
}
