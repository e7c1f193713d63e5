/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One changing command per engine and project: flock on a file that holds the pid of its
 * holder.
 *
 * Waiting is by events. A holder touches the file after it let go, which inotify tells;
 * one that dies is told by its pidfd, which becomes readable after the kernel has dropped
 * its locks.
 */
#include "compose/scheduler/scheduler.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/str.h"
#include "compose/scheduler/folder.h"
#include "compose/scheduler/report.h"
#include "compose/scheduler/timer.h"

enum { PID_TEXT_BYTES = 32 };

/* The handles of waiting for one holder; freed once libuv has let go of all of them. */
struct vigil {
	struct lock *lock; /* NULL: given up */
	uv_fs_event_t file;
	uv_poll_t holder;
	int pidfd; /* -1: cannot be watched, it lives in another pid namespace */
	unsigned open_handles;
};

struct lock {
	struct uv_loop_s *loop;
	char *path;
	int fd; /* -1: not open */
	bool held;
	int holder_pid; /* for whom we said that we wait */
	const struct report *report;
	struct vigil *vigil;
	struct timer *timer;
	lock_done *done;
	void *ctx;
};

static void try_lock(void *ctx);

static void on_vigil_closed(uv_handle_t *handle)
{
	struct vigil *vigil = handle->data;

	if (--vigil->open_handles > 0)
		return;
	if (vigil->pidfd >= 0)
		close(vigil->pidfd);
	free(vigil);
}

static void vigil_end(struct lock *lock)
{
	struct vigil *vigil = lock->vigil;

	if (!vigil)
		return;
	lock->vigil = NULL;
	vigil->lock = NULL;
	uv_close((uv_handle_t *)&vigil->file, on_vigil_closed);
	if (vigil->pidfd >= 0)
		uv_close((uv_handle_t *)&vigil->holder, on_vigil_closed);
}

/* Something happened: try again, in the next turn, since handles may not be closed twice.
 */
static void vigil_wake(struct vigil *vigil)
{
	struct lock *lock = vigil->lock;

	if (!lock)
		return;
	vigil_end(lock);
	timer_start(lock->loop, 0, try_lock, lock, &lock->timer);
}

static void on_file(uv_fs_event_t *event, const char *name, int events, int status)
{
	(void)name;
	(void)events;
	(void)status;
	vigil_wake(event->data);
}

static void on_holder(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	uv_poll_stop(poll); /* it stays readable for ever */
	vigil_wake(poll->data);
}

static void vigil_watch_holder(struct vigil *vigil, int pid)
{
	auto_fd fd = pid > 0 ? pidfd_open(pid, 0) : -1;

	vigil->pidfd = -1;
	if (fd < 0 || uv_poll_init(vigil->lock->loop, &vigil->holder, fd) < 0)
		return;
	vigil->pidfd = fd_take(&fd);
	vigil->holder.data = vigil;
	vigil->open_handles++;
	uv_poll_start(&vigil->holder, UV_READABLE, on_holder);
}

static void vigil_begin(struct lock *lock, int pid)
{
	struct vigil *vigil = xalloc(sizeof(*vigil));

	vigil->lock = lock;
	uv_fs_event_init(lock->loop, &vigil->file);
	vigil->file.data = vigil;
	vigil->open_handles = 1;
	uv_fs_event_start(&vigil->file, on_file, lock->path, 0);
	lock->vigil = vigil;
	vigil_watch_holder(vigil, pid);
}

static int read_pid(int fd)
{
	char text[PID_TEXT_BYTES];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	int64_t pid;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return parse_i64(text, &pid) && pid > 0 && pid <= INT32_MAX ? (int)pid : 0;
}

static bool write_pid(int fd)
{
	char text[PID_TEXT_BYTES];
	int len = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) == len;
}

static bool take(struct lock *lock, struct err *err)
{
	if (flock(lock->fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? false : err_sys(err, "lock %s", lock->path);
	lock->held = true;
	if (!write_pid(lock->fd))
		return err_sys(err, "write %s", lock->path);
	return true;
}

static void tell(struct lock *lock, int pid)
{
	if (pid == lock->holder_pid)
		return;
	lock->holder_pid = pid;
	if (lock->report && lock->report->waiting_for_lock)
		lock->report->waiting_for_lock(lock->report->ctx, pid);
}

static void try_lock(void *ctx)
{
	struct lock *lock = ctx;
	struct err err = {0};
	int pid;

	if (!take(lock, &err) && !err.kind) {
		pid = read_pid(lock->fd);
		vigil_begin(lock, pid);
		/* Once more: the holder may have let go before we watched. */
		if (!take(lock, &err) && !err.kind) {
			tell(lock, pid);
			return;
		}
		vigil_end(lock);
	}
	lock->done(lock->ctx, err.kind ? &err : NULL);
}

static void open_file(void *ctx)
{
	struct lock *lock = ctx;
	struct err err = {0};
	char *base = strrchr(lock->path, '/');

	*base = '\0';
	folder_make(lock->path, 0700, &err);
	*base = '/';
	if (!err.kind) {
		lock->fd =
			open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (lock->fd < 0)
			err_sys(&err, "open %s", lock->path);
	}
	if (err.kind)
		lock->done(lock->ctx, &err);
	else
		try_lock(lock);
}

/* Ids come from the engine, so a slash in one must not lead elsewhere. */
static char *lock_path(const char *dir, const char *engine_id, const char *project)
{
	auto_str path = {0};
	size_t len;

	str_printf(&path, "%s/", dir);
	len = path.len;
	str_printf(&path, "%s-%s.lock", engine_id, project);
	for (size_t i = len; i < path.len; i++)
		if (path.text[i] == '/')
			path.text[i] = '_';
	return str_take(&path);
}

struct lock *lock_acquire(struct uv_loop_s *loop, const char *dir, const char *engine_id,
	const char *project, const struct report *report, lock_done *done, void *ctx)
{
	struct lock *lock = xalloc(sizeof(*lock));

	*lock = (struct lock){
		.loop = loop,
		.path = lock_path(dir, engine_id, project),
		.fd = -1,
		.holder_pid = -1,
		.report = report,
		.done = done,
		.ctx = ctx,
	};
	timer_start(loop, 0, open_file, lock, &lock->timer);
	return lock;
}

void lock_release(struct lock *lock)
{
	if (!lock)
		return;
	timer_stop(&lock->timer);
	vigil_end(lock);
	if (lock->held) {
		flock(lock->fd, LOCK_UN);
		futimens(lock->fd, NULL); /* wakes those who wait */
	}
	if (lock->fd >= 0)
		close(lock->fd);
	free(lock->path);
	free(lock);
}
