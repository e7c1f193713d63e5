/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle's cases, many in a file: "== NAME", then "-- TITLE" and a text for each part. A part is a file of the
 * project whose path is the title, or one of these:
 *   args             flags that stand before "config"
 *   env              variables, one a line
 *   stdin            what is on the standard input
 *   also             more flags of config to compare, one set a line
 *   strict           what davit warns of with --strict, where the peer is not asked
 *   expect FLAGS     what the peer says to "config FLAGS"; lists are sorted
 *   fails FLAGS      the peer fails, and the first line of its complaint
 *   differs: WHY     davit does otherwise on purpose: what it says is in
 *   davit FLAGS      instead, or it fails: "davit fails FLAGS"
 *
 * The answers come from renew.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct part {
	const char *title, *text;
};

struct golden_case {
	struct arena *arena; /* everything here is in it */
	const char *name;
	struct part *parts;
	size_t nparts;
	bool differs;
};

struct golden_cases {
	struct golden_case *items;
	size_t n;
};

/* Adds those of a file. False: it cannot be read, and errno has why. */
bool cases_read(struct arena *arena, const char *path, struct golden_cases *out);

/* The text of a part, or NULL. */
const char *case_part(const struct golden_case *c, const char *title);

/* FLAGS of a title "KIND" or "KIND FLAGS", or NULL. */
const char *flags_of(const char *title, const char *kind);

/* The part is a file for the case to find; its standard input is one. */
bool part_is_file(const struct part *part);
