/* SPDX-License-Identifier: Apache-2.0 */
/* Whose output an attached `up` shows (compose.md 4.8). Pure. */
#pragma once

#include "base/texts.h"

struct arena;
struct attached_opts;
struct graph;
struct project;

/*
 * The names, in the order of the project. selected: the services that were named; none:
 * all. What --attach names is shown though its `attach` is false.
 */
struct strings attach_set(struct arena *arena, const struct project *project,
	const struct graph *graph, const struct strings *selected,
	const struct attached_opts *opts);
