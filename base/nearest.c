/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the best of the candidates that it is offered. */
#include "base/nearest.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

static unsigned forgiven(size_t len)
{
	return len < 2 ? 0 : len < 6 ? 1 : len < 12 ? 2 : 3;
}

void nearest_init(struct nearest *nearest, const char *word)
{
	*nearest = (struct nearest){.word = word, .limit = forgiven(strlen(word))};
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	unsigned distance = strcasecmp(nearest->word, candidate)
		? text_distance(nearest->word, candidate, nearest->limit)
		: 0;

	if (distance > nearest->limit || (nearest->best && distance == nearest->limit))
		return;
	nearest->best = candidate;
	nearest->limit = distance;
}
