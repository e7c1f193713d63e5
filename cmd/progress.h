/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows a plan being carried out, in the display's mode: a block that is redrawn on a terminal, docker
 * compose's lines elsewhere (at most four a service), a JSON object a line, or nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct display;
struct execute_result;
struct plan;
struct progress;
struct report;
struct strings;
struct uv_loop_s;

/* Draws from now on. plan and display outlive it. */
struct progress *progress_new(
	struct uv_loop_s *loop, struct display *display, const struct plan *plan);
void progress_free(struct progress *progress); /* accepts NULL; puts the cursor back */

/* What the scheduler is given. */
const struct report *progress_report(const struct progress *progress);

/*
 * The end of it: the last drawing; of several pulls or pushes of which some failed a table of all. True: the
 * table was shown, and has all failures in it.
 */
bool progress_end(struct progress *progress);

/* What failed, each as it was told, the same text once. Lives as long as progress. */
const struct strings *progress_failures(const struct progress *progress);

/* The very last line: in JSON mode the record that tells whether anything changed. */
void progress_result(struct progress *progress, const struct execute_result *result);

/* Nothing had to be done: says so, in the display's mode. */
void progress_nothing(struct display *display, const struct plan *plan);
