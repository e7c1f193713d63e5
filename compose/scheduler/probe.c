/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/scheduler/probe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/folder.h"
#include "compose/scheduler/netdns.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/task.h"
#include "engine-client/engine.h"

struct probe {
	struct arena arena;
	struct engine *engine;
	struct call *call;
	const char *id; /* of its container */
	bool answers;
	struct err err; /* the first thing that went wrong */
	probe_done *done;
	void *ctx;
};

/* From this label netdns knows the network, before anybody else is there. */
static const char *label_text(struct arena *arena, const struct probe_opts *opts)
{
	struct node *label = node_map(arena);
	struct node *networks = node_map(arena);
	auto_str text = {0};

	node_set_text(arena, networks, opts->name, "assist");
	node_set_text(arena, label, "domain", opts->domains->items[0]->text);
	node_set(arena, label, "networks", networks);
	json_print(&text, label, JSON_COMPACT);
	return arena_strndup(arena, str_text(&text), text.len);
}

static struct node *command_node(struct arena *arena, const struct probe_opts *opts)
{
	const char *const words[] = {netdns_entry(arena, opts->netdns), "probe",
		opts->address, arena_printf(arena, "%d", opts->timeout_s), NULL};
	struct node *command = netdns_texts(arena, words);

	for (size_t i = 0; i < opts->domains->nitems; i++)
		node_push(
			arena, command, node_text(arena, opts->domains->items[i]->text));
	return command;
}

static struct node *probe_body(struct arena *arena, const struct probe_opts *opts)
{
	struct node *body = node_map(arena);
	struct node *host = node_map(arena);
	struct node *labels = node_map(arena);

	node_set_text(arena, host, "NetworkMode", opts->network);
	node_set_text(arena, labels, NETDNS_USER_LABEL, label_text(arena, opts));
	node_set_text(arena, body, "Image", netdns_image(arena, opts->netdns));
	node_set(arena, body, "Cmd", command_node(arena, opts));
	node_set(arena, body, "Labels", labels);
	node_set(arena, body, "HostConfig", host);
	return body;
}

static void finish(struct probe *probe)
{
	probe->done(probe->ctx, probe->answers, probe->err.kind ? &probe->err : NULL);
	probe_free(probe);
}

static bool keep_error(struct probe *probe, const struct reply *reply)
{
	probe->call = NULL;
	if (reply->err && !probe->err.kind)
		probe->err = *reply->err;
	return reply->err != NULL;
}

static void on_removed(void *ctx, const struct reply *reply)
{
	(void)reply; /* what it said counts, not what becomes of it */
	((struct probe *)ctx)->call = NULL;
	finish(ctx);
}

static void clear_away(struct probe *probe)
{
	probe->call = engine_container_remove(
		probe->engine, probe->id, REMOVE_FORCE, on_removed, probe);
}

static void on_ended(void *ctx, const struct reply *reply)
{
	struct probe *probe = ctx;

	if (!keep_error(probe, reply))
		probe->answers = node_get_int(reply->body, "StatusCode", 1) == 0;
	clear_away(probe);
}

static void on_started(void *ctx, const struct reply *reply)
{
	struct probe *probe = ctx;

	if (keep_error(probe, reply))
		clear_away(probe);
	else
		probe->call = engine_container_wait(
			probe->engine, probe->id, "not-running", on_ended, probe);
}

static void on_created(void *ctx, const struct reply *reply)
{
	struct probe *probe = ctx;

	if (keep_error(probe, reply)) {
		finish(probe);
		return;
	}
	probe->id = arena_strdup(&probe->arena, node_get_text(reply->body, "Id"));
	probe->call = engine_container_start(probe->engine, probe->id, on_started, probe);
}

struct probe *probe_start(const struct probe_opts *opts, probe_done *done, void *ctx)
{
	struct probe *probe = xalloc(sizeof(*probe));

	probe->engine = opts->engine;
	probe->done = done;
	probe->ctx = ctx;
	probe->call = engine_container_create(opts->engine, NULL, NULL,
		probe_body(&probe->arena, opts), on_created, probe);
	return probe;
}

void probe_free(struct probe *probe)
{
	if (!probe)
		return;
	if (probe->call)
		engine_cancel(probe->call);
	arena_finish(&probe->arena);
	free(probe);
}

/* ---- what is remembered */

static void add_path(struct str *out, const char *directory, const char *network_id)
{
	str_printf(out, "%s/probed/%s", directory, network_id);
}

void probe_remember(
	const struct netdns_opts *netdns, const char *network_id, bool answers)
{
	auto_str path = {0};
	struct err err = {0};
	int fd;

	add_path(&path, netdns->directory, "");
	if (!folder_make(path.text, 0755, &err))
		return;
	str_clear(&path);
	add_path(&path, netdns->directory, network_id);
	if (!answers) {
		unlink(path.text);
		return;
	}
	fd = open(path.text, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
}

bool probe_remembers(const char *directory, const char *network_id)
{
	auto_str path = {0};

	add_path(&path, directory, network_id);
	return access(path.text, F_OK) == 0;
}

/* ---- as an action */

static void on_probed(void *ctx, bool answers, const struct err *why)
{
	struct task *task = ctx;
	const char *address = node_get_text(task->filled.body, "address");
	struct err err = why ? *why : (struct err){0};

	task->probe = NULL;
	if (!why)
		probe_remember(task->opts->netdns, task->filled.target, answers);
	if (answers)
		task->id = address;
	else if (!why)
		err_set(&err, ERR_STATE,
			"containers get no answer from %s%s; this tells what would mend "
			"it: davit netdns doctor",
			address,
			task->action->on_fail == FAIL_WARN ? ", and are made with dns off"
							   : "");
	task_finish(task, answers ? NULL : &err);
}

static void probe(struct task *task)
{
	const struct node *body = task->filled.body;

	task->probe = probe_start(
		&(struct probe_opts){
			.engine = task->opts->engine,
			.netdns = task->opts->netdns,
			.network = task->filled.target,
			.name = node_get_text(body, "network"),
			.address = node_get_text(body, "address"),
			.domains = node_get(body, "domains"),
			.timeout_s = task->action->timeout_s,
		},
		on_probed, task);
}

/* The netdns that runs may be one in the foreground, for which there is no image. */
void task_netdns_probe(struct task *task)
{
	task_netdns_image(task, probe);
}
