/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One action being carried out, of a plan or of an undo list: its call to the engine,
 * with whatever belongs to that (credentials, tries, the digest afterwards). Inside this
 * folder only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/scheduler/results.h"

struct action;
struct call;
struct credentials_lookup;
struct engine;
struct execute_opts;
struct image_build;
struct netdns_task;
struct probe;
struct reply;
struct task;
struct timer;
struct wait;
struct waits;

/* err NULL: it went well. Called once, maybe from inside task_start. The owner frees the
 * task. */
typedef void task_done(void *ctx, struct task *task, const struct err *err);

struct task {
	const struct execute_opts *opts;
	struct waits *waits; /* the execution's; NULL: the plan waits for nothing */
	const struct action *action;
	unsigned number; /* 0: of an undo list */
	bool wants_gateway;
	struct filled filled;
	struct arena arena; /* filled texts, results */

	/* What is under way; NULL: nothing of that kind. */
	struct call *call;
	struct timer *timer;
	struct wait *wait;
	struct credentials_lookup *lookup;
	struct image_build *build;
	struct netdns_task *netdns;
	struct probe *probe;
	const char **twins; /* of a network: ids of the others of its name and labels */
	size_t ntwins;
	struct str tar;    /* of a put */
	struct str output; /* of a hook: the end of it */
	unsigned ntries;   /* of a pull */
	const char *auth;  /* of its registry */

	/* What it gave; NULL: nothing. */
	const char *id;
	const char *digest;
	const char *gateway;
	void (*then)(struct task *task); /* when the image of netdns is there */
	ino_t socket;                    /* of the netdns that is replaced */
	struct err
		refused; /* what a network's create or remove was told, while it is looked at what is there */

	task_done *done;
	void *ctx;
};

/* Takes the task's first step. filled, opts, action and done are set by the owner. */
void task_start(struct task *task);

/* SIGINT: ends waits, pulls, pushes and builds with ERR_INTERRUPTED; other calls are let
 * finish. */
void task_interrupt(struct task *task);

/* Gives up what is under way, without done; then frees. Accepts NULL. */
void task_free(struct task *task);

/* For the files that carry out one kind each. */
void task_finish(struct task *task, const struct err *err);
void task_progress(struct task *task, const struct node *record);

/* An engine_done for calls that end the task. ctx is the task. */
void task_on_reply(void *ctx, const struct reply *reply);

/* image.c: pull and push; build.c; network.c; network-remove.c; put.c; hook.c. */
void task_pull(struct task *task);
void task_push(struct task *task);
void task_build(struct task *task);
void task_network_create(struct task *task);
void task_network_remove(struct task *task);
void task_put(struct task *task);
void task_exec(struct task *task);

/* netdns.c, netdns-ask.c */
void task_netdns_start(struct task *task);
void task_netdns_probe(struct task *task); /* probe.c */
void task_netdns_wait(struct task *task);
void task_netdns_drain(struct task *task);
void task_drained_wait(struct task *task);
void task_file_write(struct task *task);           /* file.c */
void netdns_task_free(struct netdns_task *netdns); /* accepts NULL */

/* Looks up what the image label holds, then ends the task. For what made an image. */
void task_find_digest(struct task *task, const char *ref);

/* build.c: frees a build of a task. Accepts NULL. */
void image_build_free(struct image_build *build);

/* Finds registry credentials: of the image's registry, or all of them (ref NULL). */
typedef void lookup_done(struct task *task, const char *auth, const struct err *err);
void task_find_credentials(struct task *task, const char *ref, lookup_done *done);
