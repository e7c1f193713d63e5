/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of an engine that is just rich enough to carry plans out: names, states, addresses in use, who is on
 * which network. Its state is one node tree in the form of the engine's list replies, so that it can be written
 * to a file and read again. For tests of the planner only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct arena;
struct node;
struct observed;
struct plan;
struct project;
struct str;

struct sim {
	struct arena *arena;
	struct node
		*state; /* api, containers, networks, volumes, images, registry, next */
};

/* From text, maybe abbreviated (tests/golden/plan/README.md); the project completes what is left out. */
bool sim_read(struct sim *sim, struct arena *arena, const char *text, size_t len,
	const struct project *project, struct err *err);
void sim_write(const struct sim *sim, struct str *out);

const struct observed *sim_observe(
	const struct sim *sim, struct arena *arena, const char *project);

struct sim_opts {
	unsigned kill_after; /* davit dies when so many actions were done; 0: never */
	unsigned fail;       /* the number of the action that fails; 0: none */
	unsigned seed;       /* order of what is ready; 0: the plan's own */
};

/* Carries a plan out as the scheduler would. False: an action failed (and what was to be undone is). */
bool sim_execute(struct sim *sim, const struct plan *plan, const struct sim_opts *opts,
	struct err *err);

/* One container's state changes by itself: "exited 0", "running", "unhealthy". */
bool sim_set(struct sim *sim, const char *name, const char *state);

/* How one container is on its networks; false: there is none of the name. */
bool sim_show_endpoints(const struct sim *sim, const char *name, struct str *out);

/* Of a container: its name servers, and what netdns knows it by. */
void sim_show_dns(const struct sim *sim, const char *name, struct str *out);

/* Names, states and what else people would look at, sorted. */
void sim_show(const struct sim *sim, struct str *out);
