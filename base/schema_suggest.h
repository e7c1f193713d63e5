/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody who wrote an unknown key probably meant. */
#pragma once

struct arena;
struct node_pair;
struct section;
struct trail;

/*
 * "did you mean \"environment\"?", or "it belongs in services.web.deploy" where another section below the root
 * has a key of that name: around the place where it stands, below it, or else anywhere. NULL: no idea.
 *
 * trail leads from the root to the mapping that holds the pair, which section describes.
 */
const char *suggest_key(struct arena *arena, const struct section *root,
	const struct section *section, const struct trail *trail,
	const struct node_pair *pair);

/* The nearest of the section's keys, near enough to be a slip of the hand; NULL: none. */
const char *suggest_spelling(const struct section *section, const char *key);
