/* SPDX-License-Identifier: Apache-2.0 */
/* Short volumes: "[source:]target[:options]" (reference compose.md 2.9). */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct arena;
struct node;

/* The long form, standing at pos; NULL after an error. */
struct node *mount_parse(
	struct arena *arena, const char *text, struct pos pos, struct err *err);

/* Is it a path of the host, not the name of a volume. */
bool mount_source_is_path(const char *source);

/* "c:\x", "d:/x", "v:/v": what docker compose takes for a path of Windows. */
bool mount_is_windows_drive(const char *text);
