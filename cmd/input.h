/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor to read from on the loop, whatever it is: terminal, pipe, socket, file or
 * /dev/null. Its file status flags are left alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct uv_loop_s;
struct input;

/* len 0: the end, also where reading failed; the input is then paused. */
typedef void input_data(void *ctx, const char *data, size_t len);

/* Starts paused. */
struct input *input_new(struct uv_loop_s *loop, int fd, input_data *data, void *ctx);
void input_free(struct input *input); /* accepts NULL; the descriptor stays open */
void input_pause(struct input *input, bool paused);
