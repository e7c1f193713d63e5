/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that a service has run inside of its containers: post_start when one has been started, before anybody is
 * told that it has; pre_stop before it is stopped, while it still runs (compose-spec 05-services.md).
 */
#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

#define COMMAND_SHOWN_BYTES 60

/* Engine API 1.41 ContainerExec. */
static const struct node *body_of(struct arena *arena, const struct hook *hook)
{
	struct node *body = node_map(arena);

	node_set(arena, body, "Cmd", texts_node(arena, &hook->command));
	node_set_bool(arena, body, "AttachStdout", true);
	node_set_bool(arena, body, "AttachStderr", true);
	if (hook->environment.n)
		node_set(arena, body, "Env", assignments_node(arena, &hook->environment));
	node_set_text_opt(arena, body, "User", hook->user);
	node_set_text_opt(arena, body, "WorkingDir", hook->working_dir);
	if (hook->privileged)
		node_set_bool(arena, body, "Privileged", true);
	return body;
}

static const char *reason_of(
	struct arena *arena, const char *key, const struct hook *hook)
{
	auto_str text = {.max_bytes = COMMAND_SHOWN_BYTES};

	str_printf(&text, "%s:", key);
	for (size_t i = 0; i < hook->command.n; i++)
		str_printf(&text, " %s", hook->command.items[i]);
	return arena_printf(arena, "%s%s", str_text(&text), text.full ? " ..." : "");
}

struct action hook_action(struct draft *draft, const struct action *of, const char *key,
	const struct hook *hook)
{
	return (struct action){
		.kind = ACTION_CONTAINER_EXEC,
		.label = of->label,
		.service = of->service,
		.target = of->target,
		.body = body_of(draft->arena, hook),
		.guard = of->guard,
		.if_text = of->if_text,
		.on_fail = of->on_fail,
		.undo = of->undo,
		.reason = reason_of(draft->arena, key, hook),
	};
}

static unsigned add_hook(struct draft *draft, const struct action *of, const char *key,
	const struct hook *hook, const struct links *links)
{
	const struct action action = hook_action(draft, of, key, hook);

	return draft_add(draft, &action, links);
}

static const struct service *service_of(
	const struct draft *draft, const struct action *action)
{
	const struct service_state *state =
		action->service ? draft_service(draft, action->service) : NULL;

	return state ? state->service : NULL;
}

/* Nothing can be run in one that does not run. */
static bool is_running(const struct draft *draft, const char *id)
{
	for (size_t i = 0; i < draft->observed->ncontainers; i++)
		if (text_eq(draft->observed->containers[i].id, id))
			return draft->observed->containers[i].state == STATE_RUNNING;
	return false;
}

unsigned hooks_before(struct draft *draft, const struct action *action, unsigned last,
	const struct links *links)
{
	const struct service *service = service_of(draft, action);
	struct action one = *action;

	if (!service || !service->npre_stop ||
		(action->kind != ACTION_CONTAINER_STOP &&
			action->kind != ACTION_CONTAINER_RESTART) ||
		!is_running(draft, action->target))
		return last;
	if (one.on_fail == FAIL_STOP)
		one.on_fail = FAIL_GO_ON;
	for (size_t i = 0; i < service->npre_stop; i++) {
		const struct links after = {.needs = {&last, 1}};

		last = add_hook(draft, &one, "pre_stop", &service->pre_stop[i],
			last ? &after : links);
	}
	return last;
}

unsigned hooks_after(struct draft *draft, const struct action *action, unsigned last)
{
	const struct service *service = service_of(draft, action);

	if (!service ||
		(action->kind != ACTION_CONTAINER_START &&
			action->kind != ACTION_CONTAINER_RESTART))
		return last;
	for (size_t i = 0; i < service->npost_start; i++) {
		const struct links after = {.needs = {&last, 1}};

		last = add_hook(
			draft, action, "post_start", &service->post_start[i], &after);
	}
	return last;
}
