/* SPDX-License-Identifier: Apache-2.0 */
/* What actions ask of netdns over its control socket, which it has in a directory of the host. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <uv.h>

#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/control.h"
#include "compose/scheduler/netdns.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/task.h"
#include "compose/scheduler/timer.h"

enum {
	MS_PER_S = 1000,
	DRAIN_TIMEOUT_MS = 2000, /* a stop does not wait longer for it */
	TAKEN_TIMEOUT_MS =
		6000, /* then one that gives nothing is taken away, and the new one helps itself */
};

struct netdns_task {
	uv_fs_event_t watch; /* of the directory where its socket appears */
	bool watching;
	struct task *task; /* NULL: only the handle is left */
	struct control *control;
	struct timer *timeout;
	struct err last; /* why it could not be asked */
	ino_t before;    /* the socket of the one that is replaced */
	void (*taken)(struct task *task);
};

static void on_watch_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void netdns_task_free(struct netdns_task *netdns)
{
	if (!netdns)
		return;
	control_cancel(netdns->control);
	timer_stop(&netdns->timeout);
	if (netdns->watching)
		uv_close((uv_handle_t *)&netdns->watch, on_watch_closed);
	else
		free(netdns);
}

static void end(struct netdns_task *netdns, const struct err *err)
{
	struct task *task = netdns->task;
	struct err kept = err ? *err : (struct err){0};

	task->netdns = NULL;
	netdns_task_free(netdns);
	task_finish(task, err ? &kept : NULL);
}

static struct netdns_task *netdns_task_new(struct task *task)
{
	struct netdns_task *netdns = xalloc(sizeof(*netdns));

	netdns->task = task;
	task->netdns = netdns;
	return netdns;
}

static void ask(struct netdns_task *netdns, const struct node *request,
	int64_t timeout_ms, control_done *done)
{
	struct task *task = netdns->task;
	const struct netdns_opts *opts = task->opts->netdns;

	netdns->control = control_ask(task->opts->loop,
		arena_printf(&task->arena, "%s/control.sock", opts->directory), request,
		timeout_ms, done, netdns);
}

static void ask_ready(struct netdns_task *netdns);

static bool may_come_yet(const struct err *err)
{
	return err->status == ENOENT || err->status == ECONNREFUSED ||
		err->status == ECONNRESET;
}

/* Who may not ask (its socket is root's) goes on without: containers then start a moment before it answers. */
static void on_ready(void *ctx, const struct node *reply, const struct err *err)
{
	struct netdns_task *netdns = ctx;

	netdns->control = NULL;
	if (reply || err->status == EACCES || err->status == EPERM)
		end(netdns, NULL);
	else if (may_come_yet(err))
		netdns->last = *err;
	else
		end(netdns, err);
}

static void ask_ready(struct netdns_task *netdns)
{
	struct task *task = netdns->task;
	struct node *request = node_map(&task->arena);

	node_set_text(&task->arena, request, "do", "ready");
	node_set_text(&task->arena, request, "network", task->filled.target);
	ask(netdns, request, (int64_t)task->action->timeout_s * MS_PER_S, on_ready);
}

static void on_directory(uv_fs_event_t *watch, const char *name, int events, int code)
{
	struct netdns_task *netdns = watch->data;

	(void)name;
	(void)events;
	(void)code;
	if (!netdns->control)
		ask_ready(netdns);
}

static void on_late(void *ctx)
{
	struct netdns_task *netdns = ctx;
	struct err err = netdns->last;

	if (!err.kind)
		err_set(&err, ERR_TIMEOUT, "netdns did not answer");
	err_wrap(&err, "network %s", netdns->task->action->label);
	end(netdns, &err);
}

/* Hears of what comes and goes beside its socket. */
static void watch(struct netdns_task *netdns, uv_fs_event_cb on_event)
{
	struct task *task = netdns->task;

	uv_fs_event_init(task->opts->loop, &netdns->watch);
	netdns->watch.data = netdns;
	netdns->watching = true;
	uv_fs_event_start(&netdns->watch, on_event, task->opts->netdns->directory, 0);
}

void task_netdns_wait(struct task *task)
{
	struct netdns_task *netdns;

	if (!task->opts->netdns) {
		task_finish(task, NULL);
		return;
	}
	netdns = netdns_task_new(task);
	timer_start(task->opts->loop, (int64_t)task->action->timeout_s * MS_PER_S,
		on_late, netdns, &netdns->timeout);
	watch(netdns, on_directory);
	ask_ready(netdns);
}

/* ---- one after another */

static void end_await(void *ctx)
{
	struct netdns_task *netdns = ctx;
	struct task *task = netdns->task;
	void (*taken)(struct task *) = netdns->taken;

	task->netdns = NULL;
	netdns_task_free(netdns);
	taken(task);
}

ino_t netdns_socket(const struct netdns_opts *opts)
{
	auto_str path = {0};
	struct stat st;

	str_printf(&path, "%s/control.sock", opts->directory);
	return stat(path.text, &st) == 0 ? st.st_ino : 0;
}

static void on_other(uv_fs_event_t *event, const char *name, int events, int code)
{
	struct netdns_task *netdns = event->data;
	ino_t now = netdns_socket(netdns->task->opts->netdns);

	(void)name;
	(void)events;
	(void)code;
	if (now && now != netdns->before)
		end_await(netdns);
}

void task_netdns_await(struct task *task, ino_t before, void (*done)(struct task *task))
{
	struct netdns_task *netdns = netdns_task_new(task);

	netdns->before = before;
	netdns->taken = done;
	timer_start(
		task->opts->loop, TAKEN_TIMEOUT_MS, end_await, netdns, &netdns->timeout);
	watch(netdns, on_other);
	on_other(&netdns->watch, NULL, 0, 0);
}

/* ---- draining */

/* Whether it heard or not: a stop goes on. */
static void on_drained(void *ctx, const struct node *reply, const struct err *err)
{
	struct netdns_task *netdns = ctx;

	(void)reply;
	(void)err;
	netdns->control = NULL;
	end(netdns, NULL);
}

void task_netdns_drain(struct task *task)
{
	struct node *request = node_map(&task->arena);
	struct node *containers = node_list(&task->arena);

	if (!task->opts->netdns) {
		task_finish(task, NULL);
		return;
	}
	node_push(&task->arena, containers, node_text(&task->arena, task->filled.target));
	node_set_text(&task->arena, request, "do", "drain");
	node_set(&task->arena, request, "containers", containers);
	ask(netdns_task_new(task), request, DRAIN_TIMEOUT_MS, on_drained);
}

static void on_forgotten(void *ctx)
{
	task_finish(ctx, NULL);
}

void task_drained_wait(struct task *task)
{
	int64_t ms = task->opts->netdns ? (int64_t)task->action->timeout_s * MS_PER_S : 0;

	timer_start(task->opts->loop, ms, on_forgotten, task, &task->timer);
}
