/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One fuzz target a file: it defines fuzz(), which must take any bytes without crashing, hanging or leaking.
 * fuzz.c gives it libFuzzer's entry point and an arena that lives for one input.
 */
#pragma once

#include <stddef.h>

struct arena;

void fuzz(struct arena *arena, const char *data, size_t len);
