/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the best of the candidates that it is offered. */
#include "cmd/nearest.h"

#include <string.h>

#include "base/str.h"

#define SHORT_WORD 6

void nearest_init(struct nearest *nearest, const char *word)
{
	*nearest = (struct nearest){
		.word = word, .limit = strlen(word) < SHORT_WORD ? 1 : 2};
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	unsigned distance = text_distance(nearest->word, candidate, nearest->limit);

	if (distance > nearest->limit || (nearest->best && distance == nearest->limit))
		return;
	nearest->best = candidate;
	nearest->limit = distance;
}
