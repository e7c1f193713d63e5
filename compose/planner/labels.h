/* SPDX-License-Identifier: Apache-2.0 */
/* The labels of compose.md 4.1, and what makes a container's config hash. Inside compose/planner/ only. */
#pragma once

#include <stdbool.h>

#include "base/digest.h"

struct arena;
struct draft;
struct node;
struct observed_container;
struct project;
struct service;

#define LABEL_VERSION "2.40.3" /* the dialect that davit writes (DESIGN.md) */

#define LABEL(key) "com.docker.compose." key

/* What all containers of a project share; one tree, whose values are in every body. */
struct node *project_labels(struct arena *arena, const struct project *project);

/*
 * The value of the config-hash label of a container made now: hex, or "$sha256:..." when it depends on the id
 * of a container that is made in this plan.
 */
const char *hash_label(const struct draft *draft, const struct service *service);

/* Does a container's label say that it was made from this service; in the dialect of who made it. */
bool hash_matches(const struct draft *draft, const struct service *service,
	const struct observed_container *container);
