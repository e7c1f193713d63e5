/* SPDX-License-Identifier: Apache-2.0 */
/* The output of one container, run after run: each stream goes on behind the last line
 * that came. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct err;
struct follow_text;
struct tail;

struct tail_opts {
	struct engine *engine;
	const char *id;    /* borrowed until tail_free */
	bool stay;         /* until the container stops */
	bool from_now;     /* the first stream tells nothing that was written before */
	const char *since; /* borrowed; Unix seconds; NULL: all */
	const char *until; /* borrowed; NULL: no end */
	const char *lines; /* borrowed; how many of what is there; of the first stream
			      only. NULL: all */
	void (*text)(void *ctx, const struct follow_text *text);
	/* The stream has ended; err NULL: as it should. */
	void (*ended)(void *ctx, const struct err *err);
	void *ctx;
};

struct tail *tail_new(const struct tail_opts *opts);
void tail_free(struct tail *tail); /* accepts NULL */

/* Opens a stream, unless one is open. */
void tail_open(struct tail *tail);

/*
 * The container was created and not started: where the engine keeps no log that could be
 * read, this attaches to it. Tells nothing, and ends nothing, where it does.
 */
void tail_prepare(struct tail *tail);

bool tail_is_open(const struct tail *tail);
bool tail_has_tty(const struct tail *tail); /* known from the first stream on */
void tail_pause(struct tail *tail, bool paused);
