/* SPDX-License-Identifier: Apache-2.0 */
/* What the flags of several plan commands have in common: checks, and their way into a wish. Pure. */
#pragma once

#include <stdbool.h>

#include "base/opt.h"

struct app;
struct arena;
struct err;
struct project;
struct strings;
struct wish;

/* SERVICE=N, as --scale and scale take it. */
bool wish_scales(struct arena *arena, const struct project *project,
	const struct strings *texts, struct wish *out, struct err *err);

/* --pull of up, create and run; NULL: not given. */
bool wish_pull_policy(const char *policy, struct wish *out, struct err *err);

/* -t. Not given: each container's own. */
bool wish_timeout(struct opt_i64 timeout_s, struct wish *out, struct err *err);

/* --remove-orphans with its variables COMPOSE_REMOVE_ORPHANS, COMPOSE_IGNORE_ORPHANS. */
bool wish_orphans(
	const struct app *app, struct opt_bool remove, struct wish *out, struct err *err);

/* Two flags that contradict each other; true when at most one is given. */
bool exclude(bool a, const char *a_name, bool b, const char *b_name, struct err *err);
