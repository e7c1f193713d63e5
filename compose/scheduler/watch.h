/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of one project's containers, without gaps: what the engine sends twice is
 * dropped, and after a break everything is to be looked at again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct uv_loop_s;
struct engine;
struct err;
struct node;
struct watch;

/* One event of a container. Texts live until the function returns. */
struct watch_event {
	const char *action;            /* "start", "die", "health_status: healthy", .. */
	const char *id;                /* of the container */
	const struct node *attributes; /* its labels, "name", "exitCode" */
	int64_t time_ns;
};

struct watch_opts {
	struct uv_loop_s *loop;
	struct engine *engine;
	const char *project; /* NULL: of all projects; borrowed */
	/* The stream stands: nothing that happens from now on is missed. Called once. */
	void (*ready)(void *ctx);
	void (*event)(void *ctx, const struct watch_event *event);
	/* The stream broke and stands again: events may be missing. */
	void (*gap)(void *ctx);
	/* It cannot be opened (again); nothing follows. */
	void (*failed)(void *ctx, const struct err *err);
	void *ctx;
};

struct watch *watch_new(const struct watch_opts *opts);
void watch_free(struct watch *watch); /* accepts NULL; nothing is called any more */
