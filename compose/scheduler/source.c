/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/scheduler/source.h"

#include "base/node.h"
#include "compose/scheduler/merge.h"
#include "compose/scheduler/tail.h"
#include "compose/scheduler/timer.h"
#include "engine-client/engine.h"

enum {
	LOOK_AGAIN_MS = 200,
	SETTLE_MS =
		2000, /* from the death to the start of a restart, on a busy machine */
};

void follow_give_up(struct follow *follow, const struct err *err)
{
	if (follow->over)
		return;
	follow->over = true;
	follow->opts.done(follow->opts.ctx, err);
}

void source_begin(struct source *source)
{
	source->live = true;
	source->seen = true;
	source->public.past = false;
	source->killed = false;
	source->expected = false;
	source->follow->opts.started(source->follow->opts.ctx, &source->public);
	source->public.restarting = false;
	if (source->tail)
		tail_open(source->tail);
}

static void end(struct source *source, int exit_code, bool restarts)
{
	bool again = source->again;

	timer_stop(&source->timer);
	source->settling = false;
	source->live = false;
	source->died = false;
	source->again = false;
	source->public.restarting = restarts || again;
	source->follow->opts.ended(source->follow->opts.ctx, &source->public, exit_code,
		source->public.restarting);
	if (again)
		source_begin(source);
}

/* ---- the end of what was killed */

static bool expects(const struct follow *follow)
{
	for (const struct source *source = follow->sources; source; source = source->next)
		if (source->expected && source->wish != FOLLOW_NOT)
			return true;
	return false;
}

static void settle_later(struct source *source);

/* While another one is about to start, this one may be what it replaces. */
static void on_settled(void *ctx)
{
	struct source *source = ctx;

	if (expects(source->follow) && !source->follow->hurried)
		settle_later(source);
	else
		end(source, source->exit_code, false);
}

static void settle_later(struct source *source)
{
	source->settling = true;
	timer_start(
		source->follow->opts.loop, SETTLE_MS, on_settled, source, &source->timer);
}

/* Nothing more is to be learned of those that are removed, or when nothing may start. */
void sources_settle(struct follow *follow)
{
	bool certain = follow->hurried || !expects(follow);

	for (struct source *source = follow->sources; source; source = source->next)
		if (source->settling &&
			(source->again || follow->hurried ||
				(source->removed && certain)))
			end(source, source->exit_code, false);
}

/* ---- what there is, in the order of time */

void source_hold_back(struct source *source)
{
	tail_pause(source->tail, source->follow->paused || merge_is_full(source->log));
}

static void end_merged(struct source *source)
{
	struct follow *follow = source->follow;

	end(source, 0, false);
	if (--follow->nopen == 0 && follow->listed)
		follow_give_up(
			follow, follow->err.kind == ERR_NONE ? NULL : &follow->err);
}

/* Going on with a stream may bring more of it at once, and so lead back here. */
void sources_tell_merged(struct follow *follow)
{
	struct follow_text text;
	void *next;

	if (follow->merging)
		return;
	follow->merging = true;
	while (!follow->paused && merge_next(follow->merge, &next, &text)) {
		struct source *source = next;

		if (text.data) {
			follow->opts.text(follow->opts.ctx, &source->public, &text);
			source_hold_back(source);
		} else {
			end_merged(source);
		}
	}
	follow->merging = false;
}

void source_on_text(void *ctx, const struct follow_text *text)
{
	struct source *source = ctx;

	source->public.tty = tail_has_tty(source->tail);
	if (source->log) {
		merge_push(source->log, text);
		sources_tell_merged(source->follow);
		source_hold_back(source);
	} else {
		source->follow->opts.text(
			source->follow->opts.ctx, &source->public, text);
	}
}

/* ---- the end of a stream */

static void look(void *ctx);

/*
 * The stream has ended. If it still runs and no death was told, the death is about to be
 * told, or the stream broke: look once more a little later.
 */
static void on_look(void *ctx, const struct reply *reply)
{
	struct source *source = ctx;
	const struct node *state = node_get(reply->body, "State");
	bool running =
		node_get_bool(state, "Running") && !node_get_bool(state, "Restarting");

	source->look = NULL;
	if (!source->live)
		return;
	if (!reply->err && running && !source->died) {
		if (source->tail)
			tail_open(source->tail);
		return;
	}
	if (reply->err && reply->err->kind == ERR_CONNECTION && !source->died)
		return; /* the engine is away: the watch tells when it is back */
	if (!source->died)
		source->exit_code = (int)node_get_int(state, "ExitCode", 0);
	source->died = true;
	if (!reply->err && (running || node_get_bool(state, "Restarting")))
		end(source, source->exit_code, true);
	else if (source->killed && !source->again)
		settle_later(source);
	else
		end(source, source->exit_code, false);
	sources_settle(source->follow);
}

static void look(void *ctx)
{
	struct source *source = ctx;

	if (!source->look)
		source->look = engine_container_inspect(
			source->follow->opts.engine, source->public.id, on_look, source);
}

void source_look_soon(struct source *source)
{
	timer_stop(&source->timer);
	source->settling = false;
	if (source->died)
		look(source);
	else
		timer_start(source->follow->opts.loop, LOOK_AGAIN_MS, look, source,
			&source->timer);
}

void source_on_ended(void *ctx, const struct err *err)
{
	struct source *source = ctx;
	struct follow *follow = source->follow;

	if (err && follow->err.kind == ERR_NONE) {
		follow->err = *err;
		err_wrap(&follow->err, "%s", source->public.name);
	}
	if (source->log) {
		merge_close(source->log);
		sources_tell_merged(follow);
		return;
	}
	if (source->public.past) {
		end(source, 0, false);
		source->public.past = false;
	} else if (source->live) {
		source_look_soon(source);
	}
}

void source_start(struct source *source)
{
	if (source->died || source->public.past)
		source->again = true;
	else if (!source->live)
		source_begin(source);
}

bool source_is_streaming(const struct source *source)
{
	return source->tail && tail_is_open(source->tail);
}

void source_die(struct source *source, int exit_code)
{
	if (!source->live)
		return;
	source->died = true;
	source->exit_code = exit_code;
	if (!source_is_streaming(source))
		source_look_soon(source);
}
