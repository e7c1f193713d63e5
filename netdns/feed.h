/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's networks and containers, kept as they are now: its events are heard first, then all is listed and
 * read, then each event has what it is about read again. When the connection is lost it is made anew, and what was
 * missed is told or read again; meanwhile what was known stays.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct feed;
struct told;
struct told_network;
struct uv_loop_s;

enum {
	FEED_SETTLE_MS = 15,        /* changes come in bursts */
	FEED_DRAIN_MS = 60 * 1000,  /* what was asked for ends if no stop has begun */
	FEED_RETRY_MS = 1000,       /* at most, between two tries to connect */
	FEED_REPLY_MS = 30 * 1000,  /* for each request */
	FEED_READS = 8,             /* at the same time */
	FEED_TRIES = 3,             /* to read one thing */
	FEED_EVENT_BYTES = 1 << 20, /* of one */
	FEED_INSPECT_BYTES = 8 << 20,
	FEED_LIST_BYTES = 256 << 20,
};

struct feed_opts {
	int priv; /* our end of its channel */
	void (*changed)(
		void *data); /* there is something new; never before all was read once */
	void (*say)(void *data, const char *text); /* for people */
	void *data;
};

struct feed *feed_new(struct uv_loop_s *loop, const struct feed_opts *opts);

/* Memory goes when the loop has turned once more. */
void feed_free(struct feed *feed);

bool feed_is_synced(const struct feed *feed); /* all was read once */
const char *feed_error(
	const struct feed *feed); /* why there is no connection; NULL: there is one */

/* As it is now; its values live until the loop goes on. */
void feed_tell(struct feed *feed, struct arena *arena, struct told *out);

/* Whether a container is known, and now drains; its TTL in seconds. Nobody is told of a change. */
bool feed_drain(struct feed *feed, const char *container, int64_t *out_ttl_s);

/* A network by its id or name; NULL: not known, or not read yet. */
const struct told_network *feed_network(const struct feed *feed, const char *text);

/* Whether something is still being read. */
bool feed_is_reading(const struct feed *feed);

/* Reads a network that may have been made a moment ago, by its whole id; then `changed`. */
void feed_read_network(struct feed *feed, const char *id);
