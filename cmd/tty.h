/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's terminal: its size, and raw mode with a way back on every exit. */
#pragma once

#include <stdbool.h>

struct err;
struct uv_loop_s;
struct tty;

/* The size of the terminal on standard output, else input or error. False: none of them
 * is one. */
bool tty_size(int *out_rows, int *out_columns);

/*
 * Makes the terminal on standard input raw: every key is passed on as it is, Ctrl-C too.
 * It goes back to what it was by tty_free, at exit(), and when the program dies of a
 * crash or abort().
 */
struct tty *tty_raw_new(struct uv_loop_s *loop, struct err *err);
void tty_free(struct tty *tty); /* accepts NULL */
