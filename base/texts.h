/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists and mappings of text, as the structs that are decoded from a node tree hold them. They live in the
 * arena of the struct; the text is shared with the nodes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct strings {
	const char **items;
	struct pos *places; /* of each item; NULL: nobody wrote them */
	unsigned n; /* a service has two dozen of these: beside set it takes no room */
	bool set;   /* the key was there, maybe with an empty list (command: []) */
};

/* A mapping with text values in order of appearance; value NULL: null (take it from the environment). */
struct pair {
	const char *key;
	const char *value;
	struct pos pos;
	const struct pair *over; /* of a variable: what it replaced; NULL: nothing */
};

struct pairs {
	struct pair *items;
	unsigned n;
	bool set;
};

/* The value of a key, or NULL. */
const char *pairs_get(const struct pairs *pairs, const char *key);
bool strings_has(const struct strings *strings, const char *text);
