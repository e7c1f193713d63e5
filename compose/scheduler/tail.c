/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One container's output. The log is asked for with times, so that the next stream can
 * begin behind the last one; "since" an engine's own time of start would miss what was
 * written while it noted it.
 */
#include "compose/scheduler/tail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/scheduler/follow.h"
#include "compose/scheduler/pieces.h"
#include "compose/scheduler/stamp.h"
#include "engine-client/engine.h"

#define NS_PER_S 1000000000

struct tail {
	struct tail_opts opts;
	struct call *call; /* inspect, logs or attach; NULL: none */
	bool wanted;       /* a stream, as soon as the inspect has come */
	bool streaming;    /* call is logs or attach */
	bool paused;
	bool inspected;
	bool tty;
	bool unreadable; /* the log driver keeps nothing: attach */
	bool began;      /* the first stream is behind us */
	int64_t last_ns; /* of the newest line; 0: none came */
	char since[40];
	struct pieces pieces[2];
	int fd; /* of the piece that is being told */
};

bool tail_is_open(const struct tail *tail)
{
	return tail->call && (tail->streaming || tail->wanted);
}

bool tail_has_tty(const struct tail *tail)
{
	return tail->tty;
}

static void on_piece(void *ctx, const char *stamp, const char *data, size_t len)
{
	struct tail *tail = ctx;
	int64_t ns;

	if (stamp && stamp_parse(stamp, &ns) && ns > tail->last_ns)
		tail->last_ns = ns;
	tail->opts.text(tail->opts.ctx,
		&(struct follow_text){
			.fd = tail->fd, .stamp = stamp, .data = data, .len = len});
}

static void on_log(void *ctx, int fd, const char *data, size_t len)
{
	struct tail *tail = ctx;

	tail->fd = fd;
	pieces_feed(&tail->pieces[fd == STDERR_FILENO], data, len, on_piece, tail);
}

static void on_attached(void *ctx, int fd, const char *data, size_t len)
{
	struct tail *tail = ctx;

	tail->opts.text(tail->opts.ctx,
		&(struct follow_text){.fd = fd, .data = data, .len = len});
}

static void end(struct tail *tail, const struct err *err)
{
	tail->call = NULL;
	tail->streaming = false;
	tail->wanted = false;
	tail->began = true;
	tail->opts.ended(tail->opts.ctx, err);
}

static void on_end(void *ctx, const struct reply *reply)
{
	struct tail *tail = ctx;

	for (int i = 0; i < 2; i++) {
		tail->fd = STDOUT_FILENO + i;
		pieces_end(&tail->pieces[i], on_piece, tail);
	}
	if (reply->err && strstr(reply->err->text, "does not support reading"))
		tail->unreadable = true;
	end(tail, reply->err);
}

/* Where the next stream begins; NULL: with the first line there is. */
static const char *next_since(struct tail *tail)
{
	int64_t ns = tail->last_ns + 1;

	if (!tail->last_ns)
		return tail->opts.since;
	snprintf(tail->since, sizeof(tail->since), "%" PRId64 ".%09" PRId64,
		ns / NS_PER_S, ns % NS_PER_S);
	return tail->since;
}

static void stream(struct tail *tail)
{
	const struct log_opts opts = {
		.follow = tail->opts.stay,
		.timestamps = true,
		.tty = tail->tty,
		.since = next_since(tail),
		.until = tail->opts.until,
		.tail = tail->began           ? NULL
			: tail->opts.from_now ? "0"
					      : tail->opts.lines,
	};

	tail->streaming = true;
	tail->call = tail->unreadable && tail->opts.stay
		? engine_container_attach(tail->opts.engine, tail->opts.id, tail->tty,
			  NULL, on_attached, on_end, tail)
		: engine_container_logs(
			  tail->opts.engine, tail->opts.id, &opts, on_log, on_end, tail);
	if (tail->paused)
		engine_pause(tail->call, true);
}

static bool has_ended(const struct node *container)
{
	const struct node *status = node_path(container, "State.Status");

	return node_is_text(status, "exited") || node_is_text(status, "dead");
}

static void on_inspected(void *ctx, const struct reply *reply)
{
	struct tail *tail = ctx;

	if (reply->err) {
		tail->call = NULL;
		if (tail->wanted)
			end(tail, reply->err);
		return;
	}
	tail->call = NULL;
	tail->inspected = true;
	tail->tty = node_get_bool(node_get(reply->body, "Config"), "Tty");
	tail->unreadable =
		node_is_text(node_path(reply->body, "HostConfig.LogConfig.Type"), "none");
	if (tail->unreadable && tail->opts.stay && has_ended(reply->body))
		end(tail, NULL);
	else if (tail->wanted || tail->unreadable)
		stream(tail);
}

static void inspect(struct tail *tail)
{
	tail->call = engine_container_inspect(
		tail->opts.engine, tail->opts.id, on_inspected, tail);
}

void tail_open(struct tail *tail)
{
	if (tail_is_open(tail))
		return;
	tail->wanted = true;
	if (tail->call)
		return;
	if (tail->inspected)
		stream(tail);
	else
		inspect(tail);
}

void tail_prepare(struct tail *tail)
{
	if (!tail->call && !tail->inspected)
		inspect(tail);
}

void tail_pause(struct tail *tail, bool paused)
{
	tail->paused = paused;
	if (tail->streaming && tail->call)
		engine_pause(tail->call, paused);
}

struct tail *tail_new(const struct tail_opts *opts)
{
	struct tail *tail = xalloc(sizeof(*tail));

	tail->opts = *opts;
	return tail;
}

void tail_free(struct tail *tail)
{
	if (!tail)
		return;
	if (tail->call)
		engine_cancel(tail->call);
	free(tail);
}
