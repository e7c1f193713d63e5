/* SPDX-License-Identifier: Apache-2.0 */
/* Pull and push: credentials, the call, another try where that helps, and the digest of
 * what came. */
#include "compose/scheduler/task.h"

#include <sys/random.h>

#include "base/node.h"
#include "base/str.h"
#include "compose/planner/observed.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/retry.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/timer.h"
#include "engine-client/engine.h"

/* "linux/arm64/v8" of an image's inspect. */
static const char *platform_of(struct arena *arena, const struct node *inspect)
{
	const char *os = node_get_text(inspect, "Os");
	const char *architecture = node_get_text(inspect, "Architecture");
	const char *variant = node_get_text(inspect, "Variant");

	if (!os || !architecture)
		return NULL;
	return variant && *variant
		? arena_printf(arena, "%s/%s/%s", os, architecture, variant)
		: arena_printf(arena, "%s/%s", os, architecture);
}

/* The planner knows what the label holds; it is shown the one image as if it had been
 * listed. */
static const char *label_digest(struct task *task, const struct node *inspect)
{
	struct arena *arena = &task->arena;
	struct node *images = node_list(arena);
	struct observed_replies replies = {
		.api_version = engine_api_version(task->opts->engine),
		.images = images,
	};
	const struct observed *observed;
	const char *platform = task->action->platform;

	node_push(arena, images, node_keep(arena, inspect));
	observed = observed_read(arena, &replies);
	if (observed->nimages == 0)
		return NULL;
	return observed_image_digest(observed, &observed->images[0],
		platform ? platform : platform_of(arena, inspect));
}

static void on_inspect(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (!reply->err) {
		task->id = arena_strdup(&task->arena, node_get_text(reply->body, "Id"));
		task->digest =
			arena_strdup(&task->arena, label_digest(task, reply->body));
	}
	task_finish(task, reply->err);
}

void task_find_digest(struct task *task, const char *ref)
{
	task->call =
		engine_image_inspect(task->opts->engine, ref, true, on_inspect, task);
}

static void on_record(void *ctx, const struct node *record)
{
	struct task *task = ctx;

	if (!task->opts->quiet_pull || task->action->kind != ACTION_IMAGE_PULL)
		task_progress(task, record);
}

static void try_once(void *ctx);

static void fail(struct task *task, enum retry retry, const struct err *why)
{
	struct err err = *why;

	if (retry == RETRY_QUOTA)
		err_wrap(&err, "the registry's quota is used up");
	else if (retry == RETRY_AGAIN)
		err_wrap(&err, "given up after %u tries", task->ntries);
	task_finish(task, &err);
}

static void retry_or_fail(struct task *task, const struct err *err)
{
	int64_t after_ms, pause_ms;
	uint32_t chance = 0;
	enum retry retry = retry_classify(err, &after_ms);
	bool again = false;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
		chance = 0;
	pause_ms = retry_pause_ms(task->ntries, chance);
	if (retry == RETRY_AGAIN)
		again = task->ntries < RETRY_TRIES;
	if (retry == RETRY_QUOTA) {
		again = task->ntries < 2 && after_ms >= 0 &&
			after_ms <= RETRY_QUOTA_MAX_MS;
		pause_ms = after_ms;
	}
	if (again)
		timer_start(task->opts->loop, pause_ms, try_once, task, &task->timer);
	else
		fail(task, retry, err);
}

static void on_moved(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (reply->err)
		retry_or_fail(task, reply->err);
	else if (task->action->kind == ACTION_IMAGE_PULL)
		task_find_digest(task, task->filled.target);
	else
		task_finish(task, NULL);
}

static void try_once(void *ctx)
{
	struct task *task = ctx;

	task->ntries++;
	if (task->action->kind == ACTION_IMAGE_PULL)
		task->call = engine_image_pull(task->opts->engine, task->filled.target,
			task->action->platform, task->auth, on_record, on_moved, task);
	else
		task->call = engine_image_push(task->opts->engine, task->filled.target,
			task->auth, on_record, on_moved, task);
}

static void on_credentials(struct task *task, const char *auth, const struct err *err)
{
	if (err) {
		task_finish(task, err);
		return;
	}
	task->auth = arena_strdup(&task->arena, auth);
	try_once(task);
}

void task_pull(struct task *task)
{
	task_find_credentials(task, task->filled.target, on_credentials);
}

void task_push(struct task *task)
{
	task_find_credentials(task, task->filled.target, on_credentials);
}
