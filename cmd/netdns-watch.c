/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role watch: reads the engine, or a zone's file, has the zone served, and answers on the control socket. What it
 * needs of files and sockets it is given by priv.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "cmd/netdns-roles.h"
#include "cmd/netdns-sandbox.h"
#include "netdns/channel.h"
#include "netdns/live.h"
#include "netdns/priv.h"
#include "netdns/requests.h"
#include "netdns/resolv.h"
#include "netdns/roles.h"
#include "netdns/server.h"
#include "netdns/takeover.h"
#include "netdns/zone-file.h"
#include "netdns/zone-input.h"

enum {
	FILE_MAX_BYTES = 256 << 20,
	RETIRE_MS = 4000, /* longer than others are asked */
};

static const struct roles roles = {
	.priv = NETDNS_WATCH_PRIV, .dns = NETDNS_WATCH_DNS, .fwd = NETDNS_WATCH_FWD};

struct program {
	const struct netdns_options *options;
	uv_loop_t loop;
	uv_timer_t retiring;
	uv_poll_t news;
	struct live *live;
	struct requests *requests; /* NULL: no control socket */
	size_t nlisteners;         /* as last said */
	bool retired;
	int before; /* the connection to one that we take over from; -1: none */
};

/* ---- the zone */

static bool read_file(struct arena *arena, enum priv_file which, char **out,
	size_t *out_len, struct err *err)
{
	auto_fd fd = -1;
	auto_file f = NULL;
	struct stat st;

	if (!priv_file(roles.priv, which, &fd, err))
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
		return err_set(err, ERR_INPUT, "not a file, or larger than %d MiB",
			FILE_MAX_BYTES >> 20);
	f = fdopen(fd, "r");
	if (!f)
		return err_sys(err, "read a file");
	fd_take(&fd);
	*out = arena_alloc(arena, (size_t)st.st_size + 1);
	*out_len = fread(*out, 1, (size_t)st.st_size, f);
	/* cppcheck-suppress resourceLeak ; auto_file closes it */
	return ferror(f) ? err_sys(err, "read a file") : true;
}

static void print_errors(const char *path, const struct errs *errs)
{
	for (size_t i = 0; i < errs->nitems; i++)
		fprintf(stderr, "davit-netdns: %s: %s\n", path, errs->items[i].text);
}

static bool load(struct program *program, struct arena *scratch, struct err *err)
{
	const char *path = program->options->zone;
	struct zone_input input;
	struct arena arena = {0};
	struct errs errs;
	char *text = NULL;
	size_t len = 0;

	if (!read_file(scratch, PRIV_ZONE, &text, &len, err))
		return err_wrap(err, "%s", path);
	errs_init(&errs, scratch);
	if (!zone_file_read(&arena, text, len, &input, &errs)) {
		print_errors(path, &errs);
		arena_finish(&arena);
		return err_set(err, ERR_INPUT, "%s: not a zone", path);
	}
	return live_set_file(program->live, &arena, &input, err);
}

static bool set_zone(struct program *program)
{
	struct arena scratch = {0};
	struct err err = {0};
	bool ok = !program->options->zone || load(program, &scratch, &err);

	if (!ok)
		netdns_say(NULL, err.text);
	arena_finish(&scratch);
	return ok;
}

static void say_listeners(struct program *program)
{
	program->nlisteners = live_nlisteners(program->live);
	fprintf(stderr, "davit-netdns: serving %zu addresses\n", program->nlisteners);
}

static bool listen_for_requests(struct program *program, struct err *err);

/* Our sockets are read by us now; the one before need not. */
static void end_takeover(struct program *program)
{
	struct err err = {0};

	if (!takeover_end(program->before, &err))
		netdns_say(NULL, err.text);
	close(program->before);
	program->before = -1;
	server_drop_taken(live_server(program->live));
	if (!listen_for_requests(program, &err))
		netdns_say(NULL, err.text);
}

static void on_published(void *data)
{
	struct program *program = data;

	if (!program->options->zone &&
		live_nlisteners(program->live) != program->nlisteners)
		say_listeners(program);
	if (program->before >= 0)
		end_takeover(program);
	if (program->requests)
		requests_look(program->requests);
}

static void on_stop(void *data)
{
	struct program *program = data;

	uv_stop(&program->loop);
}

static void on_retired(uv_timer_t *timer)
{
	struct program *program = timer->data;

	requests_free(program->requests);
	live_free(program->live);
	program->requests = NULL;
	program->live = NULL;
}

/*
 * What others are asked is waited for; then there is nothing left to do but to wait for the end. Who keeps us running
 * would only start us again.
 */
static void on_retire(void *data)
{
	struct program *program = data;
	struct err err = {0};

	netdns_say(NULL, "another one has taken over");
	program->retired = true;
	if (!priv_retired(roles.priv, &err))
		netdns_say(NULL, err.text);
	uv_timer_start(&program->retiring, on_retired, RETIRE_MS, 0);
}

/* A file that is not there names nobody. */
static void set_upstreams(struct program *program)
{
	struct arena scratch = {0};
	struct upstreams upstreams = {0};
	struct err err = {0};
	char *text = NULL;
	size_t len = 0;

	if (read_file(&scratch, PRIV_RESOLV, &text, &len, &err))
		resolv_read(text, len, &upstreams);
	else
		netdns_say(NULL, err.text);
	live_set_upstreams(program->live, &upstreams);
	arena_finish(&scratch);
}

/* ---- the run */

/* A file has changed, or the program is to end. */
static void on_news(uv_poll_t *poll, int status, int events)
{
	struct program *program = poll->data;
	struct channel_in in;
	enum channel_fate fate = channel_receive(NETDNS_WATCH_NEWS, &in);

	(void)status;
	(void)events;
	if (fate == CHANNEL_END)
		uv_stop(&program->loop);
	if (fate != CHANNEL_MESSAGE || program->retired)
		return;
	set_upstreams(program);
	set_zone(program);
	say_listeners(program);
}

static void listen_to_news(struct program *program)
{
	program->retiring.data = program->news.data = program;
	uv_timer_init(&program->loop, &program->retiring);
	uv_poll_init(&program->loop, &program->news, NETDNS_WATCH_NEWS);
	uv_poll_start(&program->news, UV_READABLE, on_news);
}

static void close_handle(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void finish(struct program *program)
{
	requests_free(program->requests);
	live_free(program->live);
	uv_walk(&program->loop, close_handle, NULL);
	uv_run(&program->loop, UV_RUN_DEFAULT);
	uv_loop_close(&program->loop);
}

static bool listen_for_requests(struct program *program, struct err *err)
{
	struct requests_opts opts = {
		.live = program->live,
		.stop = on_stop,
		.retire = on_retire,
		.data = program,
	};

	if (!priv_control(roles.priv, &opts.fd, err))
		return false;
	program->requests = requests_new(&program->loop, &opts, err);
	return program->requests != NULL;
}

/* One that is there already is heard and obeyed until we serve. */
static bool open_control(struct program *program, struct err *err)
{
	if (!program->options->control)
		return true;
	if (!priv_before(roles.priv, &program->before, err))
		return false;
	return program->before >= 0
		? takeover_begin(program->before, live_server(program->live), err)
		: listen_for_requests(program, err);
}

static bool open_live(struct program *program, struct err *err)
{
	struct live_opts opts = {
		.roles = &roles,
		.engine = program->options->zone ? NULL : program->options->engine,
		.host = program->options->host,
		.port = (uint16_t)program->options->port,
		.say = netdns_say,
		.published = on_published,
		.data = program,
	};

	program->live = live_new(&program->loop, &opts, err);
	return program->live != NULL;
}

static bool start(struct program *program)
{
	struct err err = {0};

	if (!open_live(program, &err) || !open_control(program, &err)) {
		netdns_say(NULL, err.text);
		return false;
	}
	set_upstreams(program);
	return set_zone(program);
}

/* With the first stream libuv opens a descriptor that it keeps in reserve: later that could not be done. */
int netdns_watch(const struct netdns_options *options)
{
	struct program program = {.options = options, .before = -1};
	uv_pipe_t reserve;
	bool ok;

	netdns_begin(NETDNS_WATCH_PRIV);
	uv_loop_init(&program.loop);
	uv_pipe_init(&program.loop, &reserve, 0);
	listen_to_news(&program);
	ok = netdns_confine(options, CONFINE_WATCH) && start(&program);
	if (ok) {
		say_listeners(&program);
		uv_run(&program.loop, UV_RUN_DEFAULT);
	}
	finish(&program);
	return netdns_end(options, ok ? EXIT_SUCCESS : EXIT_FAILURE);
}
