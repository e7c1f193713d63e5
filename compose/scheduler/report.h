/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a display is told while a plan is carried out. cmd/ renders it for a terminal, as plain lines or as
 * NDJSON; the scheduler neither prints nor knows which.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct action;
struct err;
struct plan;

enum phase {
	PHASE_STARTED,  /* its call was sent */
	PHASE_PROGRESS, /* of pull, push, build: see detail, part, current, total */
	PHASE_DONE,
	PHASE_SKIPPED, /* its guard said no */
	PHASE_WARNED,  /* failed, and may (FAIL_WARN) */
	PHASE_FAILED,
	PHASE_GIVEN_UP, /* something it needs failed, or the run was stopped */
	PHASE_UNDOING, /* an action of an undo list: its own PHASE_DONE or PHASE_FAILED follows */
};

struct report_event {
	enum phase phase;
	const struct plan *plan;
	const struct action *action;
	unsigned number;       /* of the action; 0: of an undo list */
	const struct err *err; /* FAILED, WARNED */
	const char *part;      /* PROGRESS: layer id, build step; NULL: the whole */
	const char *detail;    /* PROGRESS: "Downloading", a line of build output */
	int64_t current;       /* bytes; total 0: unknown */
	int64_t total;
	const char *result; /* DONE: the id or digest */
};

/* Any function may be NULL. Texts live until the function returns. */
struct report {
	void *ctx;
	void (*event)(void *ctx, const struct report_event *event);
	/* A second davit holds the lock: say for whom we wait. pid 0: unknown. */
	void (*waiting_for_lock)(void *ctx, int pid);
};
