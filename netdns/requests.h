/* SPDX-License-Identifier: Apache-2.0 */
/* What may be asked for over the control socket (doc/dns.md), and the answers. */
#pragma once

struct err;
struct live;
struct requests;
struct uv_loop_s;

enum { REQUESTS_WAIT_MS = 5000 /* for a network to be ready */ };

struct requests_opts {
	int fd; /* the control socket, listening; taken over */
	struct live *live;
	void (*stop)(void *data);   /* the program is to end */
	void (*retire)(void *data); /* another one has taken over */
	void *data;
};

struct requests *requests_new(
	struct uv_loop_s *loop, const struct requests_opts *opts, struct err *err);

/* Memory goes when the loop has turned once more. */
void requests_free(struct requests *requests);

/* A new zone is served: who waits for one may have it. */
void requests_look(struct requests *requests);
