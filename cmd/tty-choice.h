/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a process gets a terminal inside its container: exec and run. */
#pragma once

#include <stdbool.h>

#include "base/opt.h"

struct err;

struct tty_choice {
	struct opt_bool tty;    /* --tty */
	struct opt_bool no_tty; /* --no-tty */
	bool interactive;       /* our input is passed on */
	bool input_is_tty;
	bool output_is_tty;
};

/*
 * Unless a flag tells, there is one where output goes to one here, and input comes from
 * one if it is passed on. docker compose refuses `echo x | exec` on a terminal; here -T
 * is implied.
 */
bool tty_choose(const struct tty_choice *choice, bool *out_tty, struct err *err);

/* The same for our own standard streams, whatever choice says of them. */
bool tty_choose_here(const struct tty_choice *choice, bool *out_tty, struct err *err);
