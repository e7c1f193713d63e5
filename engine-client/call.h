/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this folder share: a call from its first line to its end. Not for
 * others.
 *
 * A call is written down (call_new, then call_query and its kin, or fields), then handed
 * over (call_start). It waits in the engine's queue until it may run, runs on a handle of
 * libcurl's, and ends in call_end. Everything that may call back into libcurl is done
 * outside of libcurl's own callbacks: starting waits in the queue, cancelling in the list
 * of the cancelled.
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "engine-client/engine.h"
#include "engine-client/frames.h"
#include "engine-client/records.h"

struct node;
struct stream;

#define CALL_ERROR_MAX_BYTES \
	((size_t)64 << 10) /* of an answer that says what went wrong */

/* How the bytes of a good answer are taken. */
enum answer {
	ANSWER_JSON, /* one text, kept; none is fine */
	ANSWER_RECORDS,
	ANSWER_FRAMES, /* multiplexed output */
	ANSWER_RAW,    /* a terminal's output */
	ANSWER_STREAM, /* two-way: stream.c speaks HTTP itself */
};

struct call {
	struct engine *engine;
	struct call *prev, *next; /* in list */
	struct call_list
		*list; /* the one of the engine's that it is in; tells its state */
	bool bounded;  /* a plain read: these are not all sent at once */
	struct arena arena;

	const char *method;
	struct str target; /* "/v1.41/containers/json?all=1" */
	bool has_query;
	struct curl_slist *headers; /* own ones; NULL: the engine's usual ones */
	struct str body;
	const void *raw_body; /* in place of body; the caller's */
	size_t raw_body_bytes;
	long (*read)(void *ctx, void *buffer, size_t room); /* in place of both */
	void *read_ctx;
	const struct err *read_err;

	CURL *easy;
	char curl_words[CURL_ERROR_SIZE];
	enum answer answer;
	int status;
	bool json;        /* the answer says that it is */
	struct str taken; /* ANSWER_JSON, and what went wrong */
	struct records records;
	struct frames frames;
	struct stream *stream;
	bool registry; /* what goes wrong is the registry's doing */
	bool paused;

	/* A last look at an answer that went well, before done. False: failed, err is
	 * filled. */
	bool (*settle)(struct call *call);

	void (*ready)(void *ctx);
	engine_record *record;
	engine_data *data;
	engine_done *done;
	void *ctx;

	bool failed; /* err is filled; the transfer is only to be ended */
	struct err err;
};

struct call_list {
	struct call *first, *last;
};

#define ENGINE_IDLE_HANDLES 32

struct engine {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer; /* libcurl's */
	uv_timer_t pump;  /* runs the queue from the loop */
	int open_handles; /* of the two timers */
	void (*on_closed)(struct engine *engine);
	bool in_curl; /* one of libcurl's callbacks is on the stack */
	struct call_list queued, running, cancelled, stillborn;
	unsigned nbounded, max_bounded; /* plain reads running */

	CURL *idle[ENGINE_IDLE_HANDLES];
	size_t nidle;
	struct curl_slist *plain_headers, *json_headers;

	struct arena arena; /* the texts of the options */
	struct engine_opts opts;
	const char *unix_path; /* NULL: not a unix socket */
	const char *base_url;  /* "http://localhost" */
	struct ssh *ssh;       /* NULL: not ssh:// */

	char api_version[16]; /* "" until settled */
	int api_major, api_minor;
	int builder_version;
	int64_t clock_s;
};

/*
 * endpoint is method and path as the API's manual has them, "POST /containers/{}/start";
 * each {} takes one of the texts that follow, escaped. The version comes in front.
 */
struct call *call_new(struct engine *engine, const char *endpoint, ...);
struct call *call_new_read(
	struct engine *engine, const char *endpoint, ...); /* a bounded one */
void call_query(
	struct call *call, const char *key, const char *value);     /* NULL: left out */
void call_query_flag(struct call *call, const char *key, bool yes); /* false: left out */
void call_query_int(struct call *call, const char *key, int64_t value);
void call_query_filters(struct call *call, const struct node *filters);
void call_body(struct call *call, const struct node *body);
void call_header(
	struct call *call, const char *name, const char *value); /* NULL: left out */

/* What is to be done with the answer; JSON if none of these is said. */
void call_records(struct call *call, size_t max_record_bytes, engine_record *record);
void call_output(struct call *call, bool tty, engine_data *data);

struct call *call_start(struct call *call, engine_done *done, void *ctx);

/* multi.c: libcurl's multi handle on the loop. */
bool multi_open(struct engine *engine, struct err *err);
void multi_close(struct engine *engine, void (*on_closed)(struct engine *engine));
void multi_cancel(struct call *call);
void multi_end(struct call *call, CURLcode code);
void multi_kick(struct engine *engine); /* runs the queue from the loop soon */
void multi_pump(struct engine *engine); /* runs the queue now */

/* transfer.c: one call on one handle. */
bool transfer_begin(struct call *call);
void transfer_end(struct call *call, CURLcode code);
void transfer_drop(struct call *call); /* lets go of the handle */

/* Sets what every handle of the engine needs: where to connect, TLS. */
void transfer_connect_to(struct engine *engine, CURL *easy);

/* Fills err from a transfer that went wrong. */
void transfer_failed(struct call *call, CURLcode code);

/* Takes bytes of a good or a bad answer. False: failed, err is filled. */
bool call_take(struct call *call, const char *data, size_t len);

/* Notes what a header line tells. */
void call_take_header(struct call *call, const char *line, size_t len);

/* The stream went well to its end: a last record may lack its line feed. */
void call_last_record(struct call *call);

/* Ends a call with what it has: calls done, frees. */
void call_end(struct call *call);
void call_free(struct call *call);
void call_move(struct call *call, struct call_list *list); /* NULL: out of all lists */
bool call_is_running(const struct call *call);

/* An answer that is no success; "not modified" (already started, already stopped) is one. */
bool call_is_refused(const struct call *call);

/* stream.c: what multi.c does with a two-way call. */
void stream_connected(struct call *call);
void stream_stop(struct stream *stream); /* looks at its socket no more */
void stream_free(struct stream *stream);
void stream_pause(struct call *call, bool paused);

/* The body of POST /exec/{}/start. */
struct node *exec_start_body(struct arena *arena, bool detach, bool tty);

/* ssh.c */
struct ssh *ssh_new(uv_loop_t *loop, const char *host, struct err *err);
void ssh_free(struct ssh *ssh);
void ssh_connect_to(struct ssh *ssh, CURL *easy);
const char *ssh_last_words(
	const struct ssh *ssh); /* what ssh complained of; "" if nothing */
