/* SPDX-License-Identifier: Apache-2.0 */
/* A call's life apart from its transfer: written down, its answer taken, ended. */
#include "engine-client/call.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/node.h"
#include "engine-client/failure.h"

bool call_is_refused(const struct call *call)
{
	return call->status >= 300 && call->status != 304;
}

static void list_add(struct call_list *list, struct call *call)
{
	call->prev = list->last;
	call->next = NULL;
	if (list->last)
		list->last->next = call;
	else
		list->first = call;
	list->last = call;
}

static void list_remove(struct call_list *list, struct call *call)
{
	if (call->prev)
		call->prev->next = call->next;
	else
		list->first = call->next;
	if (call->next)
		call->next->prev = call->prev;
	else
		list->last = call->prev;
}

void call_move(struct call *call, struct call_list *list)
{
	if (call->list)
		list_remove(call->list, call);
	call->list = list;
	if (list)
		list_add(list, call);
}

bool call_is_running(const struct call *call)
{
	return call->list == &call->engine->running;
}

/* RFC 3986 2.3; keep: also left as they are. */
static void add_escaped(struct str *str, const char *text, const char *keep)
{
	for (const char *p = text; *p; p++)
		if (isalnum((unsigned char)*p) || strchr("-._~", *p) || strchr(keep, *p))
			str_add_c(str, *p);
		else
			str_printf(str, "%%%02X", (unsigned char)*p);
}

static void add_path(struct call *call, const char *path, va_list texts)
{
	const char *gap;

	while ((gap = strstr(path, "{}"))) {
		str_add_n(&call->target, path, (size_t)(gap - path));
		add_escaped(&call->target, va_arg(texts, const char *), "/:@");
		path = gap + 2;
	}
	str_add(&call->target, path);
}

static struct call *new_call(struct engine *engine, const char *endpoint, va_list texts)
{
	struct call *call = xalloc(sizeof(*call));
	size_t method_bytes = strcspn(endpoint, " ");

	call->engine = engine;
	call->method = arena_strndup(&call->arena, endpoint, method_bytes);
	if (*engine->api_version)
		str_printf(&call->target, "/v%s", engine->api_version);
	add_path(call, endpoint + method_bytes + 1, texts);
	return call;
}

struct call *call_new(struct engine *engine, const char *endpoint, ...)
{
	struct call *call;
	va_list texts;

	va_start(texts, endpoint);
	call = new_call(engine, endpoint, texts);
	va_end(texts);
	return call;
}

struct call *call_new_read(struct engine *engine, const char *endpoint, ...)
{
	struct call *call;
	va_list texts;

	va_start(texts, endpoint);
	call = new_call(engine, endpoint, texts);
	va_end(texts);
	call->bounded = true;
	return call;
}

void call_query(struct call *call, const char *key, const char *value)
{
	if (!value)
		return;
	str_add_c(&call->target, call->has_query ? '&' : '?');
	call->has_query = true;
	str_add(&call->target, key);
	str_add_c(&call->target, '=');
	add_escaped(&call->target, value, "/:@,");
}

void call_query_flag(struct call *call, const char *key, bool yes)
{
	call_query(call, key, yes ? "1" : NULL);
}

void call_query_int(struct call *call, const char *key, int64_t value)
{
	call_query(call, key, arena_printf(&call->arena, "%" PRId64, value));
}

/* The API's own form is {"label": {"a=b": true}}; the lists that people write are its
 * legacy form. */
void call_query_filters(struct call *call, const struct node *filters)
{
	struct node *all = node_map(&call->arena);
	auto_str json = {0};

	if (!filters || !filters->npairs)
		return;
	for (size_t i = 0; i < filters->npairs; i++) {
		const struct node *list = filters->pairs[i].value;
		struct node *set = node_map(&call->arena);

		for (size_t j = 0; j < list->nitems; j++)
			node_set_bool(&call->arena, set, list->items[j]->text, true);
		node_set(&call->arena, all, filters->pairs[i].key, set);
	}
	json_print(&json, all, JSON_COMPACT);
	call_query(call, "filters", str_text(&json));
}

void call_body(struct call *call, const struct node *body)
{
	if (body)
		json_print(&call->body, body, JSON_COMPACT);
}

void call_header(struct call *call, const char *name, const char *value)
{
	if (!value)
		return;
	call->headers = curl_slist_append(
		call->headers, arena_printf(&call->arena, "%s: %s", name, value));
}

/* The refusal of a registry reaches us as the engine's own answer, or within the stream.
 */
static void blame_registry(struct err *err)
{
	int told = failure_registry_status(err->text);

	if (err->status == 400)
		return;
	err->kind = ERR_REGISTRY;
	if (told)
		err->status = told;
}

/* {"errorDetail": {"message": ".."}, "error": ".."} is the last word of a stream. */
static bool is_last_word(struct call *call, const struct node *record)
{
	const char *message = node_get_text(node_get(record, "errorDetail"), "message");

	if (!message)
		message = node_get_text(record, "error");
	if (!message)
		return false;
	err_set(&call->err, ERR_ENGINE, "%s", message);
	if (call->registry)
		blame_registry(&call->err);
	call->failed = true;
	return true;
}

static bool take_record(void *ctx, const char *text, size_t len)
{
	struct call *call = ctx;
	struct arena arena = {0};
	struct node *record = NULL;
	bool ok = call->failed || json_parse(&arena, text, len, &record, &call->err);

	if (!ok) {
		call->err.kind = ERR_CONNECTION;
		err_wrap(&call->err, "a record of %s", str_text(&call->target));
	} else if (!call->failed && !is_last_word(call, record) && call->record) {
		call->record(call->ctx, record);
	}
	arena_finish(&arena);
	return ok && call_is_running(call);
}

void call_records(struct call *call, size_t max_record_bytes, engine_record *record)
{
	call->answer = ANSWER_RECORDS;
	call->record = record;
	records_init(&call->records, max_record_bytes, take_record, call);
}

static void take_output(void *ctx, int fd, const char *data, size_t len)
{
	struct call *call = ctx;

	if (call->data && call_is_running(call))
		call->data(call->ctx, fd, data, len);
}

void call_output(struct call *call, bool tty, engine_data *data)
{
	call->answer = tty ? ANSWER_RAW : ANSWER_FRAMES;
	call->data = data;
	frames_init(&call->frames, take_output, call);
}

struct call *call_start(struct call *call, engine_done *done, void *ctx)
{
	call->done = done;
	call->ctx = ctx;
	call_move(call, &call->engine->queued);
	multi_pump(call->engine);
	return call;
}

/* Header lines. The value of `name` in a line, without blanks around it; NULL: another
 * header. */
static char *header_value(
	struct arena *arena, const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len <= n || line[n] != ':' || strncasecmp(line, name, n))
		return NULL;
	line += n + 1;
	len -= n + 1;
	while (len && isspace((unsigned char)*line))
		line++, len--;
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	return arena_strndup(arena, line, len);
}

static void take_api_version(struct engine *engine, const char *text)
{
	if (sscanf(text, "%d.%d", &engine->api_major, &engine->api_minor) != 2)
		engine->api_major = engine->api_minor = 0;
}

void call_take_header(struct call *call, const char *line, size_t len)
{
	struct engine *engine = call->engine;
	char *value;

	if ((value = header_value(&call->arena, line, len, "Date")))
		engine->clock_s = curl_getdate(value, NULL);
	else if ((value = header_value(&call->arena, line, len, "Content-Type")))
		call->json = text_starts(value, "application/json");
	else if ((value = header_value(&call->arena, line, len, "Builder-Version")))
		engine->builder_version =
			*value >= '0' && *value <= '9' ? *value - '0' : 0;
	else if (!*engine->api_version &&
		(value = header_value(&call->arena, line, len, "Api-Version")))
		take_api_version(engine, value);
}

static bool take_text(struct call *call, const char *data, size_t len)
{
	call->taken.max_bytes =
		call_is_refused(call) ? CALL_ERROR_MAX_BYTES : ENGINE_REPLY_MAX_BYTES;
	str_add_n(&call->taken, data, len);
	return !call->taken.full || call_is_refused(call) ||
		err_set(&call->err, ERR_CONNECTION,
			"the engine's answer is longer than %zu bytes",
			ENGINE_REPLY_MAX_BYTES);
}

static bool take_good(struct call *call, const char *data, size_t len)
{
	switch (call->answer) {
	case ANSWER_RECORDS:
		return records_feed(&call->records, data, len, &call->err);
	case ANSWER_FRAMES:
		return frames_feed(&call->frames, data, len, &call->err);
	case ANSWER_RAW:
	case ANSWER_STREAM:
		take_output(call, 1, data, len);
		return true;
	case ANSWER_JSON:
		break;
	}
	return take_text(call, data, len);
}

bool call_take(struct call *call, const char *data, size_t len)
{
	bool ok = call_is_refused(call) ? take_text(call, data, len)
					: take_good(call, data, len);

	if (!ok)
		call->failed = true;
	return ok && call_is_running(call);
}

static void judge_status(struct call *call)
{
	if (call->failed || !call_is_refused(call))
		return;
	call->failed = true;
	failure_of_answer(
		&call->err, call->status, str_text(&call->taken), call->taken.len);
	if (call->registry)
		blame_registry(&call->err);
}

/* Reads the kept text into reply->body. */
static void judge_json(struct call *call, struct reply *reply)
{
	struct node *body = NULL;

	if (call->failed || !call->json || !call->taken.len)
		return;
	if (json_parse(&call->arena, str_text(&call->taken), call->taken.len, &body,
		    &call->err)) {
		reply->body = body;
		return;
	}
	call->err.kind = ERR_CONNECTION;
	err_wrap(&call->err, "the engine's answer to %s %s", call->method,
		str_text(&call->target));
	call->failed = true;
}

void call_last_record(struct call *call)
{
	if (!call->failed && !call_is_refused(call) && call->answer == ANSWER_RECORDS &&
		!records_end(&call->records, &call->err))
		call->failed = true;
}

void call_end(struct call *call)
{
	struct reply reply = {.status = call->status, .arena = &call->arena};

	judge_status(call);
	judge_json(call, &reply);
	if (!call->failed && call->settle && !call->settle(call))
		call->failed = true;
	if (call->failed)
		reply.err = &call->err;
	if (call->done)
		call->done(call->ctx, &reply);
	call_free(call);
}

void call_free(struct call *call)
{
	stream_free(call->stream);
	curl_slist_free_all(call->headers);
	records_finish(&call->records);
	str_finish(&call->target);
	str_finish(&call->body);
	str_finish(&call->taken);
	arena_finish(&call->arena);
	free(call);
}
