/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The output of a project's containers: of those that are there, and, where asked, of all
 * that start, restart or are recreated later, through the engine's logs.
 *
 * What there is, when no more is waited for, comes in the order of the engine's times.
 * Every line comes once: after a restart or a break the stream goes on behind the last
 * line that came. The engine keeps what a slow reader does not take, so a container never
 * waits for a terminal. Containers whose log driver cannot be read are attached to as
 * soon as they are created.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uv_loop_s;
struct engine;
struct err;
struct follow;

/* One container. It lives until follow_free. */
struct follow_source {
	const char *id;
	const char *name; /* without the slash */
	const char *service;
	int64_t number; /* 0: none */
	bool oneoff;
	bool tty;
	bool restarting; /* its last end was told as one that the engine starts again */
	bool past;       /* what is told had all been said, and it had ended, before */
	void *user;      /* the caller's */
};

enum follow_wish {
	FOLLOW_NOT,
	FOLLOW_LIFE,   /* only when it starts and ends */
	FOLLOW_OUTPUT, /* and all it says */
};

/* A piece of one line: a line may come in several, the last of which ends with its
 * newline. */
struct follow_text {
	int fd;            /* 1 or 2 */
	const char *stamp; /* the engine's time of it, RFC 3339; NULL: unknown */
	const char *data;
	size_t len;
};

struct follow_opts {
	struct uv_loop_s *loop;
	struct engine *engine;
	const char *project;
	bool stay; /* until follow_free; else done comes when everything there is was told
		    */
	bool from_now; /* of what runs already only what is written from now on; of what
			  has ended, nothing */
	const char *
		since; /* Unix seconds, fractions allowed; not with from_now; NULL: all */
	const char *until;
	const char *tail; /* a number; NULL: all */

	/* Asked once for each container. */
	enum follow_wish (*wants)(void *ctx, const struct follow_source *source);
	/* The container runs (again), or what an ended one has said begins. */
	void (*started)(void *ctx, struct follow_source *source);
	void (*text)(
		void *ctx, struct follow_source *source, const struct follow_text *text);
	/*
	 * A run has ended and all of its output was told. restarts: it is started again.
	 * The engine does not tell a stop from the first half of a restart, so an end
	 * that somebody asked for is told when it starts again, or has not for a while.
	 */
	void (*ended)(
		void *ctx, struct follow_source *source, int exit_code, bool restarts);
	/* A container was created that is to take this one's place; NULL: nobody cares.
	 */
	void (*replaced)(void *ctx, struct follow_source *source);
	/* From now on nothing is missed; with stay only. */
	void (*ready)(void *ctx);
	/* err NULL: all was told. With stay it only comes with an error: following is
	 * over. */
	void (*done)(void *ctx, const struct err *err);
	void *ctx;
};

/* The texts of opts are borrowed until follow_free. */
struct follow *follow_new(const struct follow_opts *opts);
/* Accepts NULL; nothing is called any more. Not to be called from within a callback. */
void follow_free(struct follow *follow);

/* Holds all output back while nobody can take it. */
void follow_pause(struct follow *follow, bool paused);

/* Nobody starts again what ends from now on: its end is told at once. */
void follow_hurry(struct follow *follow);

/* With stay: is a container of this name up, or has it been since we began. */
bool follow_has_seen(const struct follow *follow, const char *name);
