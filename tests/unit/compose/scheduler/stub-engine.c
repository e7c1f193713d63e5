/* SPDX-License-Identifier: Apache-2.0 */
/* Calls are a list of texts; the test ends them. */
#include "tests/unit/compose/scheduler/stub-engine.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/scheduler/timer.h"
#include "engine-client/credentials.h"
#include "engine-client/engine.h"
#include "tests/unit/test.h"

enum { MAX_CALLS = 8192 };

struct call {
	struct engine *engine;
	char *text;
	char *body;
	bool changing;
	bool ended;
	bool cancelled;
	bool paused;
	void (*ready)(void *ctx);
	long (*read)(void *ctx, void *buffer, size_t room);
	engine_record *record;
	engine_data *data;
	engine_done *done;
	void *ctx;
};

struct engine {
	struct call *calls[MAX_CALLS];
	size_t ncalls;
	size_t nchanging; /* under way */
	size_t most_changing;
	int64_t clock_s;
	struct str log;
	struct uv_loop_s *served; /* NULL: the test ends the calls */
	struct timer *serve;
};

struct engine *stub_engine_new(void)
{
	struct engine *engine = xalloc(sizeof(*engine));

	engine->clock_s = 1000;
	return engine;
}

void stub_engine_free(struct engine *engine)
{
	timer_stop(&engine->serve);
	for (size_t i = 0; i < engine->ncalls; i++) {
		assert_true(engine->calls[i]->ended);
		free(engine->calls[i]->text);
		free(engine->calls[i]->body);
		free(engine->calls[i]);
	}
	str_finish(&engine->log);
	free(engine);
}

static void end(struct call *call)
{
	assert_false(call->ended);
	call->ended = true;
	if (call->changing)
		call->engine->nchanging--;
}

static void reply_with(struct call *call, const struct reply *reply)
{
	end(call);
	call->done(call->ctx, reply);
}

static void serve_one(struct call *call)
{
	struct arena arena = {0};
	struct node *body = node_map(&arena);
	struct reply reply = {.status = 200, .body = body, .arena = &arena};
	const char *name = strchr(call->text, ' ') + 1;

	node_set_text(&arena, body, "Id", arena_printf(&arena, "id-%s", name));
	reply_with(call, &reply);
	arena_finish(&arena);
}

static void serve(void *ctx)
{
	struct engine *engine = ctx;
	size_t n = engine->ncalls;

	for (size_t i = 0; i < n; i++)
		if (!engine->calls[i]->ended && engine->calls[i]->changing)
			serve_one(engine->calls[i]);
}

static struct call *make(
	struct engine *engine, bool changing, const char *verb, const char *what)
{
	struct call *call = xalloc(sizeof(*call));
	auto_str text = {0};

	str_printf(&text, what ? "%s %s" : "%s", verb, what);
	call->engine = engine;
	call->text = str_take(&text);
	call->changing = changing;
	assert_true(engine->ncalls < MAX_CALLS);
	engine->calls[engine->ncalls++] = call;
	if (!changing)
		return call;
	str_printf(&engine->log, engine->log.len ? ", %s" : "%s", call->text);
	if (++engine->nchanging > engine->most_changing)
		engine->most_changing = engine->nchanging;
	if (engine->served && !engine->serve)
		timer_start(engine->served, 0, serve, engine, &engine->serve);
	return call;
}

static struct call *ends_by(struct call *call, engine_done *done, void *ctx)
{
	call->done = done;
	call->ctx = ctx;
	return call;
}

static void keep_body(struct call *call, const struct node *body)
{
	auto_str text = {0};

	if (!body)
		return;
	json_print(&text, body, JSON_COMPACT);
	call->body = str_take(&text);
}

size_t stub_under_way(const struct engine *engine, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < engine->ncalls; i++)
		n += !engine->calls[i]->ended &&
			text_starts(engine->calls[i]->text, text);
	return n;
}

size_t stub_made(const struct engine *engine)
{
	return engine->ncalls;
}

size_t stub_most_changing(const struct engine *engine)
{
	return engine->most_changing;
}

const char *stub_log(struct engine *engine)
{
	return str_text(&engine->log);
}

const char *stub_body(struct engine *engine, const char *text)
{
	for (size_t i = engine->ncalls; i-- > 0;)
		if (!strcmp(engine->calls[i]->text, text))
			return engine->calls[i]->body;
	fail_msg("no call was \"%s\"", text);
	return NULL;
}

static struct call *find(const struct engine *engine, const char *text)
{
	for (size_t i = 0; i < engine->ncalls; i++)
		if (!engine->calls[i]->ended && !strcmp(engine->calls[i]->text, text))
			return engine->calls[i];
	fail_msg("no call under way is \"%s\"; so far: %s", text, str_text(&engine->log));
	return NULL;
}

static struct node *parse(struct arena *arena, const char *json)
{
	struct node *node = NULL;
	struct err err = {0};

	if (!json_parse(arena, json, strlen(json), &node, &err))
		fail_msg("%s: %s", err.text, json);
	return node;
}

void stub_reply(struct engine *engine, const char *text, const char *json)
{
	struct arena arena = {0};
	struct reply reply = {.status = 200, .arena = &arena};

	reply.body = json ? parse(&arena, json) : NULL;
	reply_with(find(engine, text), &reply);
	arena_finish(&arena);
}

void stub_fail(struct engine *engine, const char *text, enum err_kind kind, int status,
	const char *message)
{
	struct err err = {0};
	struct reply reply = {.status = status, .err = &err};

	err_set(&err, kind, "%s", message);
	err.status = status;
	reply_with(find(engine, text), &reply);
}

void stub_cut(struct engine *engine)
{
	size_t n = engine->ncalls;

	for (size_t i = 0; i < n; i++)
		if (!engine->calls[i]->ended)
			stub_fail(engine, engine->calls[i]->text, ERR_CONNECTION, 0,
				"the engine went away");
}

void stub_serve(struct engine *engine, struct uv_loop_s *loop)
{
	engine->served = loop;
}

void stub_ready(struct engine *engine, const char *text)
{
	struct call *call = find(engine, text);

	call->ready(call->ctx);
}

void stub_record(struct engine *engine, const char *text, const char *json)
{
	struct call *call = find(engine, text);
	struct arena arena = {0};

	call->record(call->ctx, parse(&arena, json));
	arena_finish(&arena);
}

void stub_data(struct engine *engine, const char *text, int fd, const char *data)
{
	struct call *call = find(engine, text);

	call->data(call->ctx, fd, data, strlen(data));
}

size_t stub_read(struct engine *engine, const char *text)
{
	struct call *call = find(engine, text);
	char buffer[4096];
	size_t total = 0;
	long n;

	while ((n = call->read(call->ctx, buffer, sizeof(buffer))) > 0)
		total += (size_t)n;
	assert_true(n == 0);
	return total;
}

bool stub_is_paused(const struct engine *engine, const char *text)
{
	return find(engine, text)->paused;
}

void stub_set_clock(struct engine *engine, int64_t clock_s)
{
	engine->clock_s = clock_s;
}

/* From here on: engine.h. */

const char *engine_api_version(const struct engine *engine)
{
	(void)engine;
	return "1.41";
}

bool engine_api_at_least(const struct engine *engine, int major, int minor)
{
	(void)engine;
	return major < 1 || (major == 1 && minor <= 41);
}

int engine_builder_version(const struct engine *engine)
{
	(void)engine;
	return 1;
}

int64_t engine_clock_s(const struct engine *engine)
{
	return engine->clock_s;
}

void engine_cancel(struct call *call)
{
	end(call);
	call->cancelled = true;
}

void engine_pause(struct call *call, bool paused)
{
	call->paused = paused;
}

struct call *engine_ping(struct engine *engine, engine_done *done, void *ctx)
{
	return ends_by(make(engine, false, "ping", NULL), done, ctx);
}

struct call *engine_info(struct engine *engine, engine_done *done, void *ctx)
{
	return ends_by(make(engine, false, "info", NULL), done, ctx);
}

#define READ_BY_ID(function, verb)                                                   \
	struct call *function(                                                       \
		struct engine *engine, const char *id, engine_done *done, void *ctx) \
	{                                                                            \
		return ends_by(make(engine, false, verb, id), done, ctx);            \
	}

#define CHANGE_BY_ID(function, verb)                                                 \
	struct call *function(                                                       \
		struct engine *engine, const char *id, engine_done *done, void *ctx) \
	{                                                                            \
		return ends_by(make(engine, true, verb, id), done, ctx);             \
	}

READ_BY_ID(engine_container_inspect, "inspect")
READ_BY_ID(engine_network_inspect, "inspect-network")
READ_BY_ID(engine_exec_inspect, "inspect-exec")
CHANGE_BY_ID(engine_container_start, "start")
CHANGE_BY_ID(engine_network_remove, "remove-network")

static struct call *list(
	struct engine *engine, const char *what, const struct node *filters)
{
	struct call *call = make(engine, false, "list", what);

	keep_body(call, filters);
	return call;
}

struct call *engine_container_list(struct engine *engine, bool all,
	const struct node *filters, engine_done *done, void *ctx)
{
	(void)all;
	return ends_by(list(engine, "containers", filters), done, ctx);
}

struct call *engine_network_list(
	struct engine *engine, const struct node *filters, engine_done *done, void *ctx)
{
	return ends_by(list(engine, "networks", filters), done, ctx);
}

struct call *engine_volume_list(
	struct engine *engine, const struct node *filters, engine_done *done, void *ctx)
{
	return ends_by(list(engine, "volumes", filters), done, ctx);
}

struct call *engine_image_list(struct engine *engine, const struct node *filters,
	bool manifests, engine_done *done, void *ctx)
{
	(void)manifests;
	return ends_by(list(engine, "images", filters), done, ctx);
}

struct call *engine_container_create(struct engine *engine, const char *name,
	const char *platform, const struct node *body, engine_done *done, void *ctx)
{
	struct call *call = make(engine, true, "create", name);

	(void)platform;
	keep_body(call, body);
	return ends_by(call, done, ctx);
}

struct call *engine_network_create(
	struct engine *engine, const struct node *body, engine_done *done, void *ctx)
{
	struct call *call =
		make(engine, true, "create-network", node_get_text(body, "Name"));

	keep_body(call, body);
	return ends_by(call, done, ctx);
}

struct call *engine_volume_create(
	struct engine *engine, const struct node *body, engine_done *done, void *ctx)
{
	return ends_by(make(engine, true, "create-volume", node_get_text(body, "Name")),
		done, ctx);
}

struct call *engine_network_connect(struct engine *engine, const char *id,
	const struct node *body, engine_done *done, void *ctx)
{
	struct call *call = make(engine, true, "connect", id);

	keep_body(call, body);
	return ends_by(call, done, ctx);
}

struct call *engine_network_disconnect(struct engine *engine, const char *id,
	const struct node *body, engine_done *done, void *ctx)
{
	(void)body;
	return ends_by(make(engine, true, "disconnect", id), done, ctx);
}

struct call *engine_container_stop(struct engine *engine, const char *id, int timeout_s,
	engine_done *done, void *ctx)
{
	(void)timeout_s;
	return ends_by(make(engine, true, "stop", id), done, ctx);
}

struct call *engine_container_restart(struct engine *engine, const char *id,
	int timeout_s, engine_done *done, void *ctx)
{
	(void)timeout_s;
	return ends_by(make(engine, true, "restart", id), done, ctx);
}

struct call *engine_container_kill(struct engine *engine, const char *id,
	const char *signal, engine_done *done, void *ctx)
{
	(void)signal;
	return ends_by(make(engine, true, "kill", id), done, ctx);
}

struct call *engine_container_rename(struct engine *engine, const char *id,
	const char *name, engine_done *done, void *ctx)
{
	(void)name;
	return ends_by(make(engine, true, "rename", id), done, ctx);
}

struct call *engine_container_pause(
	struct engine *engine, const char *id, bool paused, engine_done *done, void *ctx)
{
	return ends_by(make(engine, true, paused ? "pause" : "unpause", id), done, ctx);
}

struct call *engine_container_remove(struct engine *engine, const char *id,
	unsigned flags, engine_done *done, void *ctx)
{
	(void)flags;
	return ends_by(make(engine, true, "remove", id), done, ctx);
}

struct call *engine_container_wait(struct engine *engine, const char *id,
	const char *condition, engine_done *done, void *ctx)
{
	return ends_by(make(engine, false, condition, id), done, ctx);
}

struct call *engine_container_put_archive(struct engine *engine, const char *id,
	const char *path, const void *tar, size_t len, engine_done *done, void *ctx)
{
	(void)path;
	(void)tar;
	(void)len;
	return ends_by(make(engine, true, "put", id), done, ctx);
}

struct call *engine_volume_remove(
	struct engine *engine, const char *name, bool force, engine_done *done, void *ctx)
{
	(void)force;
	return ends_by(make(engine, true, "remove-volume", name), done, ctx);
}

struct call *engine_image_remove(
	struct engine *engine, const char *ref, bool force, engine_done *done, void *ctx)
{
	(void)force;
	return ends_by(make(engine, true, "remove-image", ref), done, ctx);
}

struct call *engine_image_inspect(struct engine *engine, const char *ref, bool manifests,
	engine_done *done, void *ctx)
{
	(void)manifests;
	return ends_by(make(engine, false, "inspect-image", ref), done, ctx);
}

struct call *engine_image_tag(struct engine *engine, const char *ref, const char *repo,
	const char *tag, engine_done *done, void *ctx)
{
	(void)repo;
	(void)tag;
	return ends_by(make(engine, true, "tag", ref), done, ctx);
}

struct call *engine_image_pull(struct engine *engine, const char *ref,
	const char *platform, const char *registry_auth, engine_record *record,
	engine_done *done, void *ctx)
{
	struct call *call = make(engine, true, "pull", ref);

	(void)platform;
	(void)registry_auth;
	call->record = record;
	return ends_by(call, done, ctx);
}

struct call *engine_image_import(struct engine *engine, const struct image_import *what,
	engine_done *done, void *ctx)
{
	return ends_by(make(engine, true, "import", what->repo), done, ctx);
}

struct call *engine_image_push(struct engine *engine, const char *ref,
	const char *registry_auth, engine_record *record, engine_done *done, void *ctx)
{
	struct call *call = make(engine, true, "push", ref);

	(void)registry_auth;
	call->record = record;
	return ends_by(call, done, ctx);
}

struct call *engine_build(struct engine *engine, const struct build_opts *opts)
{
	struct call *call =
		make(engine, true, "build", node_get(opts->query, "t")->items[0]->text);

	keep_body(call, opts->query);
	call->read = opts->read;
	call->record = opts->record;
	return ends_by(call, opts->done, opts->ctx);
}

struct call *engine_exec_create(struct engine *engine, const char *container,
	const struct node *body, engine_done *done, void *ctx)
{
	struct call *call = make(engine, true, "exec", container);

	keep_body(call, body);
	return ends_by(call, done, ctx);
}

struct call *engine_exec_start(struct engine *engine, const char *id, bool detach,
	bool tty, engine_data *data, engine_done *done, void *ctx)
{
	struct call *call = make(engine, true, "start-exec", id);

	(void)detach;
	(void)tty;
	call->data = data;
	return ends_by(call, done, ctx);
}

struct call *engine_container_logs(struct engine *engine, const char *id,
	const struct log_opts *opts, engine_data *data, engine_done *done, void *ctx)
{
	struct call *call = make(engine, false, "logs", id);
	auto_str text = {0};

	str_printf(&text, "since=%s tail=%s", opts->since ? opts->since : "",
		opts->tail ? opts->tail : "");
	call->body = str_take(&text);
	call->data = data;
	return ends_by(call, done, ctx);
}

struct call *engine_container_attach(struct engine *engine, const char *id, bool tty,
	void (*ready)(void *ctx), engine_data *data, engine_done *done, void *ctx)
{
	struct call *call = make(engine, false, "attach", id);

	(void)tty;
	call->ready = ready;
	call->data = data;
	return ends_by(call, done, ctx);
}

struct call *engine_events(struct engine *engine, int64_t since_s,
	const struct node *filters, void (*ready)(void *ctx), engine_record *record,
	engine_done *done, void *ctx)
{
	struct call *call = make(engine, false, "events", NULL);
	auto_str text = {0};

	(void)filters;
	str_printf(&text, "since=%lld", (long long)since_s);
	call->body = str_take(&text);
	call->ready = ready;
	call->record = record;
	return ends_by(call, done, ctx);
}

/* Credentials: nobody has any. */

void credentials_find(struct credentials *credentials, const char *ref,
	credentials_done *done, void *ctx)
{
	(void)credentials;
	(void)ref;
	done(ctx, NULL, NULL);
}

void credentials_all(struct credentials *credentials, credentials_done *done, void *ctx)
{
	(void)credentials;
	done(ctx, NULL, NULL);
}
