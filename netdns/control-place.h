/* SPDX-License-Identifier: Apache-2.0 */
/* Where the control socket is: putting ours there, and meeting whoever has it. */
#pragma once

#include <stdbool.h>

struct err;

/* Of mode 0600, listening; what stands there is replaced. The caller closes it. */
bool control_place(const char *path, int *out_fd, struct err *err);

/* A connection on which nobody waits for ever; -1: nobody is there. */
int control_connect(const char *path);
