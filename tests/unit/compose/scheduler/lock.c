/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/err.h"
#include "base/str.h"
#include "compose/scheduler/report.h"
#include "compose/scheduler/scheduler.h"
#include "tests/unit/test.h"

struct fixture {
	uv_loop_t loop;
	char dir[64];
	struct report report;
	bool locked;
	struct err err;
	int waiting_for; /* -1: nobody */
	unsigned ntold;
};

static void on_waiting(void *ctx, int pid)
{
	struct fixture *fixture = ctx;

	fixture->waiting_for = pid;
	fixture->ntold++;
}

static void on_locked(void *ctx, const struct err *err)
{
	struct fixture *fixture = ctx;

	fixture->locked = !err;
	if (err)
		fixture->err = *err;
}

static void init(struct fixture *fixture)
{
	*fixture = (struct fixture){.waiting_for = -1};
	uv_loop_init(&fixture->loop);
	snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/davit-lock-XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	fixture->report = (struct report){.ctx = fixture, .waiting_for_lock = on_waiting};
}

static void finish(struct fixture *fixture)
{
	auto_str path = {0};

	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	str_printf(&path, "%s/locks/engine-app.lock", fixture->dir);
	unlink(str_text(&path));
	str_clear(&path);
	str_printf(&path, "%s/locks", fixture->dir);
	rmdir(str_text(&path));
	rmdir(fixture->dir);
}

static struct lock *acquire(struct fixture *fixture)
{
	auto_str dir = {0};

	str_printf(&dir, "%s/locks", fixture->dir);
	return lock_acquire(&fixture->loop, str_text(&dir), "engine", "app",
		&fixture->report, on_locked, fixture);
}

/* A child that takes the lock, says so, and holds it until it reads a byte; then it lets
 * go and ends. */
struct holder {
	pid_t pid;
	int said[2];
	int go[2];
};

static void hold(struct fixture *fixture, struct holder *holder)
{
	char byte;
	struct lock *lock;

	uv_loop_fork(&fixture->loop);
	lock = acquire(fixture);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	if (write(holder->said[1], "x", 1) == 1 && read(holder->go[0], &byte, 1) == 1)
		lock_release(lock);
	_exit(0);
}

static void start_holder(struct fixture *fixture, struct holder *holder)
{
	char byte;

	assert_int_equal(pipe(holder->said), 0);
	assert_int_equal(pipe(holder->go), 0);
	holder->pid = fork();
	if (holder->pid == 0)
		hold(fixture, holder);
	assert_int_equal(read(holder->said[0], &byte, 1), 1);
}

static void end_holder(struct holder *holder)
{
	waitpid(holder->pid, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(holder->said[i]);
		close(holder->go[i]);
	}
}

TEST(lock_is_had_at_once_when_nobody_holds_it)
{
	struct fixture fixture;
	struct lock *lock;

	init(&fixture);
	lock = acquire(&fixture);
	assert_false(fixture.locked);
	uv_run(&fixture.loop, UV_RUN_DEFAULT);
	assert_true(fixture.locked);
	assert_int_equal(fixture.ntold, 0);
	lock_release(lock);
	lock_release(NULL);
	finish(&fixture);
}

TEST(lock_waits_until_its_holder_lets_go_and_names_him)
{
	struct fixture fixture;
	struct holder holder;
	struct lock *lock;

	init(&fixture);
	start_holder(&fixture, &holder);
	lock = acquire(&fixture);
	while (fixture.waiting_for < 0)
		uv_run(&fixture.loop, UV_RUN_ONCE);
	assert_int_equal(fixture.waiting_for, holder.pid);
	assert_false(fixture.locked);
	assert_int_equal(write(holder.go[1], "x", 1), 1);
	while (!fixture.locked)
		uv_run(&fixture.loop, UV_RUN_ONCE);
	lock_release(lock);
	end_holder(&holder);
	finish(&fixture);
}

TEST(lock_is_had_when_its_holder_is_killed)
{
	for (int repeat = 0; repeat < 20; repeat++) {
		struct fixture fixture;
		struct holder holder;
		struct lock *lock;

		init(&fixture);
		start_holder(&fixture, &holder);
		lock = acquire(&fixture);
		while (fixture.waiting_for < 0)
			uv_run(&fixture.loop, UV_RUN_ONCE);
		kill(holder.pid, SIGKILL);
		while (!fixture.locked)
			uv_run(&fixture.loop, UV_RUN_ONCE);
		lock_release(lock);
		end_holder(&holder);
		finish(&fixture);
	}
}

TEST(lock_can_be_given_up_while_it_waits)
{
	struct fixture fixture;
	struct holder holder;
	struct lock *lock;

	init(&fixture);
	start_holder(&fixture, &holder);
	lock = acquire(&fixture);
	while (fixture.waiting_for < 0)
		uv_run(&fixture.loop, UV_RUN_ONCE);
	lock_release(lock);
	uv_run(&fixture.loop, UV_RUN_DEFAULT); /* nothing is left to wait for */
	assert_false(fixture.locked);
	assert_int_equal(write(holder.go[1], "x", 1), 1);
	end_holder(&holder);
	finish(&fixture);
}

TEST(lock_tells_why_it_cannot_be_had)
{
	struct fixture fixture;
	struct lock *lock;

	init(&fixture);
	lock = lock_acquire(&fixture.loop, "/proc/davit", "engine", "app",
		&fixture.report, on_locked, &fixture);
	uv_run(&fixture.loop, UV_RUN_DEFAULT);
	assert_int_equal(fixture.err.kind, ERR_SYSTEM);
	lock_release(lock);
	finish(&fixture);
}
