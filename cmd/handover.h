/* SPDX-License-Identifier: Apache-2.0 */
/* From davit to davit-engine, which links what talks to an engine. */
#pragma once

#include <stdbool.h>

struct err;

/* Replaces this process, with the same arguments. Returns only when it failed. */
bool hand_over(char *const *argv, char *const *environment, struct err *err);
