/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/feed.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "netdns/fetch.h"
#include "netdns/http.h"
#include "netdns/known.h"
#include "netdns/zone.h"

enum {
	STATUS_OK = 200,
	STATUS_NOT_FOUND = 404,
	RETRY_MIN_MS = 50,
	SIGNAL_MAX = 64,
	NANO = 1000000000,
};

struct feed {
	struct uv_loop_s *loop; /* borrowed */
	struct feed_opts opts;
	unsigned nhandles;  /* timers that are not closed yet */
	uv_timer_t settle;  /* until `changed` is called */
	uv_timer_t retry;   /* until the next connection is tried */
	uv_timer_t undrain; /* until a drain that was asked for may end */
	int64_t retry_ms;

	struct fetch *events; /* the stream; NULL: not connected */
	struct fetch *call;   /* the ping, or a list */
	bool live;            /* events are heard, and all is listed */
	bool synced;
	int64_t last_nano; /* of the last event */
	struct err err;    /* why there is no connection */

	struct roster networks;
	struct roster containers;
	struct known *first; /* that waits to be read */
	struct known **last; /* where the next one is linked */
	unsigned nreads;
};

/* ---- telling */

static void on_settled(uv_timer_t *timer)
{
	const struct feed *feed = timer->data;

	feed->opts.changed(feed->opts.data);
}

static void touch(struct feed *feed)
{
	if (feed->synced && !uv_is_active((uv_handle_t *)&feed->settle))
		uv_timer_start(&feed->settle, on_settled, FEED_SETTLE_MS, 0);
}

static void tell_now(struct feed *feed)
{
	uv_timer_stop(&feed->settle);
	if (feed->synced)
		feed->opts.changed(feed->opts.data);
}

/* ---- one connection and the next */

static void connect_again(struct feed *feed);

static void on_retry(uv_timer_t *timer)
{
	connect_again(timer->data);
}

static void stop_reading(struct feed *feed, struct roster *roster)
{
	for (size_t i = 0; i < roster->n; i++) {
		struct known *known = roster->items[i];

		fetch_free(known->fetch);
		known->fetch = NULL;
		known->waits = false;
	}
	feed->first = NULL;
	feed->last = &feed->first;
	feed->nreads = 0;
}

static void disconnect(struct feed *feed)
{
	fetch_free(feed->events);
	fetch_free(feed->call);
	feed->events = feed->call = NULL;
	feed->live = false;
	stop_reading(feed, &feed->networks);
	stop_reading(feed, &feed->containers);
}

/* Whatever fails, all begins anew: what is read then makes up for what was not told. */
static void lost(struct feed *feed, const struct err *err)
{
	if (!text_eq(feed->err.text, err->text))
		feed->opts.say(feed->opts.data, err->text);
	feed->err = *err;
	disconnect(feed);
	uv_timer_start(&feed->retry, on_retry, (uint64_t)feed->retry_ms, 0);
	feed->retry_ms *= 2;
	if (feed->retry_ms > FEED_RETRY_MS)
		feed->retry_ms = FEED_RETRY_MS;
	touch(feed);
}

static void refused(struct feed *feed, const char *what, int status)
{
	struct err err = {0};

	err_set(&err, ERR_ENGINE, "the engine answers %d to %s", status, what);
	lost(feed, &err);
}

static struct fetch *get(struct feed *feed, struct fetch_opts *opts)
{
	opts->priv = feed->opts.priv;
	return fetch_new(feed->loop, opts);
}

/* ---- reading one thing */

static void pump(struct feed *feed);

static void forget(struct feed *feed, struct known *known)
{
	struct known **at = &feed->first;

	fetch_free(known->fetch);
	feed->nreads -= known->fetch != NULL;
	while (known->waits && *at != known)
		at = &(*at)->next;
	if (known->waits) {
		*at = known->next;
		if (!*at)
			feed->last = at;
	}
	roster_remove(known->is_network ? &feed->networks : &feed->containers, known);
	touch(feed);
}

/* A reply that is older than the last event about it is not looked at: it is asked for again. */
static void read_again(struct feed *feed, struct known *known)
{
	known->stale = known->fetch != NULL;
	if (known->fetch || known->waits)
		return;
	known->waits = true;
	known->next = NULL;
	*feed->last = known;
	feed->last = &known->next;
	pump(feed);
}

static bool take_inspect(struct known *known, const struct str *body)
{
	struct arena arena = {0};
	struct node *json;
	struct err err;
	bool ok = json_parse(&arena, str_text(body), body->len, &json, &err);
	bool was_broken = known->told && known->container.label_broken;

	ok = ok && known_set(known, json);
	if (ok && !known->is_network && known->container.label_broken && !was_broken)
		known->feed->opts.say(known->feed->opts.data,
			arena_printf(&arena, "%s: its label davit.dns is not JSON",
				known->container.in.name));
	arena_finish(&arena);
	return ok;
}

static void say_unread(struct known *known, int status)
{
	auto_str text = {0};

	str_printf(&text, "%.12s cannot be read (status %d): left as it was", known->id,
		status);
	known->feed->opts.say(known->feed->opts.data, str_text(&text));
}

/* One that cannot be read must not keep the others waiting: its next event will have it tried again. */
static void on_inspect(void *data, const struct http_reply *reply, const struct str *body,
	const struct err *err)
{
	struct known *known = data;
	struct feed *feed = known->feed;
	bool ok = !err && reply->status == STATUS_OK;

	known->fetch = NULL;
	feed->nreads--;
	known->failures = err ? known->failures + 1 : 0;
	if (known->stale || (err && known->failures < FEED_TRIES))
		read_again(feed, known);
	else if (!err && reply->status == STATUS_NOT_FOUND)
		forget(feed, known);
	else if (!ok || !take_inspect(known, body))
		say_unread(known, reply->status);
	touch(feed);
	pump(feed);
}

static void inspect(struct feed *feed, struct known *known)
{
	known->stale = false;
	known->fetch = get(feed,
		&(struct fetch_opts){
			.kind = known->is_network ? READ_NETWORKS : READ_CONTAINER,
			.what = known->id,
			.max_bytes = FEED_INSPECT_BYTES,
			.timeout_ms = FEED_REPLY_MS,
			.done = on_inspect,
			.data = known,
		});
	feed->nreads++;
}

/* The first time that all is read is the beginning. */
static void pump(struct feed *feed)
{
	while (feed->first && feed->nreads < FEED_READS) {
		struct known *known = feed->first;

		feed->first = known->next;
		if (!feed->first)
			feed->last = &feed->first;
		known->waits = false;
		inspect(feed, known);
	}
	if (feed->live && !feed->synced && !feed->nreads) {
		feed->synced = true;
		tell_now(feed);
	}
}

static struct known *take(struct feed *feed, const char *id, bool is_network)
{
	struct known *known =
		roster_take(is_network ? &feed->networks : &feed->containers, id);

	known->feed = feed;
	known->is_network = is_network;
	if (!known->told && !known->container.stop_signal)
		known->container.stop_signal = SIGTERM;
	return known;
}

/* ---- events */

static void on_killed(struct feed *feed, struct known *known, int signal)
{
	int64_t now = (int64_t)uv_now(feed->loop);
	bool drained = known_drains(known, now);

	if (signal > 0 && signal < SIGNAL_MAX)
		known->killed |= (uint64_t)1 << signal;
	if (!drained && known_drains(known, now))
		tell_now(feed);
}

static void begin_anew(struct known *known)
{
	known->killed = 0;
	known->asked_end_ms = 0;
}

static void on_event(struct feed *feed, const struct told_event *event)
{
	bool is_network = event->kind == TOLD_NETWORK || event->kind == TOLD_NETWORK_GONE;
	struct known *known;

	if (event->nano > feed->last_nano)
		feed->last_nano = event->nano;
	if (event->kind == TOLD_NOTHING)
		return;
	known = take(feed, is_network ? event->network : event->container, is_network);
	switch (event->kind) {
	case TOLD_KILLED:
		on_killed(feed, known, event->signal);
		break;
	case TOLD_GONE:
	case TOLD_NETWORK_GONE:
		forget(feed, known);
		return;
	case TOLD_DIED:
		begin_anew(known);
		known->container.in.state = INPUT_EXITED;
		touch(feed);
		break;
	case TOLD_STARTED:
		begin_anew(known);
		break;
	case TOLD_CONTAINER:
	case TOLD_NETWORK:
	case TOLD_NOTHING:
		break;
	}
	read_again(feed, known);
}

static bool take_event(struct feed *feed, const char *text, size_t len, struct err *err)
{
	struct arena arena = {0};
	struct told_event event;
	bool ok = told_event_read(&arena, text, len, &event, err);

	if (ok)
		on_event(feed, &event);
	arena_finish(&arena);
	return ok;
}

static void on_more(void *data, struct str *body)
{
	struct feed *feed = data;
	const char *from = body->text;
	const char *end = body->text + body->len;
	const char *line;
	struct err err;

	while ((line = memchr(from, '\n', (size_t)(end - from)))) {
		if (!take_event(feed, from, (size_t)(line - from), &err)) {
			lost(feed, &err);
			return;
		}
		if (!feed->events)
			return;
		from = line + 1;
	}
	body->len = (size_t)(end - from);
	memmove(body->text, from, body->len + 1);
}

static void on_events_end(void *data, const struct http_reply *reply,
	const struct str *body, const struct err *err)
{
	struct feed *feed = data;
	struct err ended = {0};

	(void)body;
	feed->events = NULL;
	if (!err && reply->status != STATUS_OK) {
		refused(feed, "/events", reply->status);
		return;
	}
	err_set(&ended, ERR_CONNECTION, "the engine's events have ended");
	lost(feed, err ? err : &ended);
}

/* ---- lists */

/* What is known and not listed may have come after the list was made: it is asked for, and 404 ends it. */
static void take_list(struct feed *feed, const struct node *list, struct roster *roster,
	bool is_network)
{
	for (size_t i = 0; i < list->nitems; i++) {
		const char *id = node_get_text(list->items[i], "Id");

		if (told_is_id(id))
			take(feed, id, is_network);
	}
	for (size_t i = 0; i < roster->n; i++)
		read_again(feed, roster->items[i]);
}

static bool read_list(struct feed *feed, const struct str *body, bool is_network)
{
	struct arena arena = {0};
	struct node *list;
	struct err err;
	bool ok = json_parse(&arena, str_text(body), body->len, &list, &err) &&
		list->kind == NODE_LIST;

	if (ok)
		take_list(feed, list, is_network ? &feed->networks : &feed->containers,
			is_network);
	arena_finish(&arena);
	return ok;
}

static void on_containers(void *data, const struct http_reply *reply,
	const struct str *body, const struct err *err)
{
	struct feed *feed = data;

	feed->call = NULL;
	if (err)
		lost(feed, err);
	else if (reply->status != STATUS_OK || !read_list(feed, body, false))
		refused(feed, "/containers/json", reply->status);
	else {
		feed->opts.say(feed->opts.data, "the engine is heard");
		feed->live = true;
		feed->retry_ms = RETRY_MIN_MS;
		feed->err = (struct err){0};
		touch(feed);
		pump(feed);
	}
}

static void on_networks(void *data, const struct http_reply *reply,
	const struct str *body, const struct err *err)
{
	struct feed *feed = data;

	feed->call = NULL;
	if (err)
		lost(feed, err);
	else if (reply->status != STATUS_OK || !read_list(feed, body, true))
		refused(feed, "/networks", reply->status);
	else
		feed->call = get(feed,
			&(struct fetch_opts){
				.kind = READ_CONTAINERS,
				.what = "",
				.max_bytes = FEED_LIST_BYTES,
				.timeout_ms = FEED_REPLY_MS,
				.done = on_containers,
				.data = feed,
			});
}

/* From here on nothing is missed, so that now is the time to look at what there is. */
static void on_events_begin(void *data, const struct http_reply *reply)
{
	struct feed *feed = data;

	if (reply->status != STATUS_OK)
		return;
	feed->call = get(feed,
		&(struct fetch_opts){
			.kind = READ_NETWORKS,
			.what = "",
			.max_bytes = FEED_LIST_BYTES,
			.timeout_ms = FEED_REPLY_MS,
			.done = on_networks,
			.data = feed,
		});
}

/* ---- the beginning */

/* The engine answers before it hears its own events: a second more of them closes the gap. */
static void hear(struct feed *feed, int64_t date_s)
{
	char since[sizeof("-9223372036854775808.000000000")];

	if (feed->last_nano)
		snprintf(since, sizeof(since), "%" PRId64 ".%09" PRId64,
			feed->last_nano / NANO, feed->last_nano % NANO);
	else
		snprintf(since, sizeof(since), "%" PRId64, date_s - 1);
	feed->events = get(feed,
		&(struct fetch_opts){
			.kind = READ_EVENTS,
			.what = since,
			.max_bytes = FEED_EVENT_BYTES,
			.headers = on_events_begin,
			.more = on_more,
			.done = on_events_end,
			.data = feed,
		});
}

/* Of the first reply only its date is wanted. */
static void on_date(void *data, const struct http_reply *reply)
{
	struct feed *feed = data;

	if (reply->status != STATUS_OK || reply->date_s < 1)
		return;
	fetch_free(feed->call);
	feed->call = NULL;
	hear(feed, reply->date_s);
}

static void on_no_date(void *data, const struct http_reply *reply, const struct str *body,
	const struct err *err)
{
	struct feed *feed = data;

	(void)body;
	feed->call = NULL;
	if (err)
		lost(feed, err);
	else
		refused(feed, "/networks", reply->status);
}

static void connect_again(struct feed *feed)
{
	feed->call = get(feed,
		&(struct fetch_opts){
			.kind = READ_NETWORKS,
			.what = "",
			.max_bytes = FEED_LIST_BYTES,
			.timeout_ms = FEED_REPLY_MS,
			.headers = on_date,
			.done = on_no_date,
			.data = feed,
		});
}

struct feed *feed_new(struct uv_loop_s *loop, const struct feed_opts *opts)
{
	struct feed *feed = xalloc(sizeof(*feed));
	uv_timer_t *timers[] = {&feed->settle, &feed->retry, &feed->undrain};

	feed->loop = loop;
	feed->opts = *opts;
	feed->retry_ms = RETRY_MIN_MS;
	feed->last = &feed->first;
	err_set(&feed->err, ERR_CONNECTION, "not asked yet");
	for (size_t i = 0; i < sizeof(timers) / sizeof(*timers); i++) {
		uv_timer_init(loop, timers[i]);
		timers[i]->data = feed;
		feed->nhandles++;
	}
	connect_again(feed);
	return feed;
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct feed *feed = handle->data;

	if (--feed->nhandles)
		return;
	roster_finish(&feed->networks);
	roster_finish(&feed->containers);
	free(feed);
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	disconnect(feed);
	uv_close((uv_handle_t *)&feed->settle, on_timer_closed);
	uv_close((uv_handle_t *)&feed->retry, on_timer_closed);
	uv_close((uv_handle_t *)&feed->undrain, on_timer_closed);
}

/* ---- what is known */

bool feed_is_synced(const struct feed *feed)
{
	return feed->synced;
}

const char *feed_error(const struct feed *feed)
{
	return feed->err.kind == ERR_NONE ? NULL : feed->err.text;
}

bool feed_is_reading(const struct feed *feed)
{
	return feed->nreads > 0 || feed->first || !feed->live;
}

void feed_tell(struct feed *feed, struct arena *arena, struct told *out)
{
	const struct told_network **networks =
		ARENA_NEW_N(arena, feed->networks.n, const struct told_network *);
	const struct told_container **containers =
		ARENA_NEW_N(arena, feed->containers.n, const struct told_container *);
	int64_t now = (int64_t)uv_now(feed->loop);

	*out = (struct told){.networks = networks, .containers = containers};
	for (size_t i = 0; i < feed->networks.n; i++)
		if (feed->networks.items[i]->told)
			networks[out->nnetworks++] = &feed->networks.items[i]->network;
	for (size_t i = 0; i < feed->containers.n; i++) {
		struct known *known = feed->containers.items[i];

		if (!known->told)
			continue;
		known->container.in.draining = known_drains(known, now);
		containers[out->ncontainers++] = &known->container;
	}
}

static void on_undrain(uv_timer_t *timer)
{
	tell_now(timer->data);
}

bool feed_drain(struct feed *feed, const char *container, int64_t *out_ttl_s)
{
	struct known *known = roster_search(&feed->containers, container);

	if (!known || !known->told)
		return false;
	known->asked_end_ms = (int64_t)uv_now(feed->loop) + FEED_DRAIN_MS;
	/* The last one counts; those before it come back with it. */
	uv_timer_start(&feed->undrain, on_undrain, FEED_DRAIN_MS, 0);
	*out_ttl_s = opt_i64_or(known->container.in.ttl_s, ZONE_TTL_S);
	return true;
}

const struct told_network *feed_network(const struct feed *feed, const char *text)
{
	const struct known *known = roster_search(&feed->networks, text);

	return known && known->told ? &known->network : NULL;
}

void feed_read_network(struct feed *feed, const char *id)
{
	if (feed->live && told_is_id(id) && strlen(id) == TOLD_ID_BYTES)
		read_again(feed, take(feed, id, true));
}
