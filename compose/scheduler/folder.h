/* SPDX-License-Identifier: Apache-2.0 */
/* A folder and those above it. */
#pragma once

#include <stdbool.h>

struct err;

/* Makes what is missing: the folder with this mode, those above it with 0755. */
bool folder_make(const char *dir, unsigned mode, struct err *err);
