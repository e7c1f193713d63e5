/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing a network. Where the engine refuses because of "active endpoints", it is asked who is on it; engine 20.10
 * now and then counts one where nobody is (Engine API 1.41 NetworkDelete, NetworkInspect).
 */
#include <string.h>

#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/task.h"
#include "engine-client/engine.h"

enum { NAMED_MOST = 5 };

static void add_containers(struct str *text, const struct node *containers)
{
	size_t n = containers->npairs;

	str_add(text, "still on it: ");
	for (size_t i = 0; i < n && i < NAMED_MOST; i++) {
		const struct node_pair *pair = &containers->pairs[i];
		const char *name = node_get_text(pair->value, "Name");

		str_printf(text, "%s%s", i ? ", " : "", name ? name : pair->key);
	}
	if (n > NAMED_MOST)
		str_printf(text, " and %zu more", n - NAMED_MOST);
}

/* What the engine said stands where it cannot be asked again. */
static void on_inspected(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;
	const struct node *containers;
	auto_str text = {.max_bytes = ERR_TEXT_BYTES};

	task->call = NULL;
	if (reply->err) {
		task_finish(task, &task->refused);
		return;
	}
	containers = node_get(reply->body, "Containers");
	if (containers && containers->kind == NODE_MAP && containers->npairs > 0)
		add_containers(&text, containers);
	else
		str_add(&text,
			"the engine counts a container on it and shows none; it lets the "
			"network go after a restart of the engine");
	err_set(&task->refused, task->refused.kind, "%s", str_text(&text));
	task_finish(task, &task->refused);
}

static void on_removed(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	if (!reply->err || !strstr(reply->err->text, "active endpoints")) {
		task_on_reply(task, reply);
		return;
	}
	task->refused = *reply->err;
	task->call = engine_network_inspect(
		task->opts->engine, task->filled.target, on_inspected, task);
}

void task_network_remove(struct task *task)
{
	task->call = engine_network_remove(
		task->opts->engine, task->filled.target, on_removed, task);
}
