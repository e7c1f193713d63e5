/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ties the caller's standard streams to those of a container or of a process started in
 * it: exec, run, attach. Bytes both ways, half-close, back-pressure both ways, raw
 * terminal, resize, detach keys and signals.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct app;
struct engine;
struct session;
struct uv_loop_s;

enum session_kind {
	SESSION_EXEC,   /* of a created exec: the session starts it */
	SESSION_ATTACH, /* of a container, which may not have been started yet */
};

struct session_opts {
	enum session_kind kind;
	const char *id;          /* of the exec or container; borrowed */
	bool tty;                /* the other side has a terminal */
	bool interactive;        /* pass our standard input on */
	bool resize_when_ready;  /* it runs already; an exec always does */
	bool forward_signals;    /* to the container; else a signal ends the session */
	const char *detach_keys; /* NULL: the default */
};

struct session_result {
	bool detached;    /* by the detach keys: what runs goes on running */
	int signal;       /* ended by this one; 0: was not */
	bool output_gone; /* nobody reads our standard output any more */
	bool failed;      /* see err */
	struct err err;
};

/*
 * Starts it. *out_ready turns true once the other side listens, so that nothing of a
 * container that is started then is lost; *out_done once everything was written. Both may
 * be watched with app_run_until. NULL: err.
 */
struct session *session_new(struct uv_loop_s *loop, struct engine *engine,
	const struct session_opts *opts, struct err *err);
const bool *session_ready(const struct session *session);
const bool *session_done(const struct session *session);

/* Tells the other side our terminal's size; to be called once it runs (an exec does from
 * the beginning). */
void session_resize(struct session *session);

/* Puts the terminal back. result is valid once it is done. */
const struct session_result *session_result(const struct session *session);
void session_free(struct session *session); /* accepts NULL */

/* All of it in one step; *out is filled in also where a signal or the keys ended it.
 * False: err. */
bool session_run(struct app *app, const struct session_opts *opts,
	struct session_result *out, struct err *err);

/* Did we leave before what runs there ended; and with which exit status then. */
bool session_left(const struct session_result *result);
int session_status(const struct session_result *result);
