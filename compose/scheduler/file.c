/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small files on the engine's host, which is this one. They are named after what is in them: whoever mounts one
 * is sure of it, and writing it again changes nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/digest.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/scheduler/folder.h"
#include "compose/scheduler/scheduler.h"
#include "compose/scheduler/task.h"

#define NAME_CHARS 16

static bool write_to(const char *path, const char *text)
{
	auto_fd fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len = strlen(text);

	return fd >= 0 && write(fd, text, len) == (ssize_t)len;
}

/* Whole or not at all: a container may be starting with it. */
static bool write_whole(const char *path, const char *text, struct err *err)
{
	auto_str fresh = {0};

	str_printf(&fresh, "%s.new", path);
	if (!write_to(fresh.text, text) || rename(fresh.text, path) < 0)
		return err_sys(err, "write %s", path);
	return true;
}

static bool write_file(struct task *task, struct err *err)
{
	const char *text = node_get_text(task->filled.body, "text");
	char hex[DIGEST_HEX_BYTES];

	if (!task->opts->netdns)
		return err_set(err, ERR_STATE, "the engine is on another host");
	digest_sha256_hex(text, strlen(text), hex);
	task->id = arena_printf(
		&task->arena, "%s/%.*s", task->opts->netdns->files, NAME_CHARS, hex);
	return access(task->id, R_OK) == 0 ||
		(folder_make(task->opts->netdns->files, 0755, err) &&
			write_whole(task->id, text, err));
}

void task_file_write(struct task *task)
{
	struct err err = {0};
	bool ok = write_file(task, &err);

	task_finish(task, ok ? NULL : &err);
}
