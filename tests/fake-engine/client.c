/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine client as a program, for tests and for trying things against a real engine:
 * client HOST <script
 *
 * Each line of the script is a step: calls, separated by " & ", that are made at once;
 * the next step begins when all have ended. A call is a word of the table `verbs` with
 * its arguments. What comes back is written in the order in which it comes.
 */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "engine-client/engine.h"
#include "engine-client/tar.h"

enum { MAX_ARGS = 8 };

struct client {
	uv_loop_t loop;
	struct engine *engine;
	struct arena arena;
};

/* One call of a step. */
struct job {
	struct client *client;
	struct job *next; /* of the step */
	const char *name; /* the words of the call, for the output */
	struct str said;
	char *args[MAX_ARGS];
	int nargs;
	struct call *call;
	int left; /* records to wait for before it is given up; 0: for ever */
	struct tar_context *context;
};

static const char *arg(const struct job *job, int i)
{
	return i < job->nargs ? job->args[i] : NULL;
}

static const struct node *json_arg(const struct job *job, int i)
{
	struct node *node = NULL;
	struct err err;

	if (!arg(job, i))
		return NULL;
	if (!json_parse(&job->client->arena, job->args[i], strlen(job->args[i]), &node,
		    &err)) {
		printf("%s: %s\n", job->args[i], err.text);
		exit(2);
	}
	return node;
}

static void say(struct job *job, const char *what, const char *text, size_t len)
{
	str_printf(&job->said, "%s: %s", job->name, what);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			str_add(&job->said, "\\n");
		else if (isprint((unsigned char)text[i]))
			str_add_c(&job->said, text[i]);
		else
			str_printf(&job->said, "\\x%02x", (unsigned char)text[i]);
	}
	str_add_c(&job->said, '\n');
}

static const char *kind_words(enum err_kind kind)
{
	static const char *const words[] = {
		[ERR_NONE] = "none",
		[ERR_INPUT] = "input",
		[ERR_SYSTEM] = "system",
		[ERR_ENGINE] = "engine",
		[ERR_CONNECTION] = "connection",
		[ERR_REGISTRY] = "registry",
		[ERR_STATE] = "state",
		[ERR_TIMEOUT] = "timeout",
		[ERR_INTERRUPTED] = "interrupted",
	};

	return words[kind];
}

static void on_done(void *ctx, const struct reply *reply)
{
	struct job *job = ctx;
	auto_str text = {0};

	if (reply->err)
		str_printf(&text, "%d %s error %d: %s", reply->status,
			kind_words(reply->err->kind), reply->err->status,
			reply->err->text);
	else
		str_printf(&text, "%d ", reply->status);
	if (reply->body)
		json_print(&text, reply->body, JSON_COMPACT);
	say(job, "", str_text(&text), text.len);
	job->call = NULL;
	tar_context_free(job->context);
	job->context = NULL;
}

static void on_record(void *ctx, const struct node *record)
{
	struct job *job = ctx;
	auto_str text = {0};

	json_print(&text, record, JSON_COMPACT);
	say(job, "record ", str_text(&text), text.len);
	if (job->left && !--job->left) {
		engine_cancel(job->call);
		say(job, "cancelled", "", 0);
	}
}

static void on_data(void *ctx, int fd, const char *data, size_t len)
{
	say(ctx, fd == 1 ? "out " : "err ", data, len);
}

static void on_ready(void *ctx)
{
	say(ctx, "ready", "", 0);
}

/* The verbs, named as in engine.h. */
static void do_ping(struct job *job)
{
	job->call = engine_ping(job->client->engine, on_done, job);
}

static void do_api(struct job *job)
{
	auto_str text = {0};

	str_printf(&text, "%s, builder %d, clock %lld",
		engine_api_version(job->client->engine),
		engine_builder_version(job->client->engine),
		(long long)engine_clock_s(job->client->engine));
	say(job, "", str_text(&text), text.len);
}

static void do_list(struct job *job)
{
	job->call = engine_container_list(
		job->client->engine, true, json_arg(job, 0), on_done, job);
}

static void do_inspect(struct job *job)
{
	job->call =
		engine_container_inspect(job->client->engine, arg(job, 0), on_done, job);
}

static void do_create(struct job *job)
{
	job->call = engine_container_create(
		job->client->engine, arg(job, 0), NULL, json_arg(job, 1), on_done, job);
}

static void do_start(struct job *job)
{
	job->call =
		engine_container_start(job->client->engine, arg(job, 0), on_done, job);
}

static void do_stop(struct job *job)
{
	job->call = engine_container_stop(
		job->client->engine, arg(job, 0), job->nargs > 1 ? 5 : -1, on_done, job);
}

static void do_remove(struct job *job)
{
	job->call = engine_container_remove(job->client->engine, arg(job, 0),
		REMOVE_FORCE | REMOVE_VOLUMES, on_done, job);
}

static void do_wait(struct job *job)
{
	job->call = engine_container_wait(
		job->client->engine, arg(job, 0), "not-running", on_done, job);
	engine_on_ready(job->call, on_ready);
}

static void do_put(struct job *job)
{
	static const char tar[] = "not really a tar";

	job->call = engine_container_put_archive(job->client->engine, arg(job, 0),
		arg(job, 1), tar, sizeof(tar) - 1, on_done, job);
}

static void do_logs(struct job *job)
{
	struct log_opts opts = {.tail = "all", .tty = job->nargs > 1};

	job->call = engine_container_logs(
		job->client->engine, arg(job, 0), &opts, on_data, on_done, job);
}

static void do_attach(struct job *job)
{
	job->call = engine_container_attach(
		job->client->engine, arg(job, 0), false, on_ready, on_data, on_done, job);
}

static void do_exec(struct job *job)
{
	job->call = engine_exec_create(
		job->client->engine, arg(job, 0), json_arg(job, 1), on_done, job);
}

/* exec-stream ID [TEXT [early]]: sends the text and a line feed when it is ready, or before; closes its input. */
static void send_text(struct job *job)
{
	if (arg(job, 1)) {
		engine_stream_write(job->call, job->args[1], strlen(job->args[1]));
		engine_stream_write(job->call, "\n", 1);
	}
	engine_stream_close_input(job->call);
}

static void on_stream_ready(void *ctx)
{
	struct job *job = ctx;

	say(job, "ready", "", 0);
	if (!arg(job, 2))
		send_text(job);
}

static void do_exec_stream(struct job *job)
{
	struct stream_opts opts = {
		.stdin_open = true,
		.ready = on_stream_ready,
		.data = on_data,
		.done = on_done,
		.ctx = job,
	};

	job->call = engine_exec_start_stream(job->client->engine, arg(job, 0), &opts);
	if (arg(job, 2))
		send_text(job);
}

static void do_events(struct job *job)
{
	job->left = job->nargs ? *job->args[0] - '0' : 0;
	job->call = engine_events(job->client->engine, 1000, json_arg(job, 1), on_ready,
		on_record, on_done, job);
}

static void do_pull(struct job *job)
{
	job->call = engine_image_pull(job->client->engine, arg(job, 0), NULL, arg(job, 1),
		on_record, on_done, job);
}

static void do_push(struct job *job)
{
	job->call = engine_image_push(
		job->client->engine, arg(job, 0), arg(job, 1), on_record, on_done, job);
}

static void do_build(struct job *job)
{
	struct err err = {0};
	struct build_opts opts = {
		.query = json_arg(job, 1),
		.read = tar_context_read,
		.record = on_record,
		.done = on_done,
		.ctx = job,
	};

	job->context =
		tar_context_new(&(struct tar_context_opts){.dir = arg(job, 0)}, &err);
	if (!job->context) {
		say(job, err.text, "", 0);
		return;
	}
	opts.read_ctx = job->context;
	opts.read_err = tar_context_err(job->context);
	job->call = engine_build(job->client->engine, &opts);
}

static const struct verb {
	const char *name;
	void (*run)(struct job *job);
} verbs[] = {
	{"api", do_api},
	{"attach", do_attach},
	{"build", do_build},
	{"create", do_create},
	{"events", do_events},
	{"exec", do_exec},
	{"exec-stream", do_exec_stream},
	{"inspect", do_inspect},
	{"list", do_list},
	{"logs", do_logs},
	{"ping", do_ping},
	{"pull", do_pull},
	{"push", do_push},
	{"put", do_put},
	{"remove", do_remove},
	{"start", do_start},
	{"stop", do_stop},
	{"wait", do_wait},
};

static struct job *start(struct client *client, char *words)
{
	struct job *job = ARENA_NEW(&client->arena, struct job);
	char *save = NULL, *verb;

	job->client = client;
	job->name = arena_strdup(&client->arena, words);
	verb = strtok_r(words, " \n", &save);
	while (job->nargs < MAX_ARGS &&
		(job->args[job->nargs] = strtok_r(NULL, " \n", &save)))
		job->nargs++;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (!text_eq(verbs[i].name, verb))
			continue;
		verbs[i].run(job);
		return job;
	}
	printf("what is \"%s\"?\n", verb);
	exit(2);
}

static void step(struct client *client, char *line)
{
	struct job *first = NULL, **last = &first;
	char *next;

	line[strcspn(line, "\n")] = '\0';
	for (; line; line = next) {
		next = strstr(line, " & ");
		if (next) {
			*next = '\0';
			next += 3;
		}
		*last = start(client, line);
		last = &(*last)->next;
	}
	uv_run(&client->loop, UV_RUN_DEFAULT);
	for (; first; first = first->next) {
		fputs(str_text(&first->said), stdout);
		str_finish(&first->said);
	}
}

int main(int argc, char **argv)
{
	struct client client = {0};
	struct engine_opts opts = {
		.host = argc > 1 ? argv[1] : NULL, .user_agent = "davit-test"};
	struct err err = {0};
	char line[4096];

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	opts.api_version = argc > 2 ? argv[2] : NULL;
	uv_loop_init(&client.loop);
	client.engine = engine_new(&client.loop, &opts, &err);
	if (!client.engine) {
		printf("%s\n", err.text);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin))
		step(&client, line);
	engine_free(client.engine);
	uv_run(&client.loop, UV_RUN_DEFAULT);
	arena_finish(&client.arena);
	return uv_loop_close(&client.loop) ? 3 : 0;
}
