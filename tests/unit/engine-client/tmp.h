/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of files for one test. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct tmp {
	char dir[64];
};

void tmp_init(struct tmp *tmp);
void tmp_finish(struct tmp *tmp); /* removes everything in it */

/* Writes a file, and the directories above it. */
void tmp_write(const struct tmp *tmp, const char *path, const char *text);
void tmp_write_script(const struct tmp *tmp, const char *path, const char *text);
