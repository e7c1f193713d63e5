/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody who wrote an unknown key probably meant. */
#pragma once

struct arena;
struct section;

/*
 * "did you mean \"environment\"?", or "it belongs in services.NAME" where another section below the root
 * has a key of that name; NULL: no idea.
 */
const char *suggest_key(struct arena *arena, const struct section *root,
	const struct section *section, const char *key);

/* The nearest of the section's keys, near enough to be a slip of the hand; NULL: none. */
const char *suggest_spelling(const struct section *section, const char *key);
