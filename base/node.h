/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tree of scalars, lists and maps with positions, for everything that is read (YAML, JSON) and for
 * bodies that are sent.
 *
 * All of it lives in one arena; parents may share a child (YAML aliases), so whoever changes a node that
 * it did not make copies it first (node_copy). Maps keep their order. Keys are text.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct map;

enum node_kind {
	NODE_NULL,
	NODE_BOOL,
	NODE_INT,
	NODE_FLOAT,
	NODE_STR,
	NODE_LIST,
	NODE_MAP,
};

/* What a scalar or a collection was marked with in its source. */
enum node_mark {
	NODE_QUOTED = 1 << 0,   /* a scalar in quotes or a block: certainly a string */
	NODE_RESET = 1 << 1,    /* !reset, compose-spec 13-merge.md */
	NODE_OVERRIDE = 1 << 2, /* !override */
	NODE_FLOW = 1 << 3,     /* written as [..] or {..} */
	/*
	 * In bodies of a plan: a scalar whose text is a slot ("$3.id"); on a map: its keys that start with
	 * "$" are slots. See compose/planner/plan.h.
	 */
	NODE_SLOT = 1 << 4,
	NODE_TOLD = 1 << 5, /* what is wrong with it has been said: no more of it */
	NODE_DEFAULT =
		1 << 6, /* nobody wrote it: its place is that of what it was added to */
};

struct node_pair {
	const char *key;
	struct pos key_pos;
	struct node *value;
};

struct node {
	enum node_kind kind;
	unsigned marks; /* enum node_mark */
	struct pos pos; /* where it starts */
	/* Of a scalar: its own text after unescaping, "null" and "true" too; else NULL. Numbers from YAML have
	 * their value in decimal: "288" for 0440 (base/scalar.h). */
	const char *text;
	const struct node
		*over; /* what it replaced when files were merged; NULL: nothing */
	union {
		struct {
			struct node **items;
			size_t nitems;
		};
		struct {
			struct node_pair *pairs;
			size_t npairs;
			struct map *index; /* key to pair number + 1; NULL: few */
		};
	};
};

/* Making. Text is borrowed by node_text and copied by the others. pos is {0} for what nobody wrote. */
struct node *node_new(struct arena *arena, enum node_kind kind, struct pos pos);
struct node *node_text(struct arena *arena, const char *text); /* NULL gives NODE_NULL */
struct node *node_int(struct arena *arena, int64_t n);
struct node *node_bool(struct arena *arena, bool yes);
struct node *node_list(struct arena *arena);
struct node *node_map(struct arena *arena);

/* A copy of the whole tree; of_shallow: the node itself with its own arrays, children shared. */
struct node *node_copy(struct arena *arena, const struct node *node);
struct node *node_copy_shallow(struct arena *arena, const struct node *node);

/* A copy that also has its own texts and keys, so that it outlives the arena of the original. */
struct node *node_keep(struct arena *arena, const struct node *node);

/*
 * A tree that was put together in the arena `from`, moved to where it stays: what lies in `from` is copied, all else
 * is shared. Nothing may be added to it or changed in it any more: its arrays have no room, while those that grew take
 * up to four times theirs, and strings whose text lies elsewhere are one node in all trees that were moved with the
 * same words (an empty map at first).
 */
const struct node *node_settle(struct arena *arena, struct node *node,
	const struct arena *from, struct map *words);

/* Changing. node_set replaces a value or appends the key; node_remove tells whether it was there. */
void node_push(struct arena *arena, struct node *list, struct node *item);
void node_set(struct arena *arena, struct node *map, const char *key, struct node *value);
void node_set_at(struct arena *arena, struct node *map, const char *key,
	struct pos key_pos, struct node *value);
bool node_remove(struct arena *arena, struct node *map, const char *key);

/* Short forms of node_set for bodies. Those named _opt leave the key out for NULL. */
void node_set_text(
	struct arena *arena, struct node *map, const char *key, const char *text);
void node_set_text_opt(
	struct arena *arena, struct node *map, const char *key, const char *text);
void node_set_int(struct arena *arena, struct node *map, const char *key, int64_t n);
void node_set_bool(struct arena *arena, struct node *map, const char *key, bool yes);

/* Reading. All accept NULL and the wrong kind, and then give NULL, false or the fallback. */
struct node *node_get(const struct node *map, const char *key);
const struct node_pair *node_pair(const struct node *map, const char *key);
struct node *node_path(
	const struct node *node, const char *dotted); /* "State.Health.Status" */
const char *node_get_text(
	const struct node *map, const char *key); /* any scalar but null */
int64_t node_get_int(const struct node *map, const char *key, int64_t fallback);
bool node_get_bool(const struct node *map, const char *key);
bool node_is_scalar(const struct node *node); /* null is one */
bool node_is_text(const struct node *node, const char *text);

/* Equal in kind and content, maps in any order; positions and marks do not count. */
bool node_equal(const struct node *a, const struct node *b);

/* "a mapping", "a list", "a string", "a number", "true or false", "null": for messages. */
const char *node_kind_words(const struct node *node);
