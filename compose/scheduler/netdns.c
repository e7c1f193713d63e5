/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name server as a container of the engine's: its image is packed out of the program that stands beside us, so
 * that no registry is needed.
 */
#include <string.h>

#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/netdns.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/task.h"
#include "engine-client/engine.h"
#include "engine-client/pack.h"

enum {
	HTTP_NOT_FOUND = 404,
	HTTP_CONFLICT = 409,
};

#define MEMORY_MAX_BYTES ((int64_t)256 << 20) /* a million names */
#define PIDS_MAX 16
#define REPOSITORY "davit-netdns"
#define VERSION_LABEL "davit.netdns"
#define HOST_LABEL "davit.netdns.host"
#define HOST_ADDRESS "127.0.0.55" /* systemd-resolved has 127.0.0.53 and .54 */
#define RESOLV_DIR "/resolv"

/* ---- the container */

struct node *netdns_texts(struct arena *arena, const char *const *items)
{
	struct node *list = node_list(arena);

	for (; *items; items++)
		node_push(arena, list, node_text(arena, *items));
	return list;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *directory_of(struct arena *arena, const char *path)
{
	return arena_strndup(arena, path, strlen(path) - strlen(base_of(path)));
}

const char *netdns_entry(struct arena *arena, const struct netdns_opts *opts)
{
	return arena_printf(arena, "/%s", base_of(opts->program));
}

static struct node *command_node(
	struct arena *arena, const struct netdns_opts *opts, bool host)
{
	const char *const words[] = {
		netdns_entry(arena, opts),
		"serve",
		"--engine",
		arena_printf(arena, "unix://%s", opts->socket),
		"--control",
		arena_printf(arena, "%s/control.sock", opts->directory),
		"--resolv",
		arena_printf(arena, RESOLV_DIR "/%s", base_of(opts->resolv)),
		host ? "--host" : NULL,
		HOST_ADDRESS,
		NULL,
	};

	return netdns_texts(arena, words);
}

static struct node *host_node(struct arena *arena, const struct netdns_opts *opts)
{
	const char *const binds[] = {
		arena_printf(arena, "%s:%s", opts->socket, opts->socket),
		arena_printf(arena, "%s:%s", opts->directory, opts->directory),
		arena_printf(
			arena, "%s:" RESOLV_DIR ":ro", directory_of(arena, opts->resolv)),
		NULL,
	};
	const char *const dropped[] = {"ALL", NULL};
	/* The first for port 53; the others are given up with what they are for, before anything is read. */
	const char *const added[] = {
		"NET_BIND_SERVICE", "SETGID", "SETUID", "SYS_CHROOT", NULL};
	const char *const security[] = {"no-new-privileges", NULL};
	struct node *restart = node_map(arena);
	struct node *host = node_map(arena);

	node_set_text(arena, restart, "Name", "always");
	node_set_text(arena, host, "NetworkMode", "host");
	node_set(arena, host, "RestartPolicy", restart);
	node_set_bool(arena, host, "ReadonlyRootfs", true);
	node_set(arena, host, "CapDrop", netdns_texts(arena, dropped));
	node_set(arena, host, "CapAdd", netdns_texts(arena, added));
	node_set(arena, host, "SecurityOpt", netdns_texts(arena, security));
	node_set_int(arena, host, "Memory", MEMORY_MAX_BYTES);
	node_set_int(arena, host, "PidsLimit", PIDS_MAX);
	node_set(arena, host, "Binds", netdns_texts(arena, binds));
	return host;
}

const char *netdns_image(struct arena *arena, const struct netdns_opts *opts)
{
	return arena_printf(arena, REPOSITORY ":%s", opts->version);
}

struct node *netdns_container(struct task *task)
{
	struct arena *arena = &task->arena;
	const struct netdns_opts *opts = task->opts->netdns;
	bool host = task->action->host;
	struct node *body = node_map(arena);
	struct node *labels = node_map(arena);

	node_set_text(arena, labels, NETDNS_USER_LABEL, "{}");
	node_set_text(arena, labels, VERSION_LABEL, opts->version);
	node_set_text_opt(arena, labels, HOST_LABEL, host ? HOST_ADDRESS : NULL);
	node_set_text(arena, body, "Image", netdns_image(arena, opts));
	node_set(arena, body, "Cmd", command_node(arena, opts, host));
	node_set(arena, body, "Labels", labels);
	node_set(arena, body, "HostConfig", host_node(arena, opts));
	return body;
}

static void on_created(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;
	bool there = reply->err && reply->status == HTTP_CONFLICT;

	task->call = NULL;
	if (reply->err && !there) {
		task_finish(task, reply->err);
		return;
	}
	task->id = there ? NETDNS_CONTAINER
			 : arena_strdup(&task->arena, node_get_text(reply->body, "Id"));
	task->call =
		engine_container_start(task->opts->engine, task->id, task_on_reply, task);
}

static void create(struct task *task)
{
	task->call = engine_container_create(task->opts->engine, NETDNS_CONTAINER, NULL,
		netdns_container(task), on_created, task);
}

static void on_old_removed(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (reply->err && reply->status != HTTP_NOT_FOUND)
		task_finish(task, reply->err);
	else
		create(task);
}

/* There may be one that does not run, or the one of another davit that does. */
static void replace(struct task *task)
{
	if (task->filled.target && task->action->running)
		task_netdns_succeed(task);
	else if (task->filled.target)
		task->call = engine_container_remove(task->opts->engine,
			task->filled.target, REMOVE_FORCE, on_old_removed, task);
	else
		create(task);
}

/* ---- the image */

static void on_imported(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (reply->err)
		task_finish(task, reply->err);
	else
		task->then(task);
}

static void import(struct task *task)
{
	const struct netdns_opts *opts = task->opts->netdns;
	struct node *changes = node_list(&task->arena);
	auto_str library_path = {0};
	struct err err = {0};

	if (!pack_program(&task->tar, &library_path, opts->program, &err)) {
		task_finish(task, &err);
		return;
	}
	node_push(&task->arena, changes,
		node_text(&task->arena,
			arena_printf(&task->arena, "ENV LD_LIBRARY_PATH=%s",
				str_text(&library_path))));
	task->call = engine_image_import(task->opts->engine,
		&(struct image_import){
			.repo = REPOSITORY,
			.tag = opts->version,
			.changes = changes,
			.tar = str_text(&task->tar),
			.len = task->tar.len,
		},
		on_imported, task);
}

static void on_image(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (!reply->err)
		task->then(task);
	else if (reply->status == HTTP_NOT_FOUND)
		import(task);
	else
		task_finish(task, reply->err);
}

void task_netdns_image(struct task *task, void (*then)(struct task *task))
{
	struct err err = {0};

	task->then = then;
	if (task->opts->netdns) {
		task->call = engine_image_inspect(task->opts->engine,
			netdns_image(&task->arena, task->opts->netdns), false, on_image,
			task);
		return;
	}
	err_set(&err, ERR_STATE, "netdns cannot run for this engine");
	task_finish(task, &err);
}

void task_netdns_start(struct task *task)
{
	task_netdns_image(task, replace);
}
