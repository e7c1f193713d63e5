/* SPDX-License-Identifier: Apache-2.0 */
/* What is not ours, as the role dns has it answered: by the role fwd, which sends back whole replies. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ask;
struct forward_place;
struct outside;
struct packet_bytes;
struct query;
struct uv_loop_s;

enum {
	OUTSIDE_WAITERS = 4096, /* who wait for replies */
	OUTSIDE_MS = 4000,      /* longer than fwd takes for any */
};

/* fwd is our end of the channel, and stays the caller's. The loop is stopped when fwd has gone or talks nonsense. */
struct outside *outside_new(struct uv_loop_s *loop, int fwd);

/* fwd has talked nonsense. */
bool outside_is_broken(const struct outside *outside);

/* Memory goes when the loop has turned once more. */
void outside_free(struct outside *outside);

/*
 * The length of a reply that is in buffer now, because nobody can be asked; 0: it will be sent to the place, from the
 * loop, once. query is what is in the packet.
 */
struct outside_question {
	const struct ask *ask;
	const struct query *query;
	const struct packet_bytes *packet;
	const struct forward_place *place;
};

size_t outside_ask(struct outside *outside, const struct outside_question *question,
	uint8_t *buffer);

/* The owner of places is gone: nothing is sent to it. */
void outside_forget(struct outside *outside, const void *owner);
