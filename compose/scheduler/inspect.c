/* SPDX-License-Identifier: Apache-2.0 */
/* The same snapshot, with the inspects of a few containers and images added. */
#include "compose/scheduler/scheduler.h"

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "compose/planner/observed.h"
#include "compose/planner/planner.h"
#include "engine-client/engine.h"

/* It lives in the caller's arena, so nothing is lost when the engine is freed under it.
 */
struct inspection {
	struct arena *arena;
	struct observed *observed; /* the copy */
	struct node *images;       /* the list in it */
	size_t waiting;            /* calls under way */
	struct err err;
	observe_done *done;
	void *ctx;
};

struct inspect_question {
	struct inspection *inspection;
	struct observed_container *container;
};

static void finish(struct inspection *inspection)
{
	if (inspection->err.kind)
		inspection->done(inspection->ctx, NULL, &inspection->err);
	else
		inspection->done(inspection->ctx, inspection->observed, NULL);
}

/* A container that is gone by now simply has no inspect: the plan finds out by itself. */
static void on_reply(void *ctx, const struct reply *reply)
{
	struct inspect_question *question = ctx;
	struct inspection *inspection = question->inspection;

	if (!reply->err)
		question->container->inspect = node_keep(inspection->arena, reply->body);
	else if (reply->status != 404 && !inspection->err.kind)
		inspection->err = *reply->err;
	if (--inspection->waiting == 0)
		finish(inspection);
}

static void on_image(void *ctx, const struct reply *reply)
{
	struct inspection *inspection = ctx;

	if (!reply->err)
		node_push(inspection->arena, inspection->images,
			node_keep(inspection->arena, reply->body));
	else if (reply->status != 404 && !inspection->err.kind)
		inspection->err = *reply->err;
	if (--inspection->waiting == 0)
		finish(inspection);
}

static struct observed *copy_observed(
	struct arena *arena, const struct observed *observed)
{
	struct observed *copy = ARENA_NEW(arena, struct observed);

	*copy = *observed;
	copy->containers =
		ARENA_NEW_N(arena, observed->ncontainers, struct observed_container);
	for (size_t i = 0; i < observed->ncontainers; i++)
		copy->containers[i] = observed->containers[i];
	return copy;
}

static void ask_containers(
	struct inspection *inspection, struct engine *engine, const struct strings *ids)
{
	for (size_t i = 0; i < inspection->observed->ncontainers; i++) {
		struct observed_container *container =
			&inspection->observed->containers[i];
		struct inspect_question *question;

		if (!strings_has(ids, container->id))
			continue;
		question = ARENA_NEW(inspection->arena, struct inspect_question);
		*question = (struct inspect_question){inspection, container};
		inspection->waiting++;
		engine_container_inspect(engine, container->id, on_reply, question);
	}
}

void observe_inspect(struct engine *engine, struct arena *arena,
	const struct observed *observed, const struct plan_wants *wants,
	observe_done *done, void *ctx)
{
	struct inspection *inspection = ARENA_NEW(arena, struct inspection);

	inspection->arena = arena;
	inspection->observed = copy_observed(arena, observed);
	inspection->images = node_list(arena);
	inspection->observed->image_inspects = inspection->images;
	inspection->done = done;
	inspection->ctx = ctx;
	ask_containers(inspection, engine, &wants->containers);
	for (size_t i = 0; i < wants->images.n; i++) {
		inspection->waiting++;
		engine_image_inspect(
			engine, wants->images.items[i], false, on_image, inspection);
	}
	if (inspection->waiting == 0)
		finish(inspection);
}
