/* SPDX-License-Identifier: Apache-2.0 */
/* Places for what structs are encoded as. */
#pragma once

struct arena;
struct node;
struct pair;

/* Gives a tree that was made of what a node holds its places, and what that replaced. What nobody wrote has none. */
void place_tree(struct node *made, const struct node *from);

/* The same for the value of a pair. */
void place_pair(struct arena *arena, struct node *made, const struct pair *pair);
