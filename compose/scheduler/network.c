/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a network. A call that a killed davit had under way may end after we have looked,
 * even after ours: what it made is just what we would have made, down to the config hash.
 */
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/gateway.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/task.h"
#include "engine-client/engine.h"

enum { HTTP_CONFLICT = 409 };

static const char *wanted_name(const struct task *task)
{
	return node_get_text(task->filled.body, "Name");
}

static bool is_labelled(const struct task *task)
{
	const struct node *labels = node_get(task->filled.body, "Labels");

	return labels && labels->npairs > 0;
}

/* Labels say whose it is: all that we would have given it, it has. */
static bool is_twin(const struct task *task, const struct node *network)
{
	const struct node *has = node_get(network, "Labels");
	const struct node *want = node_get(task->filled.body, "Labels");

	for (size_t i = 0; want && i < want->npairs; i++)
		if (!node_equal(node_get(has, want->pairs[i].key), want->pairs[i].value))
			return false;
	return is_labelled(task) &&
		text_eq(node_get_text(network, "Name"), wanted_name(task));
}

static void on_inspect(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (!reply->err)
		task->gateway = gateway_of(&task->arena, reply->body);
	task_finish(task, reply->err);
}

static void finish_with_gateway(struct task *task)
{
	if (task->wants_gateway)
		task->call = engine_network_inspect(
			task->opts->engine, task->id, on_inspect, task);
	else
		task_finish(task, NULL);
}

static void remove_twins(struct task *task);

/* It stays where somebody uses it; the next run chooses between them. */
static void on_twin_removed(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	(void)reply;
	task->call = NULL;
	remove_twins(task);
}

static void remove_twins(struct task *task)
{
	if (task->ntwins > 0)
		task->call = engine_network_remove(task->opts->engine,
			task->twins[--task->ntwins], on_twin_removed, task);
	else
		finish_with_gateway(task);
}

static void on_listed(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;
	bool is_list = !reply->err && reply->body->kind == NODE_LIST;
	size_t n = is_list ? reply->body->nitems : 0;

	task->call = NULL;
	task->twins = ARENA_NEW_N(&task->arena, n, const char *);
	for (size_t i = 0; i < n; i++) {
		const struct node *network = reply->body->items[i];
		const char *id = node_get_text(network, "Id");

		if (id && is_twin(task, network) && !text_eq(id, task->id))
			task->twins[task->ntwins++] = arena_strdup(&task->arena, id);
	}
	remove_twins(task);
}

/* Before API 1.44 CheckDuplicate is a best effort, and a container on one of two does not start. */
static void look_for_twins(struct task *task)
{
	struct node *filters = node_map(&task->arena);
	struct node *names = node_list(&task->arena);

	node_push(&task->arena, names, node_text(&task->arena, wanted_name(task)));
	node_set(&task->arena, filters, "name", names);
	task->call = engine_network_list(task->opts->engine, filters, on_listed, task);
}

static void on_there(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (reply->err || !is_twin(task, reply->body)) {
		task_finish(task, &task->refused);
		return;
	}
	task->id = arena_strdup(&task->arena, node_get_text(reply->body, "Id"));
	task->gateway = gateway_of(&task->arena, reply->body);
	task_finish(task, NULL);
}

static void on_created(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;
	const char *name = wanted_name(task);

	task->call = NULL;
	if (reply->err && reply->err->status == HTTP_CONFLICT && name) {
		task->refused = *reply->err;
		task->call =
			engine_network_inspect(task->opts->engine, name, on_there, task);
		return;
	}
	if (reply->err) {
		task_finish(task, reply->err);
		return;
	}
	task->id = arena_strdup(&task->arena, node_get_text(reply->body, "Id"));
	if (is_labelled(task) && !engine_api_at_least(task->opts->engine, 1, 44))
		look_for_twins(task);
	else
		finish_with_gateway(task);
}

void task_network_create(struct task *task)
{
	task->call = engine_network_create(
		task->opts->engine, task->filled.body, on_created, task);
}
