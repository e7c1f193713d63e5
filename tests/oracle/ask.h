/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks davit what a case asks, within this process, in the folder where the peer was asked, for paths are in its
 * answers and hashes.
 */
#pragma once

#include <stdbool.h>

struct golden_case;

/* Where the output of davit goes, read after each run; and where ours goes. */
struct captured {
	int out, err;
	int own_out, own_err;
	int start; /* the folder where we were called */
	int lock;
};

/* Waits for others that ask in the same folder. Ends the program when it cannot. */
void captured_open(struct captured *captured);
void captured_close(struct captured *captured);

/* Whether davit says what it should to all that the case asks; if not, prints what it says instead. */
bool case_holds(const struct golden_case *c, const struct captured *captured);
