/* SPDX-License-Identifier: Apache-2.0 */
/* A two-way stream between the caller's standard streams and a container. */
#include "cmd/session.h"

#include "base/arena.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/detach.h"
#include "cmd/input.h"
#include "cmd/output.h"
#include "cmd/tty.h"
#include "engine-client/engine.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

/* What docker forwards, but for those by which a terminal stops and continues us. */
static const struct {
	int number;
	const char *name;
} signals[] = {
	{SIGHUP, "HUP"},
	{SIGINT, "INT"},
	{SIGQUIT, "QUIT"},
	{SIGTERM, "TERM"},
	{SIGUSR1, "USR1"},
	{SIGUSR2, "USR2"},
	{SIGALRM, "ALRM"},
};

enum {
	NSIGNALS = sizeof(signals) / sizeof(*signals),
	RESIZE_TRIES = 10,
	RESIZE_RETRY_MS = 10, /* longer by this each time */
};

struct session {
	uv_loop_t *loop;
	struct engine *engine;
	struct session_opts opts;
	struct call *call;   /* NULL once it has ended */
	struct tty *tty;     /* NULL: not raw */
	struct input *input; /* NULL: nothing is passed on */
	struct output *outputs[2];
	struct detach detach;
	uv_signal_t watched[NSIGNALS];
	uv_signal_t window;
	uv_timer_t resize_timer;
	struct call *resize; /* NULL: none under way */
	int nresize_tries;
	unsigned nhandles; /* being closed */
	bool ready;
	bool ended; /* the other side has no more */
	bool done;
	struct session_result result;
};

const bool *session_ready(const struct session *session)
{
	return &session->ready;
}

const bool *session_done(const struct session *session)
{
	return &session->done;
}

const struct session_result *session_result(const struct session *session)
{
	return &session->result;
}

static void check_done(struct session *session)
{
	session->done = session->ended && output_is_idle(session->outputs[0]) &&
		output_is_idle(session->outputs[1]);
}

/* Whoever waits for the other side to listen waits for its end too. */
static void end(struct session *session)
{
	session->call = NULL;
	session->ready = true;
	session->ended = true;
	if (session->input)
		input_pause(session->input, true);
	check_done(session);
}

static void give_up(struct session *session)
{
	if (session->call)
		engine_cancel(session->call);
	end(session);
}

static void on_done(void *ctx, const struct reply *reply)
{
	struct session *session = ctx;

	if (reply->err) {
		session->result.failed = true;
		session->result.err = *reply->err;
	}
	end(session);
}

static void on_ready(void *ctx)
{
	struct session *session = ctx;

	session->ready = true;
	if (session->input)
		input_pause(session->input, false);
	if (session->opts.kind == SESSION_EXEC || session->opts.resize_when_ready)
		session_resize(session);
}

static void hold_back_if_full(struct session *session)
{
	if (session->call)
		engine_pause(session->call,
			output_is_full(session->outputs[0]) ||
				output_is_full(session->outputs[1]));
}

static void on_data(void *ctx, int fd, const char *data, size_t len)
{
	struct session *session = ctx;
	struct output *output = session->outputs[fd == STDERR_FILENO];

	output_write(output, data, len);
	if (output_error(output)) {
		session->result.output_gone = true;
		give_up(session);
		return;
	}
	if (output_is_full(output))
		hold_back_if_full(session);
}

static void on_output_drained(void *ctx)
{
	struct session *session = ctx;

	hold_back_if_full(session);
	check_done(session);
}

static void on_input_drained(void *ctx)
{
	struct session *session = ctx;

	if (session->input && session->call)
		input_pause(session->input, false);
}

static void pass_on(struct session *session, const char *data, size_t len)
{
	if (len && !engine_stream_write(session->call, data, len))
		input_pause(session->input, true);
}

static void on_input(void *ctx, const char *data, size_t len)
{
	struct session *session = ctx;
	auto_str typed = {0};

	if (!session->call)
		return;
	if (!len) {
		engine_stream_close_input(session->call);
		return;
	}
	if (!session->tty) {
		pass_on(session, data, len);
		return;
	}
	session->result.detached = detach_filter(&session->detach, data, len, &typed);
	pass_on(session, str_text(&typed), typed.len);
	if (session->result.detached)
		give_up(session);
}

static void on_resize_timer(uv_timer_t *timer);

static void on_resized(void *ctx, const struct reply *reply)
{
	struct session *session = ctx;

	session->resize = NULL;
	if (reply->err && ++session->nresize_tries < RESIZE_TRIES)
		uv_timer_start(&session->resize_timer, on_resize_timer,
			(uint64_t)RESIZE_RETRY_MS * (uint64_t)session->nresize_tries, 0);
}

/*
 * The engine answers the start of an exec before the process has its terminal, and tells
 * by an error that it was too early. Nothing announces the right moment on 20.10, so this
 * is asked again a few times, as docker does.
 */
static void send_size(struct session *session)
{
	int rows, columns;

	if (!session->call || session->resize || !tty_size(&rows, &columns))
		return;
	session->resize = session->opts.kind == SESSION_EXEC
		? engine_exec_resize(session->engine, session->opts.id, rows, columns,
			  on_resized, session)
		: engine_container_resize(session->engine, session->opts.id, rows,
			  columns, on_resized, session);
}

static void on_resize_timer(uv_timer_t *timer)
{
	send_size(timer->data);
}

void session_resize(struct session *session)
{
	session->nresize_tries = 0;
	if (session->opts.tty)
		send_size(session);
}

static void on_window(uv_signal_t *handle, int number __attribute__((unused)))
{
	session_resize(handle->data);
}

static void on_forwarded(void *ctx __attribute__((unused)),
	const struct reply *reply __attribute__((unused)))
{
}

static const char *signal_name(int number)
{
	for (size_t i = 0; i < NSIGNALS; i++)
		if (signals[i].number == number)
			return signals[i].name;
	return NULL;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct session *session = handle->data;

	if (session->opts.forward_signals) {
		engine_container_kill(session->engine, session->opts.id,
			signal_name(number), on_forwarded, NULL);
		return;
	}
	session->result.signal = number;
	give_up(session);
}

static void watch_signals(struct session *session)
{
	for (size_t i = 0; i < NSIGNALS; i++) {
		uv_signal_init(session->loop, &session->watched[i]);
		session->watched[i].data = session;
		uv_signal_start(&session->watched[i], on_signal, signals[i].number);
	}
	uv_signal_init(session->loop, &session->window);
	session->window.data = session;
	uv_signal_start(&session->window, on_window, SIGWINCH);
	uv_timer_init(session->loop, &session->resize_timer);
	session->resize_timer.data = session;
}

static bool open_terminal(struct session *session, struct err *err)
{
	if (!session->opts.tty || !session->opts.interactive || !isatty(STDIN_FILENO))
		return true;
	session->tty = tty_raw_new(session->loop, err);
	return session->tty != NULL;
}

static void open_streams(struct session *session)
{
	for (int i = 0; i < 2; i++)
		session->outputs[i] = output_new(
			session->loop, STDOUT_FILENO + i, on_output_drained, session);
	if (session->opts.interactive)
		session->input =
			input_new(session->loop, STDIN_FILENO, on_input, session);
}

static void open_call(struct session *session)
{
	const struct stream_opts opts = {
		.tty = session->opts.tty,
		.stdin_open = session->opts.interactive,
		.detach_keys = session->opts.detach_keys,
		.ready = on_ready,
		.drained = on_input_drained,
		.data = on_data,
		.done = on_done,
		.ctx = session,
	};

	session->call = session->opts.kind == SESSION_EXEC
		? engine_exec_start_stream(session->engine, session->opts.id, &opts)
		: engine_container_attach_stream(
			  session->engine, session->opts.id, &opts);
}

struct session *session_new(struct uv_loop_s *loop, struct engine *engine,
	const struct session_opts *opts, struct err *err)
{
	struct session *session = xalloc(sizeof(*session));

	*session = (struct session){.loop = loop, .engine = engine, .opts = *opts};
	if (!detach_init(&session->detach, opts->detach_keys, err) ||
		!open_terminal(session, err)) {
		free(session);
		return NULL;
	}
	watch_signals(session);
	open_streams(session);
	open_call(session);
	return session;
}

/* The last handle to be closed takes the session with it. */
static void on_closed(uv_handle_t *handle)
{
	struct session *session = handle->data;

	if (--session->nhandles == 0)
		free(session);
}

static void close_handle(struct session *session, void *handle)
{
	session->nhandles++;
	uv_close(handle, on_closed);
}

void session_free(struct session *session)
{
	if (!session)
		return;
	if (session->call)
		engine_cancel(session->call);
	if (session->resize)
		engine_cancel(session->resize);
	tty_free(session->tty);
	input_free(session->input);
	for (int i = 0; i < 2; i++)
		output_free(session->outputs[i]);
	for (size_t i = 0; i < NSIGNALS; i++)
		close_handle(session, &session->watched[i]);
	close_handle(session, &session->window);
	close_handle(session, &session->resize_timer);
}

bool session_run(struct app *app, const struct session_opts *opts,
	struct session_result *out, struct err *err)
{
	struct session *session = session_new(app->loop, app->engine, opts, err);

	if (!session)
		return false;
	app_run_until(app, session_done(session));
	*out = *session_result(session);
	session_free(session);
	if (out->failed)
		*err = out->err;
	return !out->failed;
}

bool session_left(const struct session_result *result)
{
	return result->detached || result->signal || result->output_gone;
}

int session_status(const struct session_result *result)
{
	if (result->detached)
		return 0;
	return 128 + (result->output_gone ? SIGPIPE : SIGINT);
}
