/* SPDX-License-Identifier: Apache-2.0 */
/* Engine API, "Image" and "Distribution": one function a call. */
#include <string.h>

#include "base/node.h"
#include "engine-client/call.h"
#include "engine-client/reference.h"

/* Of one record; BuildKit sends the log of many steps in one. */
#define BUILD_RECORD_MAX_BYTES ((size_t)16 << 20)

struct call *engine_image_list(struct engine *engine, const struct node *filters,
	bool manifests, engine_done *done, void *ctx)
{
	struct call *call = call_new_read(engine, "GET /images/json");

	call_query_flag(
		call, "manifests", manifests && engine_api_at_least(engine, 1, 47));
	call_query_filters(call, filters);
	return call_start(call, done, ctx);
}

struct call *engine_image_inspect(struct engine *engine, const char *ref, bool manifests,
	engine_done *done, void *ctx)
{
	struct call *call = call_new_read(engine, "GET /images/{}/json", ref);

	call_query_flag(
		call, "manifests", manifests && engine_api_at_least(engine, 1, 48));
	return call_start(call, done, ctx);
}

struct call *engine_image_remove(
	struct engine *engine, const char *ref, bool force, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "DELETE /images/{}", ref);

	call_query_flag(call, "force", force);
	return call_start(call, done, ctx);
}

struct call *engine_image_tag(struct engine *engine, const char *ref, const char *repo,
	const char *tag, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /images/{}/tag", ref);

	call_query(call, "repo", repo);
	call_query(call, "tag", tag);
	return call_start(call, done, ctx);
}

/* The answer is one record, of which only its coming counts. */
static void on_import_record(void *ctx, const struct node *record)
{
	(void)ctx;
	(void)record;
}

struct call *engine_image_import(struct engine *engine, const struct image_import *what,
	engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /images/create");
	const struct node *changes = what->changes;

	call_query(call, "fromSrc", "-");
	call_query(call, "repo", what->repo);
	call_query(call, "tag", what->tag);
	for (size_t i = 0; changes && i < changes->nitems; i++)
		call_query(call, "changes", changes->items[i]->text);
	call_header(call, "Content-Type", "application/x-tar");
	call_header(call, "Expect", "");
	call->raw_body = what->tar;
	call->raw_body_bytes = what->len;
	call_records(call, ENGINE_LINE_MAX_BYTES, on_import_record);
	return call_start(call, done, ctx);
}

static void to_registry(struct call *call, const char *auth)
{
	call->registry = true;
	if (!auth)
		return;
	call_header(call, "X-Registry-Auth", auth);
	call_header(call, "Expect", "");
	call_header(call, "Content-Type", "");
}

struct call *engine_image_pull(struct engine *engine, const char *ref,
	const char *platform, const char *registry_auth, engine_record *record,
	engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "POST /images/create");
	struct reference parts = reference_split(&call->arena, ref);

	call_query(call, "fromImage", parts.name);
	call_query(call, "tag",
		parts.digest        ? parts.digest
			: parts.tag ? parts.tag
				    : "latest");
	call_query(call, "platform", platform);
	to_registry(call, registry_auth);
	call_records(call, ENGINE_LINE_MAX_BYTES, record);
	return call_start(call, done, ctx);
}

/* The engine insists on the header, even when there is nothing to say: "{}". */
struct call *engine_image_push(struct engine *engine, const char *ref,
	const char *registry_auth, engine_record *record, engine_done *done, void *ctx)
{
	struct arena arena = {0};
	struct reference parts = reference_split(&arena, ref);
	struct call *call = call_new(engine, "POST /images/{}/push", parts.name);

	call_query(call, "tag", parts.tag ? parts.tag : "latest");
	to_registry(call, registry_auth ? registry_auth : "e30=");
	call_records(call, ENGINE_LINE_MAX_BYTES, record);
	arena_finish(&arena);
	return call_start(call, done, ctx);
}

struct call *engine_distribution_inspect(struct engine *engine, const char *ref,
	const char *registry_auth, engine_done *done, void *ctx)
{
	struct call *call = call_new_read(engine, "GET /distribution/{}/json", ref);

	to_registry(call, registry_auth);
	return call_start(call, done, ctx);
}

static void query_pair(struct call *call, const struct node_pair *pair)
{
	if (pair->value->kind != NODE_LIST)
		call_query(call, pair->key, pair->value->text);
	else
		for (size_t i = 0; i < pair->value->nitems; i++)
			call_query(call, pair->key, pair->value->items[i]->text);
}

struct call *engine_build(struct engine *engine, const struct build_opts *opts)
{
	struct call *call = call_new(engine, "POST /build");

	for (size_t i = 0; opts->query && i < opts->query->npairs; i++)
		query_pair(call, &opts->query->pairs[i]);
	call_header(call, "X-Registry-Config", opts->registry_config);
	call_header(call, "Content-Type", "application/x-tar");
	call_header(call, "Transfer-Encoding", "chunked");
	call_header(call, "Expect", "");
	call->read = opts->read;
	call->read_ctx = opts->read_ctx ? opts->read_ctx : opts->ctx;
	call->read_err = opts->read_err;
	call_records(call, BUILD_RECORD_MAX_BYTES, opts->record);
	return call_start(call, opts->done, opts->ctx);
}
