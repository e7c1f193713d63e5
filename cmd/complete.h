/* SPDX-License-Identifier: Apache-2.0 */
/* What could stand at the end of a command line that is being typed. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/texts.h"

struct arena;
struct command;

struct completion {
	struct strings words; /* all that fit */
	bool services;        /* names of services would fit, too */
	size_t ncommand;      /* how many words stand before the command: root flags */
	const char *typed;    /* the last word so far */
};

/* words are what stands after "davit", the last one maybe empty or in the middle of being typed. */
void complete(struct arena *arena, const struct command *const *commands,
	const struct strings *words, struct completion *out);
