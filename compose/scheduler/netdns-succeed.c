/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One davit's netdns after another's: the new container is started beside the old one, is given the sockets over the
 * control socket, and takes the name when the old one is gone. Whatever fails before leaves the old one as it is.
 */
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/netdns.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/task.h"
#include "engine-client/engine.h"

enum { HTTP_NOT_FOUND = 404, HTTP_CONFLICT = 409 };

static void on_old_gone(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (reply->err && reply->status != HTTP_NOT_FOUND)
		task_finish(task, reply->err);
	else
		task->call = engine_container_rename(task->opts->engine, task->id,
			NETDNS_CONTAINER, task_on_reply, task);
}

static void on_taken(struct task *task)
{
	task->call = engine_container_remove(
		task->opts->engine, task->filled.target, REMOVE_FORCE, on_old_gone, task);
}

static void on_new_gone(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	(void)reply; /* why it could not be started counts */
	task->call = NULL;
	task_finish(task, &task->refused);
}

static void on_started(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (!reply->err) {
		task_netdns_await(task, task->socket, on_taken);
		return;
	}
	task->refused = *reply->err;
	task->call = engine_container_remove(
		task->opts->engine, task->id, REMOVE_FORCE, on_new_gone, task);
}

static void on_created(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (reply->err) { /* or another davit is about to do the same */
		task_finish(task, reply->status == HTTP_CONFLICT ? NULL : reply->err);
		return;
	}
	task->id = arena_strdup(&task->arena, node_get_text(reply->body, "Id"));
	task->socket = netdns_socket(task->opts->netdns);
	task->call =
		engine_container_start(task->opts->engine, task->id, on_started, task);
}

void task_netdns_succeed(struct task *task)
{
	const struct netdns_opts *opts = task->opts->netdns;

	task->call = engine_container_create(task->opts->engine,
		arena_printf(&task->arena, "%s_" NETDNS_CONTAINER, opts->version), NULL,
		netdns_container(task), on_created, task);
}
