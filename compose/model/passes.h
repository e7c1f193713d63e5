/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to a project between decoding and use, in this order (compose.md 3.1, D2 to G4). Each pass
 * changes the project, which is not yet const, in its arena; complaints are added to errs, and the passes
 * after it work on what is there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "base/texts.h"

struct arena;
struct errs;
struct node;
struct project;

/*
 * What is known to be wrong when checks go on all the same, so that they say nothing of what only follows from
 * it. Keys of services, configs and secrets in which something could not be read.
 */
struct suspects {
	struct map services, configs, secrets;
	bool names; /* not all names are known: a file, or something at the top level, could not be read */
};
/* flags: enum schema_flag */
void suspects_find(struct arena *arena, const struct node *root, unsigned flags,
	struct suspects *out);

struct validation {
	struct errs *errs;
	bool raw; /* not interpolated: text with a $ may still become anything */
	const struct suspects *suspects; /* NULL: nothing is wrong so far */
};

/* What concerns one section alone: a config has one origin, an external volume no driver (D2). */
void project_validate(const struct project *project, const struct validation *validation);

/* x-davit of the project and of its networks: checked, and kept in their dns. */
void project_read_own(struct arena *arena, struct project *project, struct errs *errs);

/* Names, the default network, implied dependencies (E). name, separator and environment must be there. */
void project_normalise(struct arena *arena, struct project *project);

/* Null values of the services' environment, from the project's. */
void project_fill_environment(struct project *project);

/* Networks, volumes, configs and secrets by their keys: all that look one up rely on it. */
void project_sort(struct project *project);

/* deploy.replicas, from scale; docker compose does it when it checks, so that its output tells whether it did. */
void project_settle_scale(struct arena *arena, struct project *project);

/*
 * Moves services whose profiles are not active to disabled. Profiles of the services that are named are
 * active as well; "*" activates all. Sorts services and makes the index.
 */
void project_activate(struct arena *arena, struct project *project,
	const struct strings *profiles, const struct strings *named);

/* References that lead nowhere and values that contradict each other (G2). */
void project_check(struct arena *arena, const struct project *project,
	const struct validation *validation);

struct selection {
	const struct strings *named; /* may hold globs; empty: all */
	bool no_deps;                /* not what they depend on */
};

/* Moves services that are not selected to disabled. A name that fits no service is an error. */
void project_select(struct arena *arena, struct project *project,
	const struct selection *selection, struct errs *errs);

/* Drops networks, volumes, configs, secrets and models that no service uses. */
void project_prune(struct arena *arena, struct project *project);
