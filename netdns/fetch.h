/* SPDX-License-Identifier: Apache-2.0 */
/* One reply of the engine's, on the loop, out of the pipe that priv pours it into. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "netdns/priv.h"

struct err;
struct fetch;
struct http_reply;
struct str;
struct uv_loop_s;

struct fetch_opts {
	int priv; /* our end of its channel */
	enum read_kind kind;
	const char *what;   /* of that kind */
	size_t max_bytes;   /* of the body; of a stream: of what is not taken yet */
	int64_t timeout_ms; /* for the whole of it; 0: a stream, it may last */
	/* When the headers are there, and for each piece of a stream, which may be taken from the body. NULL: no need. */
	void (*headers)(void *data, const struct http_reply *reply);
	void (*more)(void *data, struct str *body);
	/* Once, at the end; err NULL: all has come. The fetch is gone when it returns. */
	void (*done)(void *data, const struct http_reply *reply, const struct str *body,
		const struct err *err);
	void *data;
};

struct fetch *fetch_new(struct uv_loop_s *loop, const struct fetch_opts *opts);

/* Gives it up: nothing is called any more. Memory goes when the loop has turned once more. */
void fetch_free(struct fetch *fetch);
