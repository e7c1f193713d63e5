/* SPDX-License-Identifier: Apache-2.0 */
/* Services as they are named on the command line: names and globs. Pure. */
#pragma once

#include <stdbool.h>

struct arena;
struct err;
struct project;
struct strings;

/*
 * The services that the given names and globs mean, each once, in the order in which they were named. An
 * unknown one is an error that says what there is.
 */
bool services_resolve(struct arena *arena, const struct project *project,
	const struct strings *named, struct strings *out, struct err *err);
