/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk over a tree along its tables, in which a pass replaces values.
 *
 * The given tree is never changed: what changes is copied, from there up to the root;
 * what does not is shared. Keys without a row (unknown ones, x-*) are left alone, as are
 * values whose kind does not fit their row.
 */
#pragma once

#include "compose/loader/where.h"

struct arena;
struct field;
struct node;
struct section;

struct rewrite {
	struct arena *arena;

	/* Gives a value of a row back, or another; its inside is walked afterwards. NULL:
	 * no interest. */
	struct node *(*value)(struct rewrite *rewrite, const struct field *field,
		struct node *value, const struct where *where);

	/* The same for a mapping that a section describes, before its keys are walked.
	 * NULL: no interest. */
	struct node *(*mapping)(struct rewrite *rewrite, const struct section *section,
		struct node *map, const struct where *where);
	void *ctx;

	const struct node *parent; /* during value(): the mapping that holds it */
};

/* The root, or its changed copy. */
struct node *rewrite_tree(struct rewrite *rewrite, const struct section *root,
	struct node *node, const struct where *where);
