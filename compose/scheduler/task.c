/* SPDX-License-Identifier: Apache-2.0 */
/* The table from kinds of actions to calls. */
#include "compose/scheduler/task.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/probe.h"
#include "compose/scheduler/ready.h"
#include "compose/scheduler/report.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/timer.h"
#include "engine-client/credentials.h"
#include "engine-client/engine.h"

void task_finish(struct task *task, const struct err *err)
{
	task->done(task->ctx, task, err);
}

static const char *keep_text(
	struct task *task, const struct reply *reply, const char *key)
{
	return arena_strdup(&task->arena, node_get_text(reply->body, key));
}

static void on_created(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	task->id = reply->err ? NULL : keep_text(task, reply, "Id");
	task_finish(task, reply->err);
}

static void container_create(struct task *task)
{
	task->call = engine_container_create(task->opts->engine, task->filled.name,
		task->action->platform, task->filled.body, on_created, task);
}

static void on_volume_created(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	task->id = reply->err ? NULL : keep_text(task, reply, "Name");
	task_finish(task, reply->err);
}

static void volume_create(struct task *task)
{
	task->call = engine_volume_create(
		task->opts->engine, task->filled.body, on_volume_created, task);
}

static void network_connect(struct task *task)
{
	task->call = engine_network_connect(task->opts->engine, task->filled.target,
		task->filled.body, task_on_reply, task);
}

static void network_disconnect(struct task *task)
{
	task->call = engine_network_disconnect(task->opts->engine, task->filled.target,
		task->filled.body, task_on_reply, task);
}

static void volume_remove(struct task *task)
{
	task->call = engine_volume_remove(task->opts->engine, task->filled.target,
		task->action->force, task_on_reply, task);
}

static void image_remove(struct task *task)
{
	task->call = engine_image_remove(task->opts->engine, task->filled.target,
		task->action->force, task_on_reply, task);
}

static void container_start(struct task *task)
{
	task->call = engine_container_start(
		task->opts->engine, task->filled.target, task_on_reply, task);
}

static void container_stop(struct task *task)
{
	task->call = engine_container_stop(task->opts->engine, task->filled.target,
		task->action->timeout_s, task_on_reply, task);
}

static void container_restart(struct task *task)
{
	task->call = engine_container_restart(task->opts->engine, task->filled.target,
		task->action->timeout_s, task_on_reply, task);
}

static void container_kill(struct task *task)
{
	task->call = engine_container_kill(task->opts->engine, task->filled.target,
		task->action->signal, task_on_reply, task);
}

static void container_pause(struct task *task)
{
	task->call = engine_container_pause(task->opts->engine, task->filled.target,
		task->action->kind == ACTION_CONTAINER_PAUSE, task_on_reply, task);
}

static void container_rename(struct task *task)
{
	task->call = engine_container_rename(task->opts->engine, task->filled.target,
		task->filled.name, task_on_reply, task);
}

static void on_removed(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	task_finish(task, reply->err && reply->status != 404 ? reply->err : NULL);
}

/* A container whose removal the engine has begun by itself (--rm) is waited for. */
static void on_remove(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	if (reply->err && reply->status == 409 &&
		strstr(reply->err->text, "already in progress"))
		task->call = engine_container_wait(task->opts->engine,
			task->filled.target, "removed", on_removed, task);
	else
		task_on_reply(task, reply);
}

static void container_remove(struct task *task)
{
	unsigned flags = (task->action->force ? REMOVE_FORCE : 0u) |
		(task->action->volumes ? REMOVE_VOLUMES : 0u);

	task->call = engine_container_remove(
		task->opts->engine, task->filled.target, flags, on_remove, task);
}

static void on_waited(void *ctx, const struct err *err)
{
	struct task *task = ctx;

	task->wait = NULL;
	task_finish(task, err);
}

static void wait_for(struct task *task)
{
	if (task->action->wait == WAIT_ANSWERS) {
		task_netdns_wait(task);
		return;
	}
	if (task->action->wait == WAIT_DRAINED) {
		task_drained_wait(task);
		return;
	}
	task->wait = wait_start(
		task->waits, task->action, task->filled.target, on_waited, task);
}

/* What a kind needs; rows are in the order of enum action_kind. */
static const struct task_row {
	enum action_kind kind;
	void (*start)(struct task *task);
	bool gone_is_done;  /* a 404 means that there is nothing left to do */
	bool can_interrupt; /* nothing is half done when it is given up */
} rows[] = {
	{ACTION_NETWORK_CREATE, task_network_create, false, false},
	{ACTION_NETWORK_CONNECT, network_connect, false, false},
	{ACTION_NETWORK_DISCONNECT, network_disconnect, true, false},
	{ACTION_NETWORK_REMOVE, task_network_remove, true, false},
	{ACTION_VOLUME_CREATE, volume_create, false, false},
	{ACTION_VOLUME_REMOVE, volume_remove, true, false},
	{ACTION_IMAGE_PULL, task_pull, false, true},
	{ACTION_IMAGE_BUILD, task_build, false, true},
	{ACTION_IMAGE_PUSH, task_push, false, true},
	{ACTION_IMAGE_REMOVE, image_remove, true, false},
	{ACTION_CONTAINER_CREATE, container_create, false, false},
	{ACTION_CONTAINER_PUT, task_put, false, false},
	{ACTION_CONTAINER_START, container_start, false, false},
	{ACTION_CONTAINER_STOP, container_stop, true, false},
	{ACTION_CONTAINER_RESTART, container_restart, false, false},
	{ACTION_CONTAINER_EXEC, task_exec, false, true},
	{ACTION_CONTAINER_KILL, container_kill, false, false},
	{ACTION_CONTAINER_PAUSE, container_pause, false, false},
	{ACTION_CONTAINER_UNPAUSE, container_pause, false, false},
	{ACTION_CONTAINER_RENAME, container_rename, false, false},
	{ACTION_CONTAINER_REMOVE, container_remove, true, false},
	{ACTION_NETDNS_START, task_netdns_start, false, false},
	{ACTION_NETDNS_PROBE, task_netdns_probe, false, false},
	{ACTION_NETDNS_DRAIN, task_netdns_drain, false, true},
	{ACTION_NETDNS_REMOVE, container_remove, true, false},
	{ACTION_FILE_WRITE, task_file_write, false, false},
	{ACTION_WAIT, wait_for, false, true},
};

static const struct task_row *row_of(const struct task *task)
{
	const struct task_row *row = &rows[task->action->kind];

	assert(row->kind == task->action->kind);
	return row;
}

void task_on_reply(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;
	bool is_done =
		!reply->err || (reply->status == 404 && row_of(task)->gone_is_done);

	task->call = NULL;
	task_finish(task, is_done ? NULL : reply->err);
}

void task_progress(struct task *task, const struct node *record)
{
	const struct report *report = task->opts->report;
	const struct node *progress = node_get(record, "progressDetail");
	struct report_event event = {
		.phase = PHASE_PROGRESS,
		.plan = task->opts->plan,
		.action = task->action,
		.number = task->number,
		.part = node_get_text(record, "id"),
		.detail = node_get_text(record, "status"),
		.current = node_get_int(progress, "current", 0),
		.total = node_get_int(progress, "total", 0),
	};

	if (report && report->event && event.detail)
		report->event(report->ctx, &event);
}

/* A search for credentials cannot be called back, so the task lets go of it by this. */
struct credentials_lookup {
	struct task *task; /* NULL: it is gone */
	lookup_done *done;
};

static void on_credentials(void *ctx, const char *auth, const struct err *err)
{
	struct credentials_lookup lookup = *(struct credentials_lookup *)ctx;

	free(ctx);
	if (!lookup.task)
		return;
	lookup.task->lookup = NULL;
	lookup.done(lookup.task, auth, err);
}

void task_find_credentials(struct task *task, const char *ref, lookup_done *done)
{
	struct credentials *credentials = task->opts->credentials;

	if (!credentials) {
		done(task, NULL, NULL);
		return;
	}
	task->lookup = xalloc(sizeof(*task->lookup));
	*task->lookup = (struct credentials_lookup){task, done};
	if (ref)
		credentials_find(credentials, ref, on_credentials, task->lookup);
	else
		credentials_all(credentials, on_credentials, task->lookup);
}

void task_start(struct task *task)
{
	row_of(task)->start(task);
}

/* Lets go of whatever is under way. */
static void give_up(struct task *task)
{
	if (task->call)
		engine_cancel(task->call);
	task->call = NULL;
	timer_stop(&task->timer);
	wait_free(task->wait);
	task->wait = NULL;
	if (task->lookup)
		task->lookup->task = NULL;
	task->lookup = NULL;
	image_build_free(task->build);
	task->build = NULL;
	netdns_task_free(task->netdns);
	task->netdns = NULL;
	probe_free(task->probe);
	task->probe = NULL;
}

void task_interrupt(struct task *task)
{
	struct err err = {0};

	if (!row_of(task)->can_interrupt)
		return;
	give_up(task);
	err_set(&err, ERR_INTERRUPTED, "interrupted");
	task_finish(task, &err);
}

void task_free(struct task *task)
{
	if (!task)
		return;
	give_up(task);
	str_finish(&task->tar);
	str_finish(&task->output);
	arena_finish(&task->arena);
	free(task);
}
