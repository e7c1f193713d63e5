/* SPDX-License-Identifier: Apache-2.0 */
/* One run of davit, or of davit-engine: the same way through, with other rows. */
#pragma once

struct command;
struct engine_side;

struct program {
	const struct command *const *commands; /* NULL at the end */
	const struct engine_side
		*engine_side; /* NULL: commands that are not here are handed over */
};

int program_run(const struct program *program, int argc, char **argv, char **environment);
