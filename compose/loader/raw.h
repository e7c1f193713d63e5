/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of config --no-interpolate. */
#pragma once

struct arena;
struct node;
struct tree;

/* A copy with names, implied dependencies and the default network, as normalising gives them to a project. */
const struct node *raw_complete(struct arena *arena, const struct tree *tree);
