/* SPDX-License-Identifier: Apache-2.0 */
/* Engine API, "Container" and "Exec": one function a call. */
#include "base/node.h"
#include "engine-client/call.h"

struct call *engine_container_list(struct engine *engine, bool all,
	const struct node *filters, engine_done *done, void *ctx)
{
	struct call *call = call_new_read(engine, "GET /containers/json");

	call_query_flag(call, "all", all);
	call_query_filters(call, filters);
	return call_start(call, done, ctx);
}

struct call *engine_container_inspect(
	struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	return call_start(
		call_new_read(engine, "GET /containers/{}/json", id), done, ctx);
}

struct call *engine_container_create(struct engine *engine, const char *name,
	const char *platform, const struct node *body, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /containers/create");

	call_query(call, "name", name);
	call_query(call, "platform", platform);
	call_body(call, body);
	return call_start(call, done, ctx);
}

struct call *engine_container_start(
	struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	return call_start(call_new(engine, "POST /containers/{}/start", id), done, ctx);
}

static struct call *stop(struct call *call, int timeout_s, engine_done *done, void *ctx)
{
	if (timeout_s >= 0)
		call_query_int(call, "t", timeout_s);
	return call_start(call, done, ctx);
}

struct call *engine_container_stop(struct engine *engine, const char *id, int timeout_s,
	engine_done *done, void *ctx)
{
	return stop(
		call_new(engine, "POST /containers/{}/stop", id), timeout_s, done, ctx);
}

struct call *engine_container_restart(struct engine *engine, const char *id,
	int timeout_s, engine_done *done, void *ctx)
{
	return stop(call_new(engine, "POST /containers/{}/restart", id), timeout_s, done,
		ctx);
}

struct call *engine_container_kill(struct engine *engine, const char *id,
	const char *signal, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /containers/{}/kill", id);

	call_query(call, "signal", signal);
	return call_start(call, done, ctx);
}

struct call *engine_container_rename(struct engine *engine, const char *id,
	const char *name, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /containers/{}/rename", id);

	call_query(call, "name", name);
	return call_start(call, done, ctx);
}

struct call *engine_container_pause(
	struct engine *engine, const char *id, bool paused, engine_done *done, void *ctx)
{
	const char *endpoint =
		paused ? "POST /containers/{}/pause" : "POST /containers/{}/unpause";

	return call_start(call_new(engine, endpoint, id), done, ctx);
}

struct call *engine_container_remove(struct engine *engine, const char *id,
	unsigned flags, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "DELETE /containers/{}", id);

	call_query_flag(call, "force", flags & REMOVE_FORCE);
	call_query_flag(call, "v", flags & REMOVE_VOLUMES);
	return call_start(call, done, ctx);
}

struct call *engine_container_wait(struct engine *engine, const char *id,
	const char *condition, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /containers/{}/wait", id);

	call_query(call, "condition", condition);
	return call_start(call, done, ctx);
}

static struct call *resize(
	struct call *call, int rows, int columns, engine_done *done, void *ctx)
{
	call_query_int(call, "h", rows);
	call_query_int(call, "w", columns);
	return call_start(call, done, ctx);
}

struct call *engine_container_resize(struct engine *engine, const char *id, int rows,
	int columns, engine_done *done, void *ctx)
{
	return resize(call_new(engine, "POST /containers/{}/resize", id), rows, columns,
		done, ctx);
}

struct call *engine_container_top(
	struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	return call_start(call_new_read(engine, "GET /containers/{}/top", id), done, ctx);
}

struct call *engine_container_put_archive(struct engine *engine, const char *id,
	const char *path, const void *tar, size_t len, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "PUT /containers/{}/archive", id);

	call_query(call, "path", path);
	call_header(call, "Content-Type", "application/x-tar");
	call_header(call, "Expect", "");
	call->raw_body = tar;
	call->raw_body_bytes = len;
	return call_start(call, done, ctx);
}

struct call *engine_container_logs(struct engine *engine, const char *id,
	const struct log_opts *opts, engine_data *data, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "GET /containers/{}/logs", id);

	call_query_flag(call, "stdout", true);
	call_query_flag(call, "stderr", true);
	call_query_flag(call, "follow", opts->follow);
	call_query_flag(call, "timestamps", opts->timestamps);
	call_query(call, "since", opts->since);
	call_query(call, "until", opts->until);
	call_query(call, "tail", opts->tail);
	call_output(call, opts->tty, data);
	return call_start(call, done, ctx);
}

struct call *engine_container_attach(struct engine *engine, const char *id, bool tty,
	void (*ready)(void *ctx), engine_data *data, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /containers/{}/attach", id);

	call_query_flag(call, "stream", true);
	call_query_flag(call, "stdout", true);
	call_query_flag(call, "stderr", true);
	call_output(call, tty, data);
	call->ready = ready;
	return call_start(call, done, ctx);
}

struct call *engine_exec_create(struct engine *engine, const char *container,
	const struct node *body, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /containers/{}/exec", container);

	call_body(call, body);
	return call_start(call, done, ctx);
}

struct call *engine_exec_inspect(
	struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	return call_start(call_new_read(engine, "GET /exec/{}/json", id), done, ctx);
}

struct call *engine_exec_resize(struct engine *engine, const char *id, int rows,
	int columns, engine_done *done, void *ctx)
{
	return resize(
		call_new(engine, "POST /exec/{}/resize", id), rows, columns, done, ctx);
}

struct node *exec_start_body(struct arena *arena, bool detach, bool tty)
{
	struct node *body = node_map(arena);

	node_set_bool(arena, body, "Detach", detach);
	node_set_bool(arena, body, "Tty", tty);
	return body;
}

struct call *engine_exec_start(struct engine *engine, const char *id, bool detach,
	bool tty, engine_data *data, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /exec/{}/start", id);

	call_body(call, exec_start_body(&call->arena, detach, tty));
	if (!detach)
		call_output(call, tty, data);
	return call_start(call, done, ctx);
}
