/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Observing the engine, and carrying plans out. The one folder of compose/ that may name engine-client/.
 *
 * Carrying out is three sentences: start what is ready while there is room; if nothing runs, stop; take one
 * result and unblock its dependents. It fills slots, compares guards and runs undo lists, and knows
 * nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct uv_loop_s;
struct arena;
struct credentials;
struct engine;
struct observed;
struct plan;
struct plan_wants;
struct project;
struct report;
struct strings;

#define PARALLEL_DEFAULT 16

/* What one observation asks of the engine; each is one call, all sent at once. */
enum observe_what {
	OBSERVE_CONTAINERS = 1 << 0,
	OBSERVE_NETWORKS = 1 << 1,
	OBSERVE_VOLUMES = 1 << 2,
	OBSERVE_IMAGES = 1 << 3,
	OBSERVE_INFO = 1 << 4,      /* engine id */
	OBSERVE_ALL = (1 << 5) - 1, /* what concerns one project */
	OBSERVE_DNS = 1 << 5,       /* containers that netdns knows, of all projects */
};

struct observe_opts {
	const char *project; /* name; NULL: containers of all projects (ls) */
	const struct project *
		declared; /* its networks and volumes are looked up by name too; NULL: none */
	unsigned what;
};

typedef void observe_done(
	void *ctx, const struct observed *observed, const struct err *err);

/* Pings first if nobody has. observed lives in the arena. */
void observe(struct engine *engine, struct arena *arena, const struct observe_opts *opts,
	observe_done *done, void *ctx);

/* The same snapshot with these inspects in it, asked for side by side. Without any, done is called at once. */
void observe_inspect(struct engine *engine, struct arena *arena,
	const struct observed *observed, const struct plan_wants *wants,
	observe_done *done, void *ctx);

/* How netdns is run and asked (doc/dns.md). Borrowed for the time of the execution. */
struct netdns_opts {
	const char *program;   /* davit-netdns, here; it becomes the image */
	const char *version;   /* of the image: a tag */
	const char *directory; /* of its control socket, on the engine's host */
	const char *socket;    /* of the engine, on its host */
	const char
		*files; /* where resolv.conf files for containers are, there and here */
	const char *resolv; /* the host's resolv.conf: its directory is mounted */
};

struct execution; /* one plan being carried out */

struct execute_opts {
	struct uv_loop_s *loop;
	struct engine *engine;
	struct credentials *credentials;
	const struct report *report;
	const struct plan *plan;
	unsigned parallel; /* changing calls in flight; 0: PARALLEL_DEFAULT */
	bool quiet_pull;
	bool classic_build;               /* DOCKER_BUILDKIT=0: without BuildKit */
	const struct netdns_opts *netdns; /* NULL: there is none, and no plan starts it */
};

struct execute_result {
	bool ok;
	bool changed; /* at least one action was done */
	size_t ndone, nfailed, nskipped, ngiven_up;
	struct err err;  /* the first failure */
	unsigned failed; /* the action of err; 0: none */
	/* What actions gave: results[number - 1], NULL where nothing. */
	const char *const *ids;
	const char *const *digests;
};

typedef void execute_done(void *ctx, const struct execute_result *result);

struct execution *execute(const struct execute_opts *opts, execute_done *done, void *ctx);

/*
 * SIGINT. Once: nothing new is started, undo lists run, calls in flight finish; waits and pulls end at once.
 * Twice: calls in flight are given up. done then comes with ERR_INTERRUPTED.
 */
void execution_interrupt(struct execution *execution);
void execution_free(
	struct execution *execution); /* after done; ends it without done before */

/* The lock of DESIGN.md: one changing command per engine and project. */
struct lock;
typedef void lock_done(void *ctx, const struct err *err);

/* dir: where locks live ($XDG_RUNTIME_DIR/davit or /run/davit), made if missing. Waits; says so by report. */
struct lock *lock_acquire(struct uv_loop_s *loop, const char *dir, const char *engine_id,
	const char *project, const struct report *report, lock_done *done, void *ctx);
void lock_release(struct lock *lock); /* accepts NULL; also gives up waiting */
