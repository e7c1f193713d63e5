/* SPDX-License-Identifier: Apache-2.0 */
/* An image build: the context as a tar, one call, and its progress. BuildKit unless the
 * engine has none. */
#include "compose/scheduler/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/build-progress.h"
#include "compose/scheduler/build-query.h"
#include "compose/scheduler/report.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/engine.h"
#include "engine-client/tar.h"

#define DOCKERFILE_MAX_BYTES ((size_t)1 << 20)

struct image_build {
	struct build_shape shape;
	struct build_progress progress;
	struct str dockerfile;       /* inline, or from outside of the context */
	struct tar_context *context; /* NULL: the engine fetches it */
	bool classic;
};

void image_build_free(struct image_build *build)
{
	if (!build)
		return;
	build_progress_finish(&build->progress);
	str_finish(&build->dockerfile);
	tar_context_free(build->context);
	free(build);
}

static void tell(void *ctx, const struct build_step *step)
{
	struct task *task = ctx;
	const struct report *report = task->opts->report;
	struct report_event event = {
		.phase = PHASE_PROGRESS,
		.plan = task->opts->plan,
		.action = task->action,
		.number = task->number,
		.part = step->part,
		.detail = step->detail,
	};

	if (report && report->event && !task->action->build->quiet)
		report->event(report->ctx, &event);
}

static bool read_dockerfile(struct image_build *build, struct err *err)
{
	auto_file file = fopen(build->shape.outside, "re");
	char piece[4096];
	size_t n;

	if (!file)
		return err_sys(err, "open %s", build->shape.outside);
	build->dockerfile.max_bytes = DOCKERFILE_MAX_BYTES;
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		str_add_n(&build->dockerfile, piece, n);
	if (ferror(file))
		return err_sys(err, "read %s", build->shape.outside);
	if (build->dockerfile.full)
		return err_set(err, ERR_INPUT, "%s is too large for a Dockerfile",
			build->shape.outside);
	return true;
}

static bool open_context(
	struct image_build *build, const struct build *section, struct err *err)
{
	struct tar_file extra = {.path = BUILD_DOCKERFILE, .mode = 0644};
	struct tar_context_opts opts = {
		.dir = build->shape.dir,
		.dockerfile = build->shape.dockerfile,
		.extra = &extra,
	};

	if (build->shape.outside) {
		if (!read_dockerfile(build, err))
			return false;
		opts.dockerfile = build->shape.outside;
	} else if (section->dockerfile_inline) {
		str_add(&build->dockerfile, section->dockerfile_inline);
	}
	extra.data = str_text(&build->dockerfile);
	extra.len = build->dockerfile.len;
	opts.nextra = build->shape.outside || section->dockerfile_inline;
	build->context = tar_context_new(&opts, err);
	return build->context != NULL;
}

static long read_nothing(void *ctx, void *buffer, size_t room)
{
	(void)ctx;
	(void)buffer;
	(void)room;
	return 0;
}

static long read_context(void *ctx, void *buffer, size_t room)
{
	struct task *task = ctx;

	return tar_context_read(task->build->context, buffer, room);
}

static void on_record(void *ctx, const struct node *record)
{
	struct task *task = ctx;

	build_progress_take(&task->build->progress, record);
}

static void begin(struct task *task, bool classic);

/* An engine of Windows, or one whose BuildKit was left out. */
static bool lacks_buildkit(const struct image_build *build, const struct reply *reply)
{
	return !build->classic && reply->err->kind == ERR_ENGINE &&
		reply->status == 400 && strcasestr(reply->err->text, "buildkit");
}

static void fail(struct task *task, const struct err *why)
{
	struct err err = *why;
	const struct str *output = &task->build->progress.output;
	size_t from =
		output->len > BUILD_OUTPUT_BYTES ? output->len - BUILD_OUTPUT_BYTES : 0;
	auto_str text = {0};

	if (output->len > 0) {
		str_printf(
			&text, "%s\nits last output:\n%s", err.text, output->text + from);
		while (text.len > 0 && text.text[text.len - 1] == '\n')
			text.text[--text.len] = '\0';
		err_set(&err, err.kind, "%s", str_text(&text));
		err.status = why->status;
	}
	task_finish(task, &err);
}

static void on_built(void *ctx, const struct reply *reply)
{
	struct task *task = ctx;

	task->call = NULL;
	if (!reply->err) {
		task_find_digest(task, task->action->build->tag);
	} else if (lacks_buildkit(task->build, reply)) {
		image_build_free(task->build);
		task->build = NULL;
		begin(task, true);
	} else {
		fail(task, reply->err);
	}
}

static void send(struct task *task, const char *registry_config)
{
	struct image_build *build = task->build;
	struct build_opts opts = {
		.query = build_query(&task->arena, &build->shape, task->action->build,
			task->action->platform),
		.registry_config = registry_config,
		.read = build->context ? read_context : read_nothing,
		.read_err = build->context ? tar_context_err(build->context) : NULL,
		.record = on_record,
		.done = on_built,
		.ctx = task,
	};

	task->call = engine_build(task->opts->engine, &opts);
}

static void on_credentials(struct task *task, const char *auth, const struct err *err)
{
	if (err)
		task_finish(task, err);
	else
		send(task, auth);
}

static void begin(struct task *task, bool classic)
{
	const struct plan_build *plan = task->action->build;
	struct image_build *build = xalloc(sizeof(*build));
	struct err err = {0};

	task->build = build;
	build->classic = classic;
	build_progress_init(&build->progress, tell, task);
	build_shape_init(&build->shape, &task->arena, plan->build, classic);
	if (build->shape.dir && !open_context(build, plan->build, &err))
		task_finish(task, &err);
	else
		task_find_credentials(task, NULL, on_credentials);
}

void task_build(struct task *task)
{
	begin(task, task->opts->classic_build);
}
