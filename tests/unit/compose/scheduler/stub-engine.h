/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h without an engine: calls are written down, and end when and how the test says.
 * Callbacks come from inside stub_ functions, as if from the loop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct engine;
struct call;
struct uv_loop_s;

/* Waits for nothing; owned by the test. */
struct engine *stub_engine_new(void);
void stub_engine_free(
	struct engine *engine); /* asserts that no call is under way any more */

/* How many calls are under way whose text ("start db", "inspect db", "events") begins
 * with this. */
size_t stub_under_way(const struct engine *engine, const char *text);
size_t stub_made(const struct engine *engine);          /* in all so far */
size_t stub_most_changing(const struct engine *engine); /* at one time */

/* The texts of all changing calls so far, joined by ", ". Lives until the next such
 * question. */
const char *stub_log(struct engine *engine);

/* The body of the last call with this text, as JSON. */
const char *stub_body(struct engine *engine, const char *text);

/* Ends the oldest call under way with exactly this text. Fails the test if there is none.
 */
void stub_reply(struct engine *engine, const char *text, const char *json);
void stub_fail(struct engine *engine, const char *text, enum err_kind kind, int status,
	const char *message);

/* Ends all calls under way with ERR_CONNECTION. */
void stub_cut(struct engine *engine);

/* Ends changing calls well at once, in the next turn of the loop, with Id "id-NAME" for
 * creates. */
void stub_serve(struct engine *engine, struct uv_loop_s *loop);

/* Streams: headers came; one record; bytes. */
void stub_ready(struct engine *engine, const char *text);
void stub_record(struct engine *engine, const char *text, const char *json);
void stub_data(struct engine *engine, const char *text, int fd, const char *data);
size_t stub_read(struct engine *engine,
	const char *text); /* a build's context, to its end: bytes */
bool stub_is_paused(const struct engine *engine, const char *text);
void stub_set_clock(struct engine *engine, int64_t clock_s);
