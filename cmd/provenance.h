/* SPDX-License-Identifier: Apache-2.0 */
/* The output of config --provenance. */
#pragma once

struct project;
struct str;

/*
 * One line a value of the merged tree: its path, the value, the place that it was written at, and what it was
 * merged over, latest first. Values that a file leaves to their defaults have the place of the mapping they
 * belong to.
 */
void provenance_print(struct str *str, const struct project *project);
