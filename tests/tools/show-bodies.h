/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan would send, and what it would not. */
#pragma once

struct plan;

/* Prints the body of each create and connect call, in the order of the plan. */
void show_bodies(const struct plan *plan);

/* Prints the rows of the planner's table that no container's body has: "KEY NAME". */
void show_unsent(const struct plan *plan);
