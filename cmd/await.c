/* SPDX-License-Identifier: Apache-2.0 */
/* One engine call as one blocking step. */
#include "cmd/await.h"

#include "base/node.h"
#include "cmd/app.h"
#include "engine-client/engine.h"

void await_reply(void *ctx, const struct reply *reply)
{
	struct await *await = ctx;

	await->done = true;
	await->status = reply->status;
	if (reply->body && await->arena)
		await->body = node_keep(await->arena, reply->body);
	if (reply->err) {
		await->failed = true;
		await->err = *reply->err;
	}
}

bool await_call(struct app *app, struct await *await, struct err *err)
{
	app_run_until(app, &await->done);
	if (await->failed)
		*err = await->err;
	return !await->failed;
}
