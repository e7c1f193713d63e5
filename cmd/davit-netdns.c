/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name server as a program of its own, in the foreground.
 *
 *   davit-netdns serve --zone FILE [--port N]
 *
 * The zone is described by a JSON file (doc/dns.md). It is watched: when it changes it is read again, and swapped
 * whole; one that is wrong is told of, and the last good one stays.
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
	int64_t port;
};

struct program {
	struct arena arena; /* of the whole run */
	struct options options;
	const char *file; /* name of the zone's file in its directory */
	uv_loop_t loop;
	uv_fs_event_t watch;
	uv_timer_t settle;
	uv_signal_t signals[3];
	struct server *server;
	uint32_t serial;
	uint8_t seed[ZONE_SEED_BYTES];
};

static const char usage[] = "usage: davit-netdns serve --zone FILE [--port N]\n";

/* ---- the zone */

static bool read_file(struct arena *arena, const char *path, char **out, size_t *out_len,
	struct err *err)
{
	auto_file f = fopen(path, "re");
	struct stat st;

	if (!f || fstat(fileno(f), &st) < 0)
		return err_sys(err, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
		return err_set(err, ERR_INPUT, "%s: not a file, or larger than %d MiB",
			path, FILE_MAX_BYTES >> 20);
	*out = arena_alloc(arena, (size_t)st.st_size + 1);
	*out_len = fread(*out, 1, (size_t)st.st_size, f);
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
	char *text;
	size_t len;

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

static void on_settled(uv_timer_t *timer)
{
	struct program *program = timer->data;

	set_zone(program);
	fprintf(stderr, "davit-netdns: serving %zu addresses\n",
		server_nlisteners(program->server));
}

/* The directory is watched, as files are replaced by renaming. */
static void on_change(uv_fs_event_t *watch, const char *file, int events, int status)
{
	struct program *program = watch->data;

	(void)events;
	if (status == 0 && (!file || text_eq(file, program->file)))
		uv_timer_start(&program->settle, on_settled, SETTLE_MS, 0);
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

static bool watch(struct program *program)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	const char *path = path_clean(&program->arena, program->options.zone);
	int status;

	program->file = path_base(path);
	program->watch.data = program->settle.data = program;
	uv_timer_init(&program->loop, &program->settle);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		program->signals[i].data = program;
		uv_signal_init(&program->loop, &program->signals[i]);
		uv_signal_start(&program->signals[i], on_signal, numbers[i]);
	}
	uv_fs_event_init(&program->loop, &program->watch);
	status = uv_fs_event_start(
		&program->watch, on_change, path_dir(&program->arena, path), 0);
	if (status < 0)
		fprintf(stderr, "davit-netdns: watch %s: %s\n", path,
			uv_strerror(status));
	return status == 0;
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
		{"port", required_argument, NULL, 'p'},
		{NULL, 0, NULL, 0},
	};
	int c;

	out->port = DNS_PORT;
	while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1) {
		if (c == 'z')
			out->zone = optarg;
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
