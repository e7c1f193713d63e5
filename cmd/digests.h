/* SPDX-License-Identifier: Apache-2.0 */
/* Asks registries, through the engine and all at the same time, what images are now. */
#pragma once

#include <stddef.h>

struct app;
struct errs;
struct pin;

/* Fills in pinned, or adds an error that says whose image it is. Without pins no engine is needed. */
void app_find_digests(
	struct app *app, struct pin **pins, size_t npins, struct errs *errs);
