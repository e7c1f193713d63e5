/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which containers are followed, and when each of their runs begins and ends.
 *
 * Events tell of starts and deaths; a run has ended when its death is known and its
 * stream has ended too. Which of the two comes first does not matter. The end of one that
 * was killed settles before it is told: a restart, and a recreation, is for the engine a
 * stop and a start that know nothing of each other.
 */
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
#include "compose/scheduler/stamp.h"
#include "compose/scheduler/tail.h"
#include "compose/scheduler/timer.h"
#include "compose/scheduler/watch.h"
#include "engine-client/engine.h"

#define NS_PER_S 1000000000

#define LABEL "com.docker.compose."

enum {
	LOOK_AGAIN_MS = 200,
	SETTLE_MS =
		2000, /* from the death to the start of a restart, on a busy machine */
};

struct source {
	struct follow_source public;
	struct follow *follow;
	struct source *next; /* follow.sources' list */
	enum follow_wish wish;
	struct tail *tail;     /* FOLLOW_OUTPUT; else NULL */
	struct merge_log *log; /* without stay; else NULL */
	bool seen;             /* started was told at least once */
	bool live;             /* started was told, ended was not */
	bool died;             /* and its stream has not ended yet */
	bool again;            /* started again before that */
	bool killed;           /* somebody sent it a signal in this run */
	bool settling;         /* died and streamed to its end, which is not told yet */
	bool expected; /* created since we began, and neither started nor removed */
	bool removed;
	int exit_code;
	struct call *look;
	struct timer *timer;
};

struct follow {
	struct follow_opts opts;
	struct arena arena;
	const struct node *filters;
	struct source *sources;
	struct watch *watch;
	struct call *list;
	struct merge *merge; /* without stay; else NULL */
	bool merging;
	bool listed;
	bool paused;
	bool hurried;
	bool over;
	size_t nopen;             /* without stay: streams that have not ended */
	struct err err;           /* the first; ERR_NONE: none */
	int64_t began_ns;         /* the engine's clock before the first list */
	char began[40];           /* the same as "since" wants it */
	struct watch_event *held; /* events that came before the first list, in order */
	size_t nheld;
};

static void give_up(struct follow *follow, const struct err *err)
{
	if (follow->over)
		return;
	follow->over = true;
	follow->opts.done(follow->opts.ctx, err);
}

static void begin(struct source *source)
{
	source->live = true;
	source->seen = true;
	source->public.past = false;
	source->killed = false;
	source->expected = false;
	source->follow->opts.started(source->follow->opts.ctx, &source->public);
	source->public.restarting = false;
	if (source->tail)
		tail_open(source->tail);
}

static void end(struct source *source, int exit_code, bool restarts)
{
	bool again = source->again;

	timer_stop(&source->timer);
	source->settling = false;
	source->live = false;
	source->died = false;
	source->again = false;
	source->public.restarting = restarts || again;
	source->follow->opts.ended(source->follow->opts.ctx, &source->public, exit_code,
		source->public.restarting);
	if (again)
		begin(source);
}

/* ---- the end of what was killed */

static bool expects(const struct follow *follow)
{
	for (const struct source *source = follow->sources; source; source = source->next)
		if (source->expected && source->wish != FOLLOW_NOT)
			return true;
	return false;
}

static void settle_later(struct source *source);

/* While another one is about to start, this one may be what it replaces. */
static void on_settled(void *ctx)
{
	struct source *source = ctx;

	if (expects(source->follow) && !source->follow->hurried)
		settle_later(source);
	else
		end(source, source->exit_code, false);
}

static void settle_later(struct source *source)
{
	source->settling = true;
	timer_start(
		source->follow->opts.loop, SETTLE_MS, on_settled, source, &source->timer);
}

/* Nothing more is to be learned of those that are removed, or when nothing may start. */
static void settle(struct follow *follow)
{
	bool certain = follow->hurried || !expects(follow);

	for (struct source *source = follow->sources; source; source = source->next)
		if (source->settling &&
			(source->again || follow->hurried ||
				(source->removed && certain)))
			end(source, source->exit_code, false);
}

/* ---- what there is, in the order of time */

static void hold_back(struct source *source)
{
	tail_pause(source->tail, source->follow->paused || merge_is_full(source->log));
}

static void end_merged(struct source *source)
{
	struct follow *follow = source->follow;

	end(source, 0, false);
	if (--follow->nopen == 0 && follow->listed)
		give_up(follow, follow->err.kind == ERR_NONE ? NULL : &follow->err);
}

/* Going on with a stream may bring more of it at once, and so lead back here. */
static void tell_merged(struct follow *follow)
{
	struct follow_text text;
	void *next;

	if (follow->merging)
		return;
	follow->merging = true;
	while (!follow->paused && merge_next(follow->merge, &next, &text)) {
		struct source *source = next;

		if (text.data) {
			follow->opts.text(follow->opts.ctx, &source->public, &text);
			hold_back(source);
		} else {
			end_merged(source);
		}
	}
	follow->merging = false;
}

static void on_text(void *ctx, const struct follow_text *text)
{
	struct source *source = ctx;

	source->public.tty = tail_has_tty(source->tail);
	if (source->log) {
		merge_push(source->log, text);
		tell_merged(source->follow);
		hold_back(source);
	} else {
		source->follow->opts.text(
			source->follow->opts.ctx, &source->public, text);
	}
}

/* ---- the end of a stream */

static void look(void *ctx);

/*
 * The stream has ended. If it still runs and no death was told, the death is about to be
 * told, or the stream broke: look once more a little later.
 */
static void on_look(void *ctx, const struct reply *reply)
{
	struct source *source = ctx;
	const struct node *state = node_get(reply->body, "State");
	bool running =
		node_get_bool(state, "Running") && !node_get_bool(state, "Restarting");

	source->look = NULL;
	if (!source->live)
		return;
	if (!reply->err && running && !source->died) {
		if (source->tail)
			tail_open(source->tail);
		return;
	}
	if (reply->err && reply->err->kind == ERR_CONNECTION && !source->died)
		return; /* the engine is away: the watch tells when it is back */
	if (!source->died)
		source->exit_code = (int)node_get_int(state, "ExitCode", 0);
	source->died = true;
	if (!reply->err && (running || node_get_bool(state, "Restarting")))
		end(source, source->exit_code, true);
	else if (source->killed && !source->again)
		settle_later(source);
	else
		end(source, source->exit_code, false);
	settle(source->follow);
}

static void look(void *ctx)
{
	struct source *source = ctx;

	if (!source->look)
		source->look = engine_container_inspect(
			source->follow->opts.engine, source->public.id, on_look, source);
}

static void look_soon(struct source *source)
{
	timer_stop(&source->timer);
	source->settling = false;
	if (source->died)
		look(source);
	else
		timer_start(source->follow->opts.loop, LOOK_AGAIN_MS, look, source,
			&source->timer);
}

static void on_ended(void *ctx, const struct err *err)
{
	struct source *source = ctx;
	struct follow *follow = source->follow;

	if (err && follow->err.kind == ERR_NONE) {
		follow->err = *err;
		err_wrap(&follow->err, "%s", source->public.name);
	}
	if (source->log) {
		merge_close(source->log);
		tell_merged(follow);
		return;
	}
	if (source->public.past) {
		end(source, 0, false);
		source->public.past = false;
	} else if (source->live) {
		look_soon(source);
	}
}

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
		.text = on_text,
		.ended = on_ended,
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

/* A start of what is known to run, without a death before, is the one that the list has
 * told already. */
static void on_start(struct source *source)
{
	if (source->died || source->public.past)
		source->again = true;
	else if (!source->live)
		begin(source);
}

static bool is_streaming(const struct source *source)
{
	return source->tail && tail_is_open(source->tail);
}

static void on_die(struct source *source, int exit_code)
{
	if (!source->live)
		return;
	source->died = true;
	source->exit_code = exit_code;
	if (!is_streaming(source))
		look_soon(source);
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
		on_start(source);
	else if (text_eq(event->action, "kill"))
		source->killed = true;
	else if (text_eq(event->action, "die"))
		on_die(source, (int)node_get_int(event->attributes, "exitCode", 0));
	else if (text_eq(event->action, "destroy"))
		on_destroy(source);
	settle(follow);
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
		begin(source);
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
		on_start(source);
	else if (source->live && !is_streaming(source))
		look_soon(source);
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
		give_up(follow, reply->err);
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
		give_up(follow, NULL);
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
		give_up(follow, reply->err);
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
	give_up(ctx, err);
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
			hold_back(source);
		else if (source->tail)
			tail_pause(source->tail, paused);
	if (follow->merge)
		tell_merged(follow);
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
	settle(follow);
}

bool follow_has_seen(const struct follow *follow, const char *name)
{
	for (const struct source *source = follow->sources; source; source = source->next)
		if (source->seen && text_eq(source->public.name, name))
			return true;
	return false;
}
