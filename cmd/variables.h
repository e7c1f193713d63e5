/* SPDX-License-Identifier: Apache-2.0 */
/* The output of config --variables. */
#pragma once

#include <stdbool.h>

struct err;
struct str;
struct variables;

/* NULL, "table", "yaml" or "json". */
bool variables_format_valid(const char *format, struct err *err);
void variables_print(
	struct str *str, const struct variables *variables, const char *format);
