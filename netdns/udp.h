/* SPDX-License-Identifier: Apache-2.0 */
/* One of our addresses over UDP, on the loop: read by batches, answered in place, sent by batches. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct err;
struct responder;
struct socket_opts;
struct udp;
struct uv_loop_s;

/* NULL and err when the address cannot be had. The responder is borrowed. */
struct udp *udp_new(struct uv_loop_s *loop, const struct socket_opts *opts,
	struct responder *responder, struct err *err);

int udp_fd(const struct udp *udp);

/* Reads no more: somebody else does. Replies that are on their way still go out. */
void udp_pause(struct udp *udp);

/* Memory goes when the loop has turned once more. */
void udp_free(struct udp *udp);
