/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's times: RFC 3339 with up to nine digits of a second, as Unix nanoseconds.
 * Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False for anything else; the engine's zero time (year 1) gives false too. NULL gives
 * false. */
bool stamp_parse(const char *text, int64_t *out_ns);

/* How many bytes at the start of text are a time as logs write it, without the blank
 * after it; 0: none. */
size_t stamp_length(const char *text, size_t len);
