/* SPDX-License-Identifier: Apache-2.0 */
/* What was probably meant by a word that is none: the candidate with the fewest typing errors. Pure. */
#pragma once

struct nearest {
	const char *word;
	const char *best; /* NULL: nothing is near enough */
	unsigned
		limit; /* typing errors that are still forgiven; of the best, how many it has */
};

/*
 * Short words have too many neighbours: one error below six letters, two below twelve, else three; a single
 * letter is never mistaken for another. Upper and lower case of one word are no error at all.
 */
void nearest_init(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate);
