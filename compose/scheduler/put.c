/* SPDX-License-Identifier: Apache-2.0 */
/* Files into a container that has not been started: configs and secrets with their
 * content. */
#include "compose/scheduler/task.h"

#include "base/str.h"
#include "compose/planner/plan.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/engine.h"
#include "engine-client/tar.h"

#define PUT_MAX_BYTES ((size_t)64 << 20)

static struct tar_file *tar_files(struct arena *arena, const struct action *action)
{
	struct tar_file *files = ARENA_NEW_N(arena, action->nfiles, struct tar_file);

	for (size_t i = 0; i < action->nfiles; i++) {
		const struct plan_file *file = &action->files[i];

		files[i] = (struct tar_file){
			.path = file->path + (file->path[0] == '/'),
			.data = file->text,
			.len = file->len,
			.mode = file->mode,
			.uid = file->uid,
			.gid = file->gid,
		};
	}
	return files;
}

void task_put(struct task *task)
{
	struct err err = {0};

	task->tar.max_bytes = PUT_MAX_BYTES;
	if (tar_of_files(&task->tar, tar_files(&task->arena, task->action),
		    task->action->nfiles, &err))
		task->call = engine_container_put_archive(task->opts->engine,
			task->filled.target, "/", str_text(&task->tar), task->tar.len,
			task_on_reply, task);
	else
		task_finish(task, &err);
}
