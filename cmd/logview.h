/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers' output on our standard streams, as prefixed lines. When our reader is slow,
 * the follower is held back, and nothing else is.
 */
#pragma once

#include <stdbool.h>

struct app;
struct follow;
struct follow_source;
struct follow_text;
struct logview;

struct logview_opts {
	bool no_color;
	bool no_prefix;
	bool timestamps;
	bool split; /* stderr lines go to our standard error; else everything goes to
		       standard output */
};

struct logview *logview_new(struct app *app, const struct logview_opts *opts);

/* Drops what still waits to be written; see logview_is_idle. Accepts NULL. */
void logview_free(struct logview *view);

/* Whom to hold back; before the first text. */
void logview_bind(struct logview *view, struct follow *follow);

/* A name that is going to come: names are padded to the longest. */
void logview_expect(struct logview *view, const char *name);

void logview_text(struct logview *view, struct follow_source *source,
	const struct follow_text *text);

/* The stream of a container has ended: its last line may lack a newline. */
void logview_end(struct logview *view, struct follow_source *source);

/* What happens to a container, and a line of our own. To standard output. */
void logview_tell_ended(
	struct logview *view, struct follow_source *source, int exit_code, bool restarts);
void logview_tell_replaced(struct logview *view, struct follow_source *source);
void logview_say(struct logview *view, const char *line);

/* *idle is true while everything was written. */
const bool *logview_idle(const struct logview *view);

/* Our standard output cannot be written to any more: its reader went away. */
const bool *logview_broken(const struct logview *view);
