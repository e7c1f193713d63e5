/* SPDX-License-Identifier: Apache-2.0 */
/* Two roles, each with its end of a socket (SOCK_SEQPACKET), and what goes over it: one message at a time, with descriptors. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdns/message.h"

struct err;

enum {
	CHANNEL_WAIT_S = 60,          /* for an answer; a million names are read in one */
	CHANNEL_SEND_BYTES = 1 << 20, /* asked of the kernel, which gives less */
};

struct channel_in {
	struct message message; /* its bytes are in `bytes` */
	int fds[MESSAGE_FDS];   /* the first nfds; whoever received closes them */
	size_t nfds;
	uint8_t bytes[MESSAGE_BYTES];
};

enum channel_fate {
	CHANNEL_MESSAGE,
	CHANNEL_NOTHING, /* nothing is there yet */
	CHANNEL_END,     /* the other one has gone */
	CHANNEL_BROKEN,  /* it talks nonsense */
};

/* Both ends, closed on exec. */
bool channel_new(int out[2], struct err *err);

/* False when it cannot be sent, or not now (for an end that does not block: errno is EAGAIN). */
bool channel_send(int fd, const struct message *message, const int *fds, size_t nfds);

enum channel_fate channel_receive(int fd, struct channel_in *out);

void channel_close_fds(struct channel_in *in);

/*
 * Asks, and waits for the answer. False and err when there is none of `kind`, and for a MESSAGE_DONE that says why
 * not; then nothing is left to be closed.
 */
struct channel_question {
	struct message message;
	const int *fds; /* stay the caller's */
	size_t nfds;
	enum message_kind kind; /* of the answer */
	size_t answer_nfds;
};

bool channel_call(int fd, const struct channel_question *question, struct channel_in *out,
	struct err *err);
