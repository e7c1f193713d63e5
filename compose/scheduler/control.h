/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question to netdns over its control socket (doc/dns.md): a line of JSON there, a line back.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct control;
struct err;
struct node;
struct uv_loop_s;

#define CONTROL_REPLY_MAX_BYTES ((size_t)64 << 20) /* a dump holds every name */

/*
 * reply lives until the function returns; NULL: err says why. ERR_SYSTEM: it could not be asked (err.status: errno); ERR_STATE: netdns said no, in its own words.
 */
typedef void control_done(void *ctx, const struct node *reply, const struct err *err);

/* done is called once, never from inside; the asker lets go before, or by then. path lives as long. timeout_ms is of the whole. */
struct control *control_ask(struct uv_loop_s *loop, const char *path,
	const struct node *request, int64_t timeout_ms, control_done *done, void *ctx);

/* Gives it up; done is not called. Accepts NULL. Not after done. */
void control_cancel(struct control *control);
