/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An events stream, reopened when it ends.
 *
 * The engine sends the headers before it subscribes, so the stream is asked for from a
 * second before its own clock; what comes twice is known by its time, container and
 * action.
 */
#include "compose/scheduler/watch.h"

#include <stdlib.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/scheduler/timer.h"
#include "engine-client/engine.h"

#define LABEL_PROJECT "com.docker.compose.project"

enum {
	SEEN_EVENTS = 512, /* twice the engine's own ring */
	REOPEN_TRIES = 5,  /* in a row */
	REOPEN_FIRST_MS = 50,
	GOOD_LIFE_MS = 5000, /* a stream that stood for this long was no failure */
};

struct watch {
	struct watch_opts opts;
	struct arena arena; /* filters */
	const struct node *filters;
	struct call *call;
	struct timer *timer;
	bool was_ready;
	unsigned nbreaks; /* in a row */
	uint64_t opened_ms;
	int64_t last_s; /* of the newest event */
	uint64_t seen[SEEN_EVENTS];
	unsigned nseen; /* ever; the ring's next place is modulo its size */
	struct err err;
};

/* Exec events come with every probe, so the wanted ones are named. */
static const char *const wanted_events[] = {
	"create",
	"start",
	"kill",
	"die",
	"destroy",
	"health_status",
	"oom",
	"pause",
	"unpause",
	"rename",
};

static struct node *list_of(struct arena *arena, const char *text)
{
	struct node *list = node_list(arena);

	node_push(arena, list, node_text(arena, text));
	return list;
}

static const struct node *make_filters(struct arena *arena, const char *project)
{
	struct node *filters = node_map(arena), *events = node_list(arena);

	for (size_t i = 0; i < sizeof(wanted_events) / sizeof(wanted_events[0]); i++)
		node_push(arena, events, node_text(arena, wanted_events[i]));
	node_set(arena, filters, "type", list_of(arena, "container"));
	node_set(arena, filters, "event", events);
	node_set(arena, filters, "label",
		list_of(arena,
			project ? arena_printf(arena, LABEL_PROJECT "=%s", project)
				: LABEL_PROJECT));
	return filters;
}

/* FNV-1a: two events of one nanosecond must differ in container or action. */
static uint64_t mix(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash;
}

static bool was_seen(struct watch *watch, const struct watch_event *event)
{
	uint64_t hash = mix(mix((uint64_t)event->time_ns, event->id), event->action);
	unsigned n = watch->nseen < SEEN_EVENTS ? watch->nseen : SEEN_EVENTS;

	for (unsigned i = 0; i < n; i++)
		if (watch->seen[i] == hash)
			return true;
	watch->seen[watch->nseen++ % SEEN_EVENTS] = hash;
	return false;
}

static void on_record(void *ctx, const struct node *record)
{
	struct watch *watch = ctx;
	const struct node *actor = node_get(record, "Actor");
	struct watch_event event = {
		.action = node_get_text(record, "Action"),
		.id = node_get_text(actor, "ID"),
		.attributes = node_get(actor, "Attributes"),
		.time_ns = node_get_int(record, "timeNano", 0),
	};

	if (!event.action || !event.id || was_seen(watch, &event))
		return;
	if (event.time_ns / 1000000000 > watch->last_s)
		watch->last_s = event.time_ns / 1000000000;
	watch->opts.event(watch->opts.ctx, &event);
}

static void on_ready(void *ctx)
{
	struct watch *watch = ctx;

	if (!watch->was_ready) {
		watch->was_ready = true;
		watch->opts.ready(watch->opts.ctx);
	} else {
		watch->opts.gap(watch->opts.ctx);
	}
}

static void open_stream(void *ctx);

static void on_end(void *ctx, const struct reply *reply)
{
	struct watch *watch = ctx;

	watch->call = NULL;
	if (reply->err)
		watch->err = *reply->err;
	else
		err_set(&watch->err, ERR_CONNECTION,
			"the engine ended its stream of events");
	if (uv_now(watch->opts.loop) - watch->opened_ms > GOOD_LIFE_MS)
		watch->nbreaks = 0;
	if (watch->was_ready && ++watch->nbreaks <= REOPEN_TRIES)
		timer_start(watch->opts.loop, REOPEN_FIRST_MS << (watch->nbreaks - 1),
			open_stream, watch, &watch->timer);
	else
		watch->opts.failed(watch->opts.ctx, &watch->err);
}

static void open_stream(void *ctx)
{
	struct watch *watch = ctx;
	int64_t since_s =
		watch->last_s ? watch->last_s : engine_clock_s(watch->opts.engine) - 1;

	watch->opened_ms = uv_now(watch->opts.loop);
	watch->call = engine_events(watch->opts.engine, since_s, watch->filters, on_ready,
		on_record, on_end, watch);
}

struct watch *watch_new(const struct watch_opts *opts)
{
	struct watch *watch = xalloc(sizeof(*watch));

	watch->opts = *opts;
	watch->filters = make_filters(&watch->arena, opts->project);
	open_stream(watch);
	return watch;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	timer_stop(&watch->timer);
	if (watch->call)
		engine_cancel(watch->call);
	arena_finish(&watch->arena);
	free(watch);
}
