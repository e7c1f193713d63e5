/* SPDX-License-Identifier: Apache-2.0 */
/* One of our addresses over UDP, on the loop: read by batches, answered in place, sent by batches. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "netdns/addr.h"

struct responder;
struct udp;
struct uv_loop_s;

struct udp_opts {
	int fd; /* taken over */
	struct addr addr;
	unsigned index; /* of the interface that queries must come over; 0: any */
};

/* The responder is borrowed. */
struct udp *udp_new(
	struct uv_loop_s *loop, const struct udp_opts *opts, struct responder *responder);

/* Reads no more: somebody else does. Replies that are on their way still go out. */
void udp_pause(struct udp *udp);

/* Memory goes when the loop has turned once more. */
void udp_free(struct udp *udp);
