/* SPDX-License-Identifier: Apache-2.0 */
/* Engine API, "Network" and "Volume": one function a call. */
#include "base/node.h"
#include "engine-client/call.h"

struct call *engine_network_list(
	struct engine *engine, const struct node *filters, engine_done *done, void *ctx)
{
	struct call *call = call_new_read(engine, "GET /networks");

	call_query_filters(call, filters);
	return call_start(call, done, ctx);
}

struct call *engine_network_inspect(
	struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	return call_start(call_new_read(engine, "GET /networks/{}", id), done, ctx);
}

static struct call *send_body(
	struct call *call, const struct node *body, engine_done *done, void *ctx)
{
	call_body(call, body);
	return call_start(call, done, ctx);
}

struct call *engine_network_create(
	struct engine *engine, const struct node *body, engine_done *done, void *ctx)
{
	return send_body(call_new(engine, "POST /networks/create"), body, done, ctx);
}

struct call *engine_network_remove(
	struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	return call_start(call_new(engine, "DELETE /networks/{}", id), done, ctx);
}

struct call *engine_network_connect(struct engine *engine, const char *id,
	const struct node *body, engine_done *done, void *ctx)
{
	return send_body(
		call_new(engine, "POST /networks/{}/connect", id), body, done, ctx);
}

struct call *engine_network_disconnect(struct engine *engine, const char *id,
	const struct node *body, engine_done *done, void *ctx)
{
	return send_body(
		call_new(engine, "POST /networks/{}/disconnect", id), body, done, ctx);
}

struct call *engine_volume_list(
	struct engine *engine, const struct node *filters, engine_done *done, void *ctx)
{
	struct call *call = call_new_read(engine, "GET /volumes");

	call_query_filters(call, filters);
	return call_start(call, done, ctx);
}

struct call *engine_volume_inspect(
	struct engine *engine, const char *name, engine_done *done, void *ctx)
{
	return call_start(call_new_read(engine, "GET /volumes/{}", name), done, ctx);
}

struct call *engine_volume_create(
	struct engine *engine, const struct node *body, engine_done *done, void *ctx)
{
	return send_body(call_new(engine, "POST /volumes/create"), body, done, ctx);
}

struct call *engine_volume_remove(
	struct engine *engine, const char *name, bool force, engine_done *done, void *ctx)
{
	struct call *call = call_new(engine, "DELETE /volumes/{}", name);

	call_query_flag(call, "force", force);
	return call_start(call, done, ctx);
}
