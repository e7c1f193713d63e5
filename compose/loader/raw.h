/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of config --no-interpolate. */
#pragma once

struct arena;
struct errs;
struct load_opts;
struct node;
struct tree;

/* project_load_raw, which also gives the tree that it comes from; out is filled where the result is not NULL. */
const struct node *raw_load(struct arena *arena, const struct load_opts *opts,
	struct tree *out, struct errs *errs);

/* A copy with names, implied dependencies and the default network, as normalising gives them to a project. */
const struct node *raw_complete(struct arena *arena, const struct tree *tree);
