/* SPDX-License-Identifier: Apache-2.0 */
/* One logs call, bounded in bytes and time; the rest is in the inspect. */
#include "compose/scheduler/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/scheduler/timer.h"
#include "engine-client/engine.h"

#define LOG_MAX_BYTES ((size_t)64 << 10) /* kept while the last lines are waited for */

struct evidence {
	struct call *call;
	struct timer *timer;
	struct err err;
	struct str facts; /* from the inspect */
	struct str lines;
	void (*done)(void *ctx, const struct err *err);
	void *ctx;
};

/* The last max bytes, from the start of a line if one begins there, without white space
 * at the end. */
static void add_tail(struct str *str, const char *text, size_t len, size_t max)
{
	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (len > max) {
		const char *from = text + len - max, *line = memchr(from, '\n', max);

		from = line ? line + 1 : from;
		len -= (size_t)(from - text);
		text = from;
		str_add(str, "...\n");
	}
	str_add_n(str, text, len);
}

static void add_death(struct str *str, const struct node *state)
{
	const char *error = node_get_text(state, "Error");

	if (node_get_bool(state, "OOMKilled"))
		str_add(str, "\nit ran out of memory (OOM killed)");
	if (error && *error)
		str_printf(str, "\nthe engine says: %.*s", EVIDENCE_PROBE_BYTES, error);
}

static void add_probe(struct str *str, const struct node *state)
{
	const struct node *log = node_path(state, "Health.Log"), *last;
	const char *output;

	if (!log || log->kind != NODE_LIST || log->nitems == 0)
		return;
	last = log->items[log->nitems - 1];
	output = node_get_text(last, "Output");
	str_printf(str, "\nits last probe exited %d",
		(int)node_get_int(last, "ExitCode", 0));
	if (output && *output) {
		str_add(str, ": ");
		add_tail(str, output, strlen(output), EVIDENCE_PROBE_BYTES);
	}
}

static void finish(void *ctx)
{
	struct evidence *evidence = ctx;
	struct err err = evidence->err;
	void (*done)(void *ctx, const struct err *err) = evidence->done;
	void *done_ctx = evidence->ctx;
	auto_str text = {.max_bytes = ERR_TEXT_BYTES};

	str_add(&text, err.text);
	str_add(&text, str_text(&evidence->facts));
	if (evidence->lines.len > 0) {
		str_add(&text, "\nits last lines:\n");
		add_tail(&text, evidence->lines.text, evidence->lines.len,
			EVIDENCE_LOG_BYTES);
	}
	err_set(&err, err.kind, "%s", str_text(&text));
	evidence_free(evidence);
	done(done_ctx, &err);
}

static void on_lines(void *ctx, int fd, const char *data, size_t len)
{
	struct evidence *evidence = ctx;

	(void)fd;
	str_add_n(&evidence->lines, data, len);
}

/* A log that cannot be read is no evidence, and no failure of its own. */
static void on_end(void *ctx, const struct reply *reply)
{
	struct evidence *evidence = ctx;

	(void)reply;
	evidence->call = NULL;
	finish(evidence);
}

struct evidence *evidence_collect(const struct evidence_opts *opts)
{
	struct evidence *evidence = xalloc(sizeof(*evidence));
	const struct node *state = node_get(opts->inspect, "State");
	const char *id = node_get_text(opts->inspect, "Id");
	struct log_opts log_opts = {
		.tty = node_get_bool(node_get(opts->inspect, "Config"), "Tty"),
		.tail = EVIDENCE_LINES,
	};

	evidence->err = *opts->err;
	evidence->done = opts->done;
	evidence->ctx = opts->ctx;
	evidence->lines.max_bytes = LOG_MAX_BYTES;
	add_death(&evidence->facts, state);
	add_probe(&evidence->facts, state);
	if (id)
		evidence->call = engine_container_logs(
			opts->engine, id, &log_opts, on_lines, on_end, evidence);
	timer_start(opts->loop, id ? EVIDENCE_TIMEOUT_MS : 0, finish, evidence,
		&evidence->timer);
	return evidence;
}

void evidence_free(struct evidence *evidence)
{
	if (!evidence)
		return;
	timer_stop(&evidence->timer);
	if (evidence->call)
		engine_cancel(evidence->call);
	str_finish(&evidence->facts);
	str_finish(&evidence->lines);
	free(evidence);
}
