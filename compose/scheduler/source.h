/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One followed container: when each of its runs begins and ends, and in what order what it
 * says is told. Inside this folder only; follow.h is for others.
 *
 * Events tell of starts and deaths; a run has ended when its death is known and its
 * stream has ended too. Which of the two comes first does not matter. The end of one that
 * was killed settles before it is told: a restart, and a recreation, is for the engine a
 * stop and a start that know nothing of each other.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "compose/scheduler/follow.h"

struct call;
struct merge;
struct merge_log;
struct node;
struct tail;
struct timer;
struct watch;
struct watch_event;

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

/* It runs, or what an ended one has said begins. */
void source_begin(struct source *source);

/* The engine tells of a start. Of what is known to run, without a death before, it is the
 * one that the list has told already. */
void source_start(struct source *source);

void source_die(struct source *source, int exit_code);

/* Asks the engine whether it still runs, at once when its death is known. */
void source_look_soon(struct source *source);

bool source_is_streaming(const struct source *source);

/* For its tail, whose ctx is the source. */
void source_on_text(void *ctx, const struct follow_text *text);
void source_on_ended(void *ctx, const struct err *err);

/* Its stream waits while output is paused, or while it is far ahead of the others. */
void source_hold_back(struct source *source);

/* Ends those of which nothing more is to be learned. */
void sources_settle(struct follow *follow);

/* Goes on where a pause had stopped what is told in the order of time. */
void sources_tell_merged(struct follow *follow);

/* Calls done, once. err NULL: all was told. */
void follow_give_up(struct follow *follow, const struct err *err);
