/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that davit does not have: those of docker compose that are still to come, and typing errors. */
#pragma once

#include <stdbool.h>

struct command;
struct err;

/* Fills err with what to do instead; returns false. */
bool command_missing(
	const struct command *const *commands, const char *name, struct err *err);
