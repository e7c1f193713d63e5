/* SPDX-License-Identifier: Apache-2.0 */
/* All sections that hang on a root section, each once, with a name of its own: for what is made out of the tables. */
#pragma once

#include <stddef.h>

struct arena;
struct section;

struct section_entry {
	const struct section *section;
	const char *
		name; /* the section's, with "-" for blanks, and a number where another has it too */
	const char *
		path; /* where it is met first: "services.NAME.ports[]"; "" for the root */
};

struct section_entries {
	struct section_entry
		*items; /* the root first, then as they are met, the shallow ones first */
	size_t n;
};

void schema_walk(
	struct arena *arena, const struct section *root, struct section_entries *out);

/* The entry of a section that was met. */
const struct section_entry *section_entry_of(
	const struct section_entries *entries, const struct section *section);
