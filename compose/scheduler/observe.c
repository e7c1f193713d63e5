/* SPDX-License-Identifier: Apache-2.0 */
/* One snapshot of the engine: a list call of each kind, all at once, then the planner's
 * own reading. */
#include "compose/scheduler/scheduler.h"

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "compose/planner/observed.h"
#include "engine-client/engine.h"

#define LABEL_PROJECT "com.docker.compose.project"

/* One observation. It lives in the caller's arena, so nothing is lost when the engine is
 * freed under it. */
struct observation {
	struct engine *engine;
	struct arena *arena;
	struct observe_opts opts;
	struct observed_replies replies;
	struct question *questions; /* beside question_kinds */
	unsigned waiting;           /* calls under way */
	struct err err;
	observe_done *done;
	void *ctx;
};

/* One list call of an observation. */
struct question {
	struct observation *observation;
	const struct question_kind *kind;
};

struct question_kind {
	enum observe_what what;
	struct call *(*ask)(struct question *question);
	void (*keep)(struct observation *observation, const struct node *body);
};

static void finish(struct observation *observation)
{
	const struct observed *observed;

	if (observation->err.kind) {
		observation->done(observation->ctx, NULL, &observation->err);
		return;
	}
	observation->replies.api_version =
		arena_strdup(observation->arena, engine_api_version(observation->engine));
	observation->replies.clock_s = engine_clock_s(observation->engine);
	observed = observed_read(observation->arena, &observation->replies);
	observation->done(observation->ctx, observed, NULL);
}

static void on_reply(void *ctx, const struct reply *reply)
{
	struct question *question = ctx;
	struct observation *observation = question->observation;

	if (!reply->err)
		question->kind->keep(observation, reply->body);
	else if (!observation->err.kind)
		observation->err = *reply->err;
	if (--observation->waiting == 0)
		finish(observation);
}

/* {"label": ["com.docker.compose.project=app"]}, or any project's. */
static const struct node *project_filter(struct observation *observation)
{
	struct arena *arena = observation->arena;
	struct node *filters = node_map(arena), *labels = node_list(arena);
	const char *project = observation->opts.project;

	node_push(arena, labels,
		node_text(arena,
			project ? arena_printf(arena, LABEL_PROJECT "=%s", project)
				: LABEL_PROJECT));
	node_set(arena, filters, "label", labels);
	return filters;
}

/*
 * The engine cannot be asked for "with this label or of these names" in one call, so
 * where names matter all are asked for and the rest is dropped here.
 */
static const struct node *list_filter(struct observation *observation)
{
	return observation->opts.declared ? NULL : project_filter(observation);
}

static struct call *ask_containers(struct question *question)
{
	struct observation *observation = question->observation;

	return engine_container_list(observation->engine, true,
		project_filter(observation), on_reply, question);
}

static struct call *ask_networks(struct question *question)
{
	struct observation *observation = question->observation;

	return engine_network_list(
		observation->engine, list_filter(observation), on_reply, question);
}

static struct call *ask_volumes(struct question *question)
{
	struct observation *observation = question->observation;

	return engine_volume_list(
		observation->engine, list_filter(observation), on_reply, question);
}

static struct call *ask_images(struct question *question)
{
	return engine_image_list(
		question->observation->engine, NULL, true, on_reply, question);
}

static struct call *ask_info(struct question *question)
{
	return engine_info(question->observation->engine, on_reply, question);
}

/* With the label of whatever value. */
static struct call *ask_dns(struct question *question)
{
	struct observation *observation = question->observation;
	struct arena *arena = observation->arena;
	struct node *filters = node_map(arena), *labels = node_list(arena);

	node_push(arena, labels, node_text(arena, "davit.dns"));
	node_set(arena, filters, "label", labels);
	return engine_container_list(
		observation->engine, true, filters, on_reply, question);
}

static void keep_containers(struct observation *observation, const struct node *body)
{
	observation->replies.containers = node_keep(observation->arena, body);
}

static bool is_of_project(const struct observation *observation, const struct node *entry)
{
	const char *project = node_get_text(node_get(entry, "Labels"), LABEL_PROJECT);

	return observation->opts.project ? text_eq(project, observation->opts.project)
					 : project != NULL;
}

static bool is_declared_network(const struct project *project, const char *name)
{
	for (size_t i = 0; i < project->nnetworks; i++)
		if (text_eq(project->networks[i].name, name))
			return true;
	return false;
}

static bool is_declared_volume(const struct project *project, const char *name)
{
	for (size_t i = 0; i < project->nvolumes; i++)
		if (text_eq(project->volumes[i].name, name))
			return true;
	return false;
}

static struct node *keep_wanted(struct observation *observation,
	const struct node *entries,
	bool (*is_declared)(const struct project *project, const char *name))
{
	const struct project *declared = observation->opts.declared;
	struct node *kept = node_list(observation->arena);

	for (size_t i = 0; entries && entries->kind == NODE_LIST && i < entries->nitems;
		i++) {
		const struct node *entry = entries->items[i];

		if (is_of_project(observation, entry) ||
			(declared && is_declared(declared, node_get_text(entry, "Name"))))
			node_push(observation->arena, kept,
				node_keep(observation->arena, entry));
	}
	return kept;
}

static void keep_networks(struct observation *observation, const struct node *body)
{
	observation->replies.networks =
		keep_wanted(observation, body, is_declared_network);
}

static void keep_volumes(struct observation *observation, const struct node *body)
{
	struct node *reply = node_map(observation->arena);

	node_set(observation->arena, reply, "Volumes",
		keep_wanted(observation, node_get(body, "Volumes"), is_declared_volume));
	observation->replies.volumes = reply;
}

static void keep_images(struct observation *observation, const struct node *body)
{
	observation->replies.images = node_keep(observation->arena, body);
}

static void keep_info(struct observation *observation, const struct node *body)
{
	observation->replies.info = node_keep(observation->arena, body);
}

static void keep_dns(struct observation *observation, const struct node *body)
{
	observation->replies.dns = node_keep(observation->arena, body);
}

static const struct question_kind question_kinds[] = {
	{OBSERVE_CONTAINERS, ask_containers, keep_containers},
	{OBSERVE_NETWORKS, ask_networks, keep_networks},
	{OBSERVE_VOLUMES, ask_volumes, keep_volumes},
	{OBSERVE_IMAGES, ask_images, keep_images},
	{OBSERVE_INFO, ask_info, keep_info},
	{OBSERVE_DNS, ask_dns, keep_dns},
};

#define NQUESTION_KINDS (sizeof(question_kinds) / sizeof(question_kinds[0]))

static void ask_all(struct observation *observation)
{
	for (size_t i = 0; i < NQUESTION_KINDS; i++) {
		struct question *question = &observation->questions[i];

		if (!(observation->opts.what & (unsigned)question_kinds[i].what))
			continue;
		*question = (struct question){observation, &question_kinds[i]};
		observation->waiting++;
		question_kinds[i].ask(question);
	}
}

static void on_ping(void *ctx, const struct reply *reply)
{
	struct observation *observation = ctx;

	if (reply->err) {
		observation->err = *reply->err;
		finish(observation);
	} else if (observation->opts.what) {
		ask_all(observation);
	} else {
		finish(observation);
	}
}

void observe(struct engine *engine, struct arena *arena, const struct observe_opts *opts,
	observe_done *done, void *ctx)
{
	struct observation *observation = ARENA_NEW(arena, struct observation);

	*observation = (struct observation){
		.engine = engine,
		.arena = arena,
		.opts = *opts,
		.questions = ARENA_NEW_N(arena, NQUESTION_KINDS, struct question),
		.done = done,
		.ctx = ctx,
	};
	if (engine_clock_s(engine) == 0 || !opts->what)
		engine_ping(engine, on_ping, observation);
	else
		ask_all(observation);
}
