/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's reply to one request (HTTP/1.x, RFC 9112), read in pieces of any size. Nothing here waits: whoever
 * has the socket hands over what came. All that a peer can make us hold has a ceiling.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct str;

enum {
	HTTP_LINE_BYTES = 8 << 10,
	HTTP_HEADER_BYTES = 64 << 10, /* all lines that are not body */
};

enum http_state {
	HTTP_STATUS,
	HTTP_HEADERS,
	HTTP_SIZED,      /* `left` bytes of body */
	HTTP_TO_END,     /* body until the connection ends */
	HTTP_CHUNK_SIZE, /* a line, then `left` bytes, then an empty line */
	HTTP_CHUNK,
	HTTP_CHUNK_END,
	HTTP_TRAILERS,
	HTTP_DONE, /* what comes behind is ignored */
};

/* A zeroed one is ready for a reply, and holds nothing that needs freeing. */
struct http_reply {
	enum http_state state;
	int status;
	int64_t date_s; /* of the engine's clock; 0: not told */
	bool sized;
	bool chunked;
	uint64_t left;
	size_t header_bytes;
	size_t nline;
	char line[HTTP_LINE_BYTES];
};

/*
 * Appends to body what there is of it. False for what is no such reply, or too long; a body over the ceiling of
 * `body` is too long.
 */
bool http_read(struct http_reply *reply, const char *bytes, size_t len, struct str *body,
	struct err *err);

bool http_has_headers(const struct http_reply *reply);

/* At the end of the connection: whether all has come. */
bool http_is_whole(const struct http_reply *reply);

/* "Tue, 24 Nov 2026 13:03:35 GMT" (RFC 9110 5.6.7) in Unix seconds; 0 for anything else. */
int64_t http_date(const char *text);
