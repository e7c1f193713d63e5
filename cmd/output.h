/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor to write to that never holds up the loop, however slowly its reader reads:
 * what it does not take at once waits here, and whoever produces it asks output_is_full
 * and stops until drained.
 *
 * The descriptor's own file status flags are left alone, since others (the shell) share
 * them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct uv_loop_s;
struct output;

#define OUTPUT_FULL_BYTES ((size_t)256 << 10) /* waiting; producers stop there */

/* drained is called whenever what had to wait was written, or can no longer be; NULL:
 * nobody cares. */
struct output *output_new(
	struct uv_loop_s *loop, int fd, void (*drained)(void *ctx), void *ctx);

/* Drops what still waits; see output_is_idle. Accepts NULL. */
void output_free(struct output *output);

void output_write(struct output *output, const void *data, size_t len);
size_t output_waiting(const struct output *output); /* bytes */
bool output_is_full(const struct output *output);
bool output_is_idle(const struct output *output); /* nothing waits */

/* The errno of the write that failed (EPIPE: the reader went away); 0: none. All later
 * text is dropped. */
int output_error(const struct output *output);
