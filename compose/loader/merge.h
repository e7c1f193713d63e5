/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tree over another by the rules of the tables' rows (reference compose.md 3.4). Both
 * are in canonical form; neither is changed; the result shares what it can.
 */
#pragma once

#include "compose/loader/where.h"

struct arena;
struct errs;
struct node;
struct removals;
struct section;

/* Two mappings that a section describes; NULL: keys without rows. Kinds that do not meet
 * are added to errs. */
struct node *merge_maps(struct arena *arena, struct errs *errs,
	const struct section *section, struct node *base, struct node *over,
	const struct where *where);

/* What !reset and !override in over delete from base is gone in the result, and noted; NULL: nobody asks. */
struct node *merge_resets(struct arena *arena, struct node *base, const struct node *over,
	const struct where *where, struct removals *removals);

/* Without what is marked !reset: for a tree that is merged over nothing. */
struct node *merge_strip(struct arena *arena, struct node *node);
