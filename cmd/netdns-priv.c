/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role priv: starts the others from this very program, answers what watch may ask for, and tells it of signals and
 * of files that have changed. When one of the others ends, all do: whoever keeps us running starts all anew.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "cmd/netdns-roles.h"
#include "cmd/netdns-sandbox.h"
#include "netdns/channel.h"
#include "netdns/keeper.h"

enum {
	SETTLE_MS = 10, /* writers often write twice */
	LATE_MS = 500,  /* one that has not ended by then is ended with us */
	CHANNELS_MAX = 4,
	FIRST_CHANNEL = 3,
	NCHILDREN = 3,
};

/* A file whose directory is watched, as files are replaced by renaming. */
struct watched {
	struct program *program;
	const char *file; /* its name in the directory */
	uv_fs_event_t event;
};

struct child {
	struct program *program;
	const char *name;
	uv_process_t process;
};

struct program {
	struct arena arena; /* of the whole run */
	const struct netdns_options *options;
	char **argv;
	uv_loop_t loop;
	struct keeper *keeper;
	struct child children[NCHILDREN];
	struct watched watched[PRIV_FILES];
	uv_timer_t settle;
	uv_timer_t late;
	unsigned nrunning; /* of the children */
	uv_signal_t signals[3];
	int calls; /* our ends of the channels to watch */
	int news;  /* -1: it is told to end */
	int status;
};

/* ---- the other roles */

static void tell_to_end(struct program *program)
{
	if (program->news >= 0)
		close(program->news);
	program->news = -1;
	uv_timer_stop(&program->settle);
}

static void on_late(uv_timer_t *timer)
{
	struct program *program = timer->data;

	uv_stop(&program->loop);
}

static void say_end(const struct child *child, int64_t status, int signal)
{
	if (signal)
		fprintf(stderr, "davit-netdns: its part \"%s\" ended by signal %d (%s)\n",
			child->name, signal, strsignal(signal));
	else if (status && !text_eq(child->name, "watch")) /* which says why itself */
		fprintf(stderr, "davit-netdns: its part \"%s\" ended\n", child->name);
}

/* With the first the others end too, and well; which was the first is not seen by the order in which we hear of it. */
static void on_ended(uv_process_t *process, int64_t status, int signal)
{
	struct child *child = process->data;
	struct program *program = child->program;

	say_end(child, status, signal);
	if (signal || status)
		program->status = EXIT_FAILURE;
	tell_to_end(program);
	program->nrunning--;
	if (program->nrunning)
		uv_timer_start(&program->late, on_late, LATE_MS, 0);
	else
		uv_stop(&program->loop);
}

struct start {
	const char *name;
	int fds[CHANNELS_MAX]; /* from descriptor 3 on; -1: no more */
};

static char **child_argv(struct program *program, const char *name)
{
	size_t n = 0;
	char **argv;

	while (program->argv[n])
		n++;
	argv = ARENA_NEW_N(&program->arena, n + 3, char *);
	argv[0] = program->argv[0];
	argv[1] = arena_strdup(&program->arena, "role");
	argv[2] = arena_strdup(&program->arena, name);
	for (size_t i = 1; i < n; i++)
		argv[i + 2] = program->argv[i];
	return argv;
}

static bool start_one(struct program *program, struct child *child,
	const struct start *start, struct err *err)
{
	uv_stdio_container_t stdio[FIRST_CHANNEL + CHANNELS_MAX] = {
		[STDERR_FILENO] = {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO}};
	uv_process_options_t options = {
		.file = "/proc/self/exe",
		.args = child_argv(program, start->name),
		.exit_cb = on_ended,
		.stdio = stdio,
		.stdio_count = FIRST_CHANNEL,
	};
	int status;

	for (int i = 0; i < CHANNELS_MAX && start->fds[i] >= 0; i++)
		stdio[options.stdio_count++] = (uv_stdio_container_t){
			.flags = UV_INHERIT_FD, .data.fd = start->fds[i]};
	child->program = program;
	child->name = start->name;
	child->process.data = child;
	status = uv_spawn(&program->loop, &child->process, &options);
	program->nrunning += status == 0;
	return status == 0 ||
		err_set(err, ERR_SYSTEM, "start its part \"%s\": %s", start->name,
			uv_strerror(status));
}

enum { PRIV_WATCH, NEWS, WATCH_DNS, WATCH_FWD, DNS_FWD, NCHANNELS };

static bool make_channels(int (*out)[2], struct err *err)
{
	for (int i = 0; i < NCHANNELS; i++)
		if (!channel_new(out[i], err))
			return false;
	return true;
}

/* Each end is one role's alone, so that it is seen when that one goes. */
static bool start_all(struct program *program, struct err *err)
{
	int ends[NCHANNELS][2];
	bool ok = make_channels(ends, err);
	struct start starts[NCHILDREN] = {
		{"dns", {ends[WATCH_DNS][1], ends[DNS_FWD][0], -1}},
		{"fwd", {ends[DNS_FWD][1], ends[WATCH_FWD][1], -1}},
		{"watch",
			{ends[PRIV_WATCH][1], ends[NEWS][1], ends[WATCH_DNS][0],
				ends[WATCH_FWD][0]}},
	};

	for (int i = 0; ok && i < NCHILDREN; i++)
		ok = start_one(program, &program->children[i], &starts[i], err);
	program->calls = ends[PRIV_WATCH][0];
	program->news = ends[NEWS][0];
	close(ends[PRIV_WATCH][1]);
	close(ends[NEWS][1]);
	for (int i = WATCH_DNS; i < NCHANNELS; i++) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
	return ok;
}

/* ---- signals and files */

static void on_settled(uv_timer_t *timer)
{
	const struct program *program = timer->data;

	(void)channel_send(
		program->news, &(struct message){.kind = MESSAGE_CHANGED}, NULL, 0);
}

static void on_change(uv_fs_event_t *watch, const char *file, int events, int status)
{
	struct watched *watched = watch->data;

	(void)events;
	if (status == 0 && (!file || text_eq(file, watched->file)))
		uv_timer_start(&watched->program->settle, on_settled, SETTLE_MS, 0);
}

/* watch has its way of ending, and we end with it; who does not want to wait for that says so again. */
static void on_signal(uv_signal_t *signal, int number)
{
	struct program *program = signal->data;

	if (number == SIGHUP) {
		uv_timer_start(&program->settle, on_settled, 0, 0);
		return;
	}
	if (program->news < 0)
		uv_stop(&program->loop);
	tell_to_end(program);
}

static bool watch_file(struct program *program, struct watched *watched, const char *path)
{
	const char *clean = path_clean(&program->arena, path);
	int status;

	watched->program = program;
	watched->file = path_base(clean);
	watched->event.data = watched;
	uv_fs_event_init(&program->loop, &watched->event);
	status = uv_fs_event_start(
		&watched->event, on_change, path_dir(&program->arena, clean), 0);
	if (status < 0)
		fprintf(stderr, "davit-netdns: watch %s: %s\n", clean,
			uv_strerror(status));
	return status == 0;
}

static void watch_signals(struct program *program)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

	/* Whoever does not read a reply to its end is no reason for ours. */
	signal(SIGPIPE, SIG_IGN);
	program->settle.data = program;
	program->late.data = program;
	uv_timer_init(&program->loop, &program->settle);
	uv_timer_init(&program->loop, &program->late);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		program->signals[i].data = program;
		uv_signal_init(&program->loop, &program->signals[i]);
		uv_signal_start(&program->signals[i], on_signal, numbers[i]);
	}
}

/* ---- the run */

/* It is about to end, and says why. */
static void on_watch_gone(void *data)
{
	(void)data;
}

static void open_keeper(struct program *program)
{
	const struct netdns_options *options = program->options;

	program->keeper = keeper_new(&program->loop,
		&(struct keeper_opts){
			.watch = program->calls,
			.engine = options->zone ? NULL : options->engine,
			.control = options->control,
			.files = {[PRIV_RESOLV] = options->resolv,
				[PRIV_ZONE] = options->zone},
			.port = (uint16_t)options->port,
			.ended = on_watch_gone,
			.data = program,
		});
}

/* All but the last component; what cannot be made is told of when the socket cannot be. */
static void make_directories(const char *path)
{
	auto_free char *copy = xstrdup(path);

	for (char *p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(copy, 0755);
		*p = '/';
	}
}

static bool prepare(struct program *program)
{
	const struct netdns_options *options = program->options;

	if (options->control)
		make_directories(options->control);
	return (!options->zone ||
		       watch_file(
			       program, &program->watched[PRIV_ZONE], options->zone)) &&
		watch_file(program, &program->watched[PRIV_RESOLV], options->resolv);
}

static void close_handle(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void finish(struct program *program)
{
	keeper_free(program->keeper);
	uv_walk(&program->loop, close_handle, NULL);
	uv_run(&program->loop, UV_RUN_DEFAULT);
	uv_loop_close(&program->loop);
	close(program->calls);
	if (program->news >= 0)
		close(program->news);
	arena_finish(&program->arena);
}

/* Nobody is to wait for what would never come: a part that was started ends when its channel does. */
int netdns_priv(const struct netdns_options *options, char **argv)
{
	struct program program = {
		.options = options, .argv = argv, .calls = -1, .news = -1};
	struct err err = {0};
	bool ok;

	uv_loop_init(&program.loop);
	watch_signals(&program);
	ok = prepare(&program) && start_all(&program, &err);
	if (ok) {
		open_keeper(&program);
		uv_run(&program.loop, UV_RUN_DEFAULT);
	} else {
		program.status = EXIT_FAILURE;
		if (err.kind != ERR_NONE)
			netdns_say(NULL, err.text);
	}
	finish(&program);
	return program.status;
}
