/* SPDX-License-Identifier: Apache-2.0 */
/* What was probably meant by a word that is none: the candidate with the fewest typing errors. Pure. */
#pragma once

struct nearest {
	const char *word;
	const char *best; /* NULL: nothing is near enough */
	unsigned limit;   /* typing errors that are still forgiven */
};

/* Short words have too many neighbours: one error below six letters, else two. */
void nearest_init(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate);
