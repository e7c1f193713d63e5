/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers are followed, by the engine's list and its events. */
#include "compose/scheduler/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/scheduler/merge.h"
#include "compose/scheduler/source.h"
#include "compose/scheduler/stamp.h"
#include "compose/scheduler/tail.h"
#include "compose/scheduler/timer.h"
#include "compose/scheduler/watch.h"
#include "engine-client/engine.h"

#define NS_PER_S 1000000000

#define LABEL "com.docker.compose."

/* What both a list's entry and an event tell of a container. */
struct seen {
	const char *id;
	const char *name;
	const struct node *labels;
	bool is_new;
	bool running;
};

static void make_tail(struct source *source, const struct seen *seen)
{
	struct follow *follow = source->follow;
	const struct follow_opts *opts = &follow->opts;
	bool skips = opts->from_now && !seen->is_new;
	const struct tail_opts tail = {
		.engine = opts->engine,
		.id = source->public.id,
		.stay = opts->stay,
		.from_now = skips && seen->running,
		.since = skips ? follow->began : opts->since,
		.until = opts->until,
		.lines = seen->is_new ? NULL : opts->tail,
		.text = source_on_text,
		.ended = source_on_ended,
		.ctx = source,
	};

	source->tail = tail_new(&tail);
	tail_pause(source->tail, follow->paused);
}

static struct source *find(const struct follow *follow, const char *id)
{
	for (struct source *source = follow->sources; source; source = source->next)
		if (text_eq(source->public.id, id))
			return source;
	return NULL;
}

static struct source *add(struct follow *follow, const struct seen *seen)
{
	struct source *source = ARENA_NEW(&follow->arena, struct source);
	const char *service = node_get_text(seen->labels, LABEL "service");
	const char *number = node_get_text(seen->labels, LABEL "container-number");

	source->follow = follow;
	source->public = (struct follow_source){
		.id = arena_strdup(&follow->arena, seen->id),
		.name = arena_strdup(&follow->arena, seen->name ? seen->name : seen->id),
		.service = arena_strdup(&follow->arena, service),
		.oneoff = text_eq(node_get_text(seen->labels, LABEL "oneoff"), "True"),
	};
	if (number)
		parse_i64(number, &source->public.number);
	source->next = follow->sources;
	follow->sources = source;
	/* Only what Compose converges: init containers have no hash (compose.md 4.1). */
	if (service && node_get_text(seen->labels, LABEL "config-hash"))
		source->wish = follow->opts.wants(follow->opts.ctx, &source->public);
	if (source->wish == FOLLOW_OUTPUT)
		make_tail(source, seen);
	if (source->tail && follow->merge)
		source->log = merge_add(follow->merge, source->public.name, source);
	return source;
}

static void on_create(struct source *source, const struct node *labels)
{
	const char *replaced = node_get_text(labels, LABEL "replace");
	struct follow *follow = source->follow;

	source->expected = follow->opts.stay;
	if (source->tail)
		tail_prepare(source->tail);
	for (struct source *old = follow->sources; replaced && old; old = old->next)
		if (old->live && old->wish == FOLLOW_OUTPUT && follow->opts.replaced &&
			(text_eq(old->public.name, replaced) ||
				text_eq(old->public.id, replaced)))
			follow->opts.replaced(follow->opts.ctx, &old->public);
}

static void on_destroy(struct source *source)
{
	source->expected = false;
	source->removed = true;
}

static void handle_event(struct follow *follow, const struct watch_event *event)
{
	struct source *source = find(follow, event->id);
	const char *name = node_get_text(event->attributes, "name");

	if (!source)
		source = add(follow,
			&(struct seen){.id = event->id,
				.name = name,
				.labels = event->attributes,
				.is_new = text_eq(event->action, "create")});
	if (source->wish == FOLLOW_NOT)
		return;
	/* What runs, or has just run, is told of by the name it had. */
	if (name && !source->live && !text_eq(name, source->public.name))
		source->public.name = arena_strdup(&follow->arena, name);
	if (text_eq(event->action, "create"))
		on_create(source, event->attributes);
	else if (text_eq(event->action, "start"))
		source_start(source);
	else if (text_eq(event->action, "kill"))
		source->killed = true;
	else if (text_eq(event->action, "die"))
		source_die(source, (int)node_get_int(event->attributes, "exitCode", 0));
	else if (text_eq(event->action, "destroy"))
		on_destroy(source);
	sources_settle(follow);
}

/*
 * The stream begins a little before we asked for it. What happened before the first list
 * is in that list, and what happened about then must be told after it.
 */
static void on_event(void *ctx, const struct watch_event *event)
{
	struct follow *follow = ctx;
	struct watch_event held = *event;

	if (follow->listed) {
		handle_event(follow, event);
		return;
	}
	held.action = arena_strdup(&follow->arena, event->action);
	held.id = arena_strdup(&follow->arena, event->id);
	held.attributes = node_keep(&follow->arena, event->attributes);
	ARENA_PUSH(&follow->arena, follow->held, follow->nheld, held);
}

static void handle_held(struct follow *follow)
{
	for (size_t i = 0; i < follow->nheld; i++)
		if (follow->held[i].time_ns >= follow->began_ns)
			handle_event(follow, &follow->held[i]);
	follow->nheld = 0;
}

static bool is_up(const struct node *entry)
{
	const char *state = node_get_text(entry, "State");

	return text_eq(state, "running") || text_eq(state, "paused") ||
		text_eq(state, "restarting");
}

static void add_listed(struct follow *follow, const struct node *entry)
{
	const struct node *names = node_get(entry, "Names");
	const char *name = names && names->kind == NODE_LIST && names->nitems
		? names->items[0]->text
		: NULL;
	bool running = is_up(entry);
	struct source *source = add(follow,
		&(struct seen){.id = node_get_text(entry, "Id"),
			.name = name && *name == '/' ? name + 1 : name,
			.labels = node_get(entry, "Labels"),
			.running = running});

	if (source->wish == FOLLOW_NOT)
		return;
	if (source->log)
		follow->nopen++;
	if (running || source->log) {
		source_begin(source);
	} else if (!follow->opts.from_now && source->tail) {
		source->public.past = true;
		follow->opts.started(follow->opts.ctx, &source->public);
		tail_open(source->tail);
	}
}

/* After a gap: what started or died meanwhile. */
static void compare_listed(struct source *source, const struct node *entry)
{
	bool running = entry && is_up(entry);

	if (source->wish == FOLLOW_NOT)
		return;
	if (running && !source->live)
		source_start(source);
	else if (source->live && !source_is_streaming(source))
		source_look_soon(source);
}

static const struct node *find_listed(const struct node *list, const char *id)
{
	for (size_t i = 0; list && i < list->nitems; i++)
		if (text_eq(node_get_text(list->items[i], "Id"), id))
			return list->items[i];
	return NULL;
}

static void on_listed(void *ctx, const struct reply *reply)
{
	struct follow *follow = ctx;
	bool first = !follow->listed;

	follow->list = NULL;
	if (reply->err) {
		follow_give_up(follow, reply->err);
		return;
	}
	for (struct source *source = follow->sources; source; source = source->next)
		if (!first)
			compare_listed(
				source, find_listed(reply->body, source->public.id));
	for (size_t i = 0; reply->body && i < reply->body->nitems; i++)
		if (!find(follow, node_get_text(reply->body->items[i], "Id")))
			add_listed(follow, reply->body->items[i]);
	follow->listed = true;
	handle_held(follow);
	if (follow->opts.stay && first && follow->opts.ready)
		follow->opts.ready(follow->opts.ctx);
	if (!follow->opts.stay && follow->nopen == 0)
		follow_give_up(follow, NULL);
}

static void list(void *ctx)
{
	struct follow *follow = ctx;

	if (!follow->list)
		follow->list = engine_container_list(
			follow->opts.engine, true, follow->filters, on_listed, follow);
}

/* The engine's clock to the nanosecond tells which events are older than the list that
 * follows. */
static void on_info(void *ctx, const struct reply *reply)
{
	struct follow *follow = ctx;

	follow->list = NULL;
	if (reply->err) {
		follow_give_up(follow, reply->err);
		return;
	}
	if (!stamp_parse(node_get_text(reply->body, "SystemTime"), &follow->began_ns))
		follow->began_ns = engine_clock_s(follow->opts.engine) * NS_PER_S;
	snprintf(follow->began, sizeof(follow->began), "%" PRId64 ".%09" PRId64,
		follow->began_ns / NS_PER_S, follow->began_ns % NS_PER_S);
	list(follow);
}

static void on_watching(void *ctx)
{
	struct follow *follow = ctx;

	follow->list = engine_info(follow->opts.engine, on_info, follow);
}

static void on_watch_failed(void *ctx, const struct err *err)
{
	follow_give_up(ctx, err);
}

static const struct node *project_filter(struct arena *arena, const char *project)
{
	struct node *filters = node_map(arena), *labels = node_list(arena);

	node_push(arena, labels,
		node_text(arena, arena_printf(arena, LABEL "project=%s", project)));
	node_set(arena, filters, "label", labels);
	return filters;
}

struct follow *follow_new(const struct follow_opts *opts)
{
	struct follow *follow = xalloc(sizeof(*follow));

	follow->opts = *opts;
	follow->filters = project_filter(&follow->arena, opts->project);
	if (opts->stay)
		follow->watch = watch_new(&(struct watch_opts){.loop = opts->loop,
			.engine = opts->engine,
			.project = opts->project,
			.ready = on_watching,
			.gap = list,
			.event = on_event,
			.failed = on_watch_failed,
			.ctx = follow});
	else
		follow->merge = merge_new();
	if (follow->merge)
		list(follow);
	return follow;
}

void follow_pause(struct follow *follow, bool paused)
{
	follow->paused = paused;
	for (struct source *source = follow->sources; source; source = source->next)
		if (source->log)
			source_hold_back(source);
		else if (source->tail)
			tail_pause(source->tail, paused);
	if (follow->merge)
		sources_tell_merged(follow);
}

void follow_free(struct follow *follow)
{
	if (!follow)
		return;
	for (struct source *source = follow->sources; source; source = source->next) {
		tail_free(source->tail);
		timer_stop(&source->timer);
		if (source->look)
			engine_cancel(source->look);
	}
	merge_free(follow->merge);
	watch_free(follow->watch);
	if (follow->list)
		engine_cancel(follow->list);
	arena_finish(&follow->arena);
	free(follow);
}

void follow_hurry(struct follow *follow)
{
	follow->hurried = true;
	sources_settle(follow);
}

bool follow_has_seen(const struct follow *follow, const char *name)
{
	for (const struct source *source = follow->sources; source; source = source->next)
		if (source->seen && text_eq(source->public.name, name))
			return true;
	return false;
}
