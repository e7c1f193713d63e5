/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text: nothing here looks at the disk. */
#pragma once

#include <stdbool.h>

struct arena;

/* Without "." and "..", double and trailing slashes, as Go's filepath.Clean: "" is ".".
 */
const char *path_clean(struct arena *arena, const char *path);

/* path if it is absolute, else dir/path; cleaned. */
const char *path_join(struct arena *arena, const char *dir, const char *path);

/* "~" and "~/x" with the home directory in place; home NULL: unchanged. */
const char *path_expand_home(struct arena *arena, const char *home, const char *path);

/* What is before and after the last slash of a clean path. */
const char *path_dir(struct arena *arena, const char *path);
const char *path_base(const char *path);

/* Relative to dir if it is below it, else the path itself: for messages. */
const char *path_shown(struct arena *arena, const char *dir, const char *path);

/* From one clean absolute directory to another: "../b". */
const char *path_relative(struct arena *arena, const char *from, const char *to);
