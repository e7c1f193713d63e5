/* SPDX-License-Identifier: Apache-2.0 */
/* From davit to davit-engine, which links what talks to an engine. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;

/* The path of a program of ours that stands beside this one; false: there is none. */
bool program_beside(const char *name, char *out, size_t size);

/* Replaces this process by a program; returns when that failed. args ends with NULL. */
void program_become(const char *const *args);

/* The path of davit-engine. */
bool engine_program(char *out, size_t size, struct err *err);

/* Replaces this process, with the same arguments. Returns only when it failed. */
bool hand_over(char *const *argv, char *const *environment, struct err *err);
