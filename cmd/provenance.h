/* SPDX-License-Identifier: Apache-2.0 */
/* The output of config --provenance. */
#pragma once

struct project;
struct str;

/*
 * One line a value of what config prints: its path, the value, the place that it was written at, or "default" for what
 * nobody wrote, and what it was merged over, latest first. What !reset and !override took away has lines of its own:
 * before what stands at its path now, or at the end.
 */
void provenance_print(struct str *str, const struct project *project);
