/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unix socket for the people and programs of this host: a line in, a line out, in order. While an answer is not
 * taken, nothing more is read, so what a client can make us hold is one line and one answer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct control;
struct control_client;
struct err;
struct str;
struct uv_loop_s;

enum {
	CONTROL_LINE_BYTES = 64 << 10, /* a longer one ends the connection */
	CONTROL_FDS = 2,               /* at most with one line */
	CONTROL_CLIENTS = 16,          /* a further one is closed at once */
	CONTROL_IDLE_MS =
		60 * 1000, /* without a whole line, or with an answer that nobody takes */
};

struct control_opts {
	int fd; /* the socket, listening; taken over */
	/* To be answered with control_answer, now or later, but before control_free. */
	void (*request)(
		void *data, struct control_client *client, const char *line, size_t len);
	void *data;
};

struct control *control_new(
	struct uv_loop_s *loop, const struct control_opts *opts, struct err *err);

/* Memory goes when the loop has turned once more. */
void control_free(struct control *control);

/* A line of its own before the answer, with descriptors (SCM_RIGHTS), at once. False when it cannot be sent. */
bool control_send(struct control_client *client, const struct str *line, const int *fds,
	size_t nfds);

/* One line, without its end. */
void control_answer(struct control_client *client, const struct str *line);
