/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking others what is not ours: one question at a time to each of the host's name servers in turn, from a new
 * socket with a new id every time (RFC 5452). Whoever asks the same meanwhile waits with the first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct ask;
struct forward;
struct query;
struct upstreams;
struct uv_loop_s;

enum {
	FORWARD_NEXT_MS =
		600, /* without a reply the next one is asked too; late replies still count */
	FORWARD_ALL_MS = 3500, /* then it is SERVFAIL: the engine waits for 4 s */
	FORWARD_QUESTIONS = 1024,
	FORWARD_PER_CLIENT = 128,
	FORWARD_ATTEMPTS = 7, /* of a question */
};

struct forward *forward_new(struct uv_loop_s *loop, uint16_t port);

/* Nobody is answered any more. Memory goes when the loop has turned once more. */
void forward_free(struct forward *forward);

/* Copied. What is on its way goes on. Our own addresses are not to be among them. */
void forward_set_upstreams(struct forward *forward, const struct upstreams *upstreams);

/* Where a reply goes that is not there yet. */
struct forward_place {
	void *owner;
	void (*send)(void *owner, const struct sockaddr_storage *to, const uint8_t *reply,
		size_t len);
	struct sockaddr_storage to; /* handed back to send */
};

/*
 * The length of a reply that is in buffer now, from the cache or because nobody can be asked; 0: it will be sent
 * to the place, from the loop, once, within FORWARD_ALL_MS.
 */
size_t forward_ask(struct forward *forward, const struct ask *ask,
	const struct query *query, const struct forward_place *place, uint8_t *buffer);
