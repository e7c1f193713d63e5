/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role dns: answers packets on the sockets that it is given, from the zone that it is given. It opens nothing
 * itself.
 */
#pragma once

#include <stdbool.h>

struct answering;
struct uv_loop_s;

/* Ends of channels, which stay the caller's. The loop is stopped when another role has gone or talks nonsense. */
struct answering *answering_new(struct uv_loop_s *loop, int watch, int fwd);

/* Another role has talked nonsense. */
bool answering_is_broken(const struct answering *answering);

/* Memory goes when the loop has turned once more. */
void answering_free(struct answering *answering);
