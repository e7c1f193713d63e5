/* SPDX-License-Identifier: Apache-2.0 */
/* Which container of a service a command means (compose.md 5.3). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct observed;
struct observed_container;

struct pick {
	const char *service;
	int64_t index;     /* the container's number; 0: the first one */
	bool with_stopped; /* port, cp; the others want one that runs */
};

/* Does the engine list it without all=1: running, paused or restarting. */
bool pick_is_up(const struct observed_container *container);

/* The lowest number, one-off containers after the regular ones. NULL: there is none; err
 * says so. */
const struct observed_container *pick_container(
	const struct observed *observed, const struct pick *pick, struct err *err);
