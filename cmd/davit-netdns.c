/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name server as a program of its own, in the foreground.
 *
 *   davit-netdns serve --zone FILE [--resolv FILE] [--port N]
 *
 * The zone is described by a JSON file (doc/dns.md). It is watched: when it changes it is read again, and swapped
 * whole; one that is wrong is told of, and the last good one stays. So is resolv.conf, which names whom to ask what is
 * not ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <uv.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "netdns/resolv.h"
#include "netdns/server.h"
#include "netdns/zone-file.h"
#include "netdns/zone-input.h"
#include "netdns/zone.h"

enum {
	FILE_MAX_BYTES = 256 << 20,
	SETTLE_MS = 10, /* writers often write twice */
	DNS_PORT = 53,
};

struct options {
	const char *zone;
	const char *resolv;
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
	struct server *server;
	uint32_t serial;
	uint8_t seed[ZONE_SEED_BYTES];
};

static const char usage[] =
	"usage: davit-netdns serve --zone FILE [--resolv FILE] [--port N]\n";

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
	const struct zone *zone;
	struct errs errs;
	char *text = NULL;
	size_t len = 0;

	if (!read_file(scratch, path, &text, &len, err))
		return false;
	errs_init(&errs, scratch);
	if (!zone_file_read(scratch, text, len, &input, &errs)) {
		print_errors(path, &errs);
		return err_set(err, ERR_INPUT, "%s: not a zone", path);
	}
	zone = zone_new(&arena, &input, program->seed, ++program->serial);
	fprintf(stderr, "davit-netdns: zone %u: %zu names\n", program->serial,
		zone_nnames(zone));
	return server_set_zone(program->server, &arena, zone, err);
}

static bool set_zone(struct program *program)
{
	struct arena scratch = {0};
	struct err err = {0};
	bool ok = load(program, &scratch, &err);

	if (!ok)
		fprintf(stderr, "davit-netdns: %s\n", err.text);
	arena_finish(&scratch);
	return ok;
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
	server_set_upstreams(program->server, &upstreams);
	arena_finish(&scratch);
}

static void on_settled(uv_timer_t *timer)
{
	struct program *program = timer->data;

	set_upstreams(program);
	set_zone(program);
	fprintf(stderr, "davit-netdns: serving %zu addresses\n",
		server_nlisteners(program->server));
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

	if (number == SIGHUP)
		uv_timer_start(&program->settle, on_settled, 0, 0);
	else
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
	return watch_file(program, &program->zone, program->options.zone) &&
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
	server_free(program->server);
	uv_walk(&program->loop, close_handle, NULL);
	uv_run(&program->loop, UV_RUN_DEFAULT);
	uv_loop_close(&program->loop);
}

static int serve(struct program *program)
{
	bool ok;

	while (getrandom(program->seed, sizeof(program->seed), 0) < 0)
		;
	uv_loop_init(&program->loop);
	program->server = server_new(&program->loop, (uint16_t)program->options.port);
	set_upstreams(program);
	ok = watch(program) && set_zone(program);
	if (ok) {
		fprintf(stderr, "davit-netdns: serving %zu addresses\n",
			server_nlisteners(program->server));
		uv_run(&program->loop, UV_RUN_DEFAULT);
	}
	finish(program);
	return ok ? 0 : 1;
}

static bool take_options(int argc, char **argv, struct options *out)
{
	static const struct option rows[] = {
		{"zone", required_argument, NULL, 'z'},
		{"resolv", required_argument, NULL, 'r'},
		{"port", required_argument, NULL, 'p'},
		{NULL, 0, NULL, 0},
	};
	int c;

	out->port = DNS_PORT;
	out->resolv = "/etc/resolv.conf";
	while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1) {
		if (c == 'z')
			out->zone = optarg;
		else if (c == 'r')
			out->resolv = optarg;
		else if (c != 'p' || !parse_i64(optarg, &out->port) || out->port < 1 ||
			out->port > UINT16_MAX)
			return false;
	}
	return out->zone && optind + 1 == argc && text_eq(argv[optind], "serve");
}

int main(int argc, char **argv)
{
	struct program program = {0};
	int status;

	if (!take_options(argc, argv, &program.options)) {
		fputs(usage, stderr);
		return 2;
	}
	status = serve(&program);
	arena_finish(&program.arena);
	return status;
}
