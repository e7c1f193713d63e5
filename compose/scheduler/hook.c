/* SPDX-License-Identifier: Apache-2.0 */
/* A command in a container, waited for; what it said last is told when it fails (Engine API 1.41 Exec). */
#include "base/node.h"
#include "base/str.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/task.h"
#include "engine-client/engine.h"

#define OUTPUT_KEPT_BYTES ((size_t)2048)

static void on_inspected(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;
	int64_t status = node_get_int(reply->body, "ExitCode", 0);
	struct err err = {0};

	task->call = NULL;
	if (reply->err || status == 0) {
		task_finish(task, reply->err);
		return;
	}
	err_set(&err, ERR_STATE, "the hook exited with status %d%s%s", (int)status,
		task->output.len ? ":\n" : "", str_text(&task->output));
	task_finish(task, &err);
}

/* The end counts: there it says what went wrong. */
static void keep_end(struct str *output)
{
	auto_str end = {0};

	if (output->len <= OUTPUT_KEPT_BYTES)
		return;
	str_add_n(
		&end, output->text + output->len - OUTPUT_KEPT_BYTES, OUTPUT_KEPT_BYTES);
	str_clear(output);
	str_add_n(output, str_text(&end), end.len);
}

static void on_output(void *ctx, int fd, const char *data, size_t len)
{
	struct task *task = ctx;

	(void)fd;
	str_add_n(&task->output, data, len);
	keep_end(&task->output);
}

static void on_over(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (reply->err)
		task_finish(task, reply->err);
	else
		task->call = engine_exec_inspect(
			task->opts->engine, task->id, on_inspected, task);
}

static void on_created(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;
	const char *id = reply->err ? NULL : node_get_text(reply->body, "Id");
	struct err err = {0};

	task->call = NULL;
	if (!id) {
		err_set(&err, ERR_ENGINE, "the engine gave no id for the command");
		task_finish(task, reply->err ? reply->err : &err);
		return;
	}
	task->id = arena_strdup(&task->arena, id);
	task->call = engine_exec_start(
		task->opts->engine, task->id, false, false, on_output, on_over, task);
}

void task_exec(struct task *task)
{
	task->call = engine_exec_create(task->opts->engine, task->filled.target,
		task->filled.body, on_created, task);
}
