/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name server as a program of its own, in the foreground.
 *
 *   davit-netdns serve [--engine unix:///var/run/docker.sock] [--control PATH] [--resolv FILE] [--port N] [--host ADDRESS]
 *   davit-netdns serve --zone FILE …
 *
 * It serves the networks of an engine, or those that a JSON file describes (doc/dns.md). The file is watched: when it
 * changes it is read again, and swapped whole; one that is wrong is told of, and the last good one stays. So is
 * resolv.conf, which names whom to ask what is not ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "cmd/netdns-probe.h"
#include "netdns/addr.h"
#include "netdns/live.h"
#include "netdns/requests.h"
#include "netdns/resolv.h"
#include "netdns/server.h"
#include "netdns/takeover.h"
#include "netdns/zone-file.h"
#include "netdns/zone-input.h"

enum {
	FILE_MAX_BYTES = 256 << 20,
	SETTLE_MS = 10,   /* writers often write twice */
	RETIRE_MS = 4000, /* longer than others are asked */
	DNS_PORT = 53,
};

struct options {
	const char *zone;    /* NULL: the engine says what there is */
	const char *engine;  /* path of its socket; NULL: the usual one */
	const char *control; /* NULL: none */
	const char *resolv;
	const char *host; /* loopback address that answers the host; NULL: none */
	int64_t port;
};

/* A file whose directory is watched, as files are replaced by renaming. */
struct watched {
	struct program *program;
	const char *file; /* its name in the directory */
	uv_fs_event_t event;
};

struct program {
	struct arena arena; /* of the whole run */
	struct options options;
	uv_loop_t loop;
	struct watched zone;
	struct watched resolv;
	uv_timer_t settle;
	uv_signal_t signals[3];
	struct live *live;
	struct requests *requests; /* NULL: no control socket */
	size_t nlisteners;         /* as last said */
	bool retired;
	int before; /* the connection to one that we take over from; -1: none */
};

static const char usage[] =
	"usage: davit-netdns serve [--engine unix://SOCKET | --zone FILE]\n"
	"                          [--control PATH] [--resolv FILE] [--port N]\n"
	"                          [--host ADDRESS]\n"
	"       davit-netdns probe ADDRESS SECONDS DOMAIN...\n";

static void say(void *data, const char *text)
{
	(void)data;
	fprintf(stderr, "davit-netdns: %s\n", text);
}

/* ---- the zone */

static bool read_file(struct arena *arena, const char *path, char **out, size_t *out_len,
	struct err *err)
{
	auto_file f = fopen(path, "re");
	struct stat st;

	if (!f || fstat(fileno(f), &st) < 0)
		/* cppcheck-suppress resourceLeak ; auto_file closes it */
		return err_sys(err, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
		/* cppcheck-suppress resourceLeak ; auto_file closes it */
		return err_set(err, ERR_INPUT, "%s: not a file, or larger than %d MiB",
			path, FILE_MAX_BYTES >> 20);
	*out = arena_alloc(arena, (size_t)st.st_size + 1);
	*out_len = fread(*out, 1, (size_t)st.st_size, f);
	/* cppcheck-suppress resourceLeak ; auto_file closes it */
	return ferror(f) ? err_sys(err, "%s", path) : true;
}

static void print_errors(const char *path, const struct errs *errs)
{
	for (size_t i = 0; i < errs->nitems; i++)
		fprintf(stderr, "davit-netdns: %s: %s\n", path, errs->items[i].text);
}

static bool load(struct program *program, struct arena *scratch, struct err *err)
{
	const char *path = program->options.zone;
	struct zone_input input;
	struct arena arena = {0};
	struct errs errs;
	char *text = NULL;
	size_t len = 0;

	if (!read_file(scratch, path, &text, &len, err))
		return false;
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
	bool ok = !program->options.zone || load(program, &scratch, &err);

	if (!ok)
		say(NULL, err.text);
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
		say(NULL, err.text);
	close(program->before);
	program->before = -1;
	server_drop_taken(live_server(program->live));
	if (!listen_for_requests(program, &err))
		say(NULL, err.text);
}

static void on_published(void *data)
{
	struct program *program = data;

	if (!program->options.zone &&
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

	say(NULL, "another one has taken over");
	program->retired = true;
	uv_timer_stop(&program->settle);
	uv_fs_event_stop(&program->resolv.event);
	if (program->options.zone)
		uv_fs_event_stop(&program->zone.event);
	uv_timer_start(&program->settle, on_retired, RETIRE_MS, 0);
}

/* A file that is not there names nobody. */
static void set_upstreams(struct program *program)
{
	struct arena scratch = {0};
	struct upstreams upstreams = {0};
	struct err err = {0};
	char *text = NULL;
	size_t len = 0;

	if (read_file(&scratch, program->options.resolv, &text, &len, &err))
		resolv_read(text, len, &upstreams);
	else
		fprintf(stderr, "davit-netdns: %s\n", err.text);
	live_set_upstreams(program->live, &upstreams);
	arena_finish(&scratch);
}

static void on_settled(uv_timer_t *timer)
{
	struct program *program = timer->data;

	set_upstreams(program);
	set_zone(program);
	say_listeners(program);
}

static void on_change(uv_fs_event_t *watch, const char *file, int events, int status)
{
	struct watched *watched = watch->data;

	(void)events;
	if (status == 0 && (!file || text_eq(file, watched->file)))
		uv_timer_start(&watched->program->settle, on_settled, SETTLE_MS, 0);
}

/* ---- the run */

static void on_signal(uv_signal_t *signal, int number)
{
	struct program *program = signal->data;

	if (number == SIGHUP && program->live && !program->retired)
		uv_timer_start(&program->settle, on_settled, 0, 0);
	else if (number != SIGHUP)
		uv_stop(&program->loop);
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

static bool watch(struct program *program)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

	program->settle.data = program;
	uv_timer_init(&program->loop, &program->settle);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		program->signals[i].data = program;
		uv_signal_init(&program->loop, &program->signals[i]);
		uv_signal_start(&program->signals[i], on_signal, numbers[i]);
	}
	return (!program->options.zone ||
		       watch_file(program, &program->zone, program->options.zone)) &&
		watch_file(program, &program->resolv, program->options.resolv);
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

static bool listen_for_requests(struct program *program, struct err *err)
{
	struct requests_opts opts = {
		.path = program->options.control,
		.live = program->live,
		.stop = on_stop,
		.retire = on_retire,
		.data = program,
	};

	program->requests = requests_new(&program->loop, &opts, err);
	return program->requests != NULL;
}

/* One that is there already is heard and obeyed until we serve. */
static bool open_control(struct program *program, struct err *err)
{
	if (!program->options.control)
		return true;
	make_directories(program->options.control);
	if (!takeover_begin(program->options.control, live_server(program->live),
		    &program->before, err))
		return false;
	return program->before >= 0 || listen_for_requests(program, err);
}

static bool open_live(struct program *program, struct err *err)
{
	struct live_opts opts = {
		.engine = program->options.zone ? NULL : program->options.engine,
		.host = program->options.host,
		.port = (uint16_t)program->options.port,
		.say = say,
		.published = on_published,
		.data = program,
	};

	program->live = live_new(&program->loop, &opts, err);
	return program->live != NULL;
}

static int serve(struct program *program)
{
	struct err err = {0};
	bool ok;

	uv_loop_init(&program->loop);
	ok = open_live(program, &err) && open_control(program, &err);
	if (!ok)
		say(NULL, err.text);
	else {
		set_upstreams(program);
		ok = watch(program) && set_zone(program);
	}
	if (ok) {
		say_listeners(program);
		uv_run(&program->loop, UV_RUN_DEFAULT);
	}
	finish(program);
	return ok ? 0 : 1;
}

static bool take_engine(const char *text, struct options *out)
{
	out->engine = text_starts(text, "unix://") ? text + strlen("unix://") : text;
	return *out->engine == '/';
}

static bool take_port(const char *text, struct options *out)
{
	return parse_i64(text, &out->port) && out->port >= 1 && out->port <= UINT16_MAX;
}

/* Only of loopback: no other address of the host is for the host alone. */
static bool take_host(const char *text, struct options *out)
{
	struct addr addr;

	out->host = text;
	return addr_parse(text, &addr) && addr_is_loopback(&addr);
}

static bool take_option(int c, struct options *out)
{
	switch (c) {
	case 'z':
		out->zone = optarg;
		return true;
	case 'c':
		out->control = optarg;
		return true;
	case 'r':
		out->resolv = optarg;
		return true;
	case 'e':
		return take_engine(optarg, out);
	case 'H':
		return take_host(optarg, out);
	case 'p':
		return take_port(optarg, out);
	default:
		return false;
	}
}

static bool take_options(int argc, char **argv, struct options *out)
{
	static const struct option rows[] = {
		{"zone", required_argument, NULL, 'z'},
		{"engine", required_argument, NULL, 'e'},
		{"control", required_argument, NULL, 'c'},
		{"resolv", required_argument, NULL, 'r'},
		{"host", required_argument, NULL, 'H'},
		{"port", required_argument, NULL, 'p'},
		{NULL, 0, NULL, 0},
	};
	int c;

	*out = (struct options){
		.port = DNS_PORT,
		.resolv = "/etc/resolv.conf",
		.engine = "/var/run/docker.sock",
	};
	while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1)
		if (!take_option(c, out))
			return false;
	return optind + 1 == argc && text_eq(argv[optind], "serve");
}

int main(int argc, char **argv)
{
	struct program program = {.before = -1};
	int status;

	if (argc > 1 && !strcmp(argv[1], "probe"))
		return netdns_probe(argc - 2, argv + 2);
	if (!take_options(argc, argv, &program.options)) {
		fputs(usage, stderr);
		return 2;
	}
	status = serve(&program);
	arena_finish(&program.arena);
	return status;
}
