/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting until containers are as wanted: events say when to look, one inspect says what
 * is.
 */
#pragma once

struct uv_loop_s;
struct action;
struct engine;
struct err;
struct waits; /* all waits of one execution, behind one stream of events */
struct wait;  /* one of them */

struct waits_opts {
	struct uv_loop_s *loop;
	struct engine *engine;
	const char *project; /* borrowed */
	/* The stream of events stands, so that changing calls may begin; or it cannot be
	 * had. */
	void (*ready)(void *ctx, const struct err *err);
	void *ctx;
};

struct waits *waits_new(const struct waits_opts *opts);
void waits_free(struct waits *waits); /* with all that is waited for; accepts NULL */

/* err NULL: the container is as wanted. The wait is gone when it is called. */
typedef void wait_done(void *ctx, const struct err *err);

/* target: an id or name; copied. action: what is waited for, and for how long; it
 * outlives the wait. */
struct wait *wait_start(struct waits *waits, const struct action *action,
	const char *target, wait_done *done, void *ctx);
void wait_free(struct wait *wait); /* gives it up; accepts NULL */
