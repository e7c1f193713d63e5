/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: where it is, which version it speaks, and the calls that ask about itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/node.h"
#include "engine-client/call.h"
#include "engine-client/curl-start.h"

#define API_OLDEST_MINOR 41
#define API_NEWEST_MINOR 51

/* Plain reads sent at once. Changing calls are bounded by whoever makes them, streams by
 * nobody. */
#define READS_AT_ONCE 32
#define READS_AT_ONCE_SSH \
	6 /* each is an ssh; sshd refuses more than ten unborn sessions */

static const char default_host[] = "unix:///var/run/docker.sock";

static bool parse_version(const char *text, int *out_major, int *out_minor)
{
	int end = 0;

	return sscanf(text, "%d.%d%n", out_major, out_minor, &end) == 2 && !text[end];
}

static bool pin_version(struct engine *engine, struct err *err)
{
	const char *pin = engine->opts.api_version;

	if (!pin || !*pin)
		return true;
	pin += *pin == 'v';
	if (!parse_version(pin, &engine->api_major, &engine->api_minor) ||
		strlen(pin) >= sizeof(engine->api_version))
		return err_set(
			err, ERR_INPUT, "not an API version, like 1.41: \"%s\"", pin);
	snprintf(engine->api_version, sizeof(engine->api_version), "%s", pin);
	return true;
}

static bool has_tls(const struct engine_opts *opts)
{
	return opts->tls || opts->tls_verify || opts->tls_ca_path || opts->tls_cert_path;
}

static bool choose_target(struct engine *engine, struct err *err)
{
	const char *host = engine->opts.host;

	engine->base_url = "http://localhost";
	engine->max_bounded = READS_AT_ONCE;
	if (text_starts(host, "unix://")) {
		engine->unix_path = host + strlen("unix://");
	} else if (text_starts(host, "tcp://")) {
		engine->base_url = arena_printf(&engine->arena, "%s://%s",
			has_tls(&engine->opts) ? "https" : "http",
			host + strlen("tcp://"));
	} else if (text_starts(host, "ssh://")) {
		engine->max_bounded = READS_AT_ONCE_SSH;
		engine->ssh = ssh_new(engine->loop, host, err);
		return engine->ssh;
	} else {
		return err_set(err, ERR_INPUT,
			"not the address of an engine: \"%s\"; unix://, tcp:// and "
			"ssh:// are",
			host);
	}
	return true;
}

static void keep_opts(struct engine *engine, const struct engine_opts *opts)
{
	struct arena *arena = &engine->arena;

	engine->opts = *opts;
	engine->opts.host = arena_strdup(
		arena, opts->host && *opts->host ? opts->host : default_host);
	engine->opts.tls_ca_path = arena_strdup(arena, opts->tls_ca_path);
	engine->opts.tls_cert_path = arena_strdup(arena, opts->tls_cert_path);
	engine->opts.tls_key_path = arena_strdup(arena, opts->tls_key_path);
	engine->opts.api_version = arena_strdup(arena, opts->api_version);
	engine->opts.user_agent = arena_strdup(arena, opts->user_agent);
}

/* Without "Expect:" libcurl waits a second for a 100 Continue before larger bodies. */
static void make_headers(struct engine *engine)
{
	engine->plain_headers = curl_slist_append(engine->plain_headers, "Expect:");
	engine->plain_headers = curl_slist_append(engine->plain_headers, "Content-Type:");
	engine->json_headers = curl_slist_append(engine->json_headers, "Expect:");
	engine->json_headers =
		curl_slist_append(engine->json_headers, "Content-Type: application/json");
}

static void destroy(struct engine *engine)
{
	ssh_free(engine->ssh);
	curl_slist_free_all(engine->plain_headers);
	curl_slist_free_all(engine->json_headers);
	arena_finish(&engine->arena);
	free(engine);
	curl_global_cleanup();
}

struct engine *engine_new(
	struct uv_loop_s *loop, const struct engine_opts *opts, struct err *err)
{
	struct engine *engine = xalloc(sizeof(*engine));

	curl_start(has_tls(opts));
	engine->loop = loop;
	keep_opts(engine, opts);
	make_headers(engine);
	if (!pin_version(engine, err) || !choose_target(engine, err) ||
		!multi_open(engine, err)) {
		destroy(engine);
		return NULL;
	}
	return engine;
}

void engine_free(struct engine *engine)
{
	if (engine)
		multi_close(engine, destroy);
}

const char *engine_host(const struct engine *engine)
{
	return engine->opts.host;
}

const char *engine_api_version(const struct engine *engine)
{
	return engine->api_version;
}

bool engine_api_at_least(const struct engine *engine, int major, int minor)
{
	return engine->api_major > major ||
		(engine->api_major == major && engine->api_minor >= minor);
}

int engine_builder_version(const struct engine *engine)
{
	return engine->builder_version;
}

int64_t engine_clock_s(const struct engine *engine)
{
	return engine->clock_s;
}

void engine_cancel(struct call *call)
{
	multi_cancel(call);
}

void engine_on_ready(struct call *call, void (*ready)(void *ctx))
{
	call->ready = ready;
}

void engine_pause(struct call *call, bool paused)
{
	struct engine *engine = call->engine;
	bool was_in_curl = engine->in_curl;

	if (call->paused == paused || !call_is_running(call))
		return;
	call->paused = paused;
	if (call->stream) {
		stream_pause(call, paused);
		return;
	}
	engine->in_curl = true; /* going on may deliver at once what had been held back */
	curl_easy_pause(call->easy, paused ? CURLPAUSE_RECV : CURLPAUSE_CONT);
	engine->in_curl = was_in_curl;
	multi_kick(engine);
}

/* The newest version that both sides know. */
static bool settle_version(struct call *call)
{
	struct engine *engine = call->engine;

	if (*engine->api_version)
		return true;
	if (!engine->api_major)
		return err_set(&call->err, ERR_CONNECTION,
			"what answers at %s is not an engine", engine_host(engine));
	if (!engine_api_at_least(engine, 1, API_OLDEST_MINOR))
		return err_set(&call->err, ERR_ENGINE,
			"the engine speaks API %d.%d; 1.%d (Docker 20.10) is the oldest "
			"that will do",
			engine->api_major, engine->api_minor, API_OLDEST_MINOR);
	if (engine_api_at_least(engine, 1, API_NEWEST_MINOR)) {
		engine->api_major = 1;
		engine->api_minor = API_NEWEST_MINOR;
	}
	snprintf(engine->api_version, sizeof(engine->api_version), "%d.%d",
		engine->api_major, engine->api_minor);
	return true;
}

struct call *engine_ping(struct engine *engine, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "GET /_ping");

	call->settle = settle_version;
	return call_start(call, done, ctx);
}

struct call *engine_info(struct engine *engine, engine_done *done, void *ctx)
{
	return call_start(call_new_read(engine, "GET /info"), done, ctx);
}

struct call *engine_version(struct engine *engine, engine_done *done, void *ctx)
{
	return call_start(call_new_read(engine, "GET /version"), done, ctx);
}

struct call *engine_events(struct engine *engine, int64_t since_s,
	const struct node *filters, void (*ready)(void *ctx), engine_record *record,
	engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "GET /events");

	if (since_s > 0)
		call_query_int(call, "since", since_s);
	call_query_filters(call, filters);
	call_records(call, ENGINE_LINE_MAX_BYTES, record);
	call->ready = ready;
	return call_start(call, done, ctx);
}
