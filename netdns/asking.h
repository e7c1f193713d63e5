/* SPDX-License-Identifier: Apache-2.0 */
/* The role fwd: asks others what the role dns hands over, and hands back what is to be sent. */
#pragma once

#include <stdbool.h>

struct asking;
struct uv_loop_s;

/* Ends of channels, which stay the caller's. The loop is stopped when either has gone or talks nonsense. */
struct asking *asking_new(struct uv_loop_s *loop, int dns, int watch);

/* Another role has talked nonsense. */
bool asking_is_broken(const struct asking *asking);

/* Memory goes when the loop has turned once more. */
void asking_free(struct asking *asking);
