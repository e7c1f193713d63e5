/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The output goes to memory that cannot grow, not through a pipe: nothing waits for what a program leaves running
 * (ssh does so to share its connection), and nothing is held back when it is too much.
 */
#include "cmd/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"

static int open_output(struct err *err)
{
	auto_fd fd = memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, CHILD_OUTPUT_MAX_BYTES) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) < 0) {
		err_sys(err, "make room for output");
		return -1;
	}
	return fd_take(&fd);
}

static char **copy_args(struct arena *arena, const char *const *args)
{
	size_t n = 0;
	char **out;

	while (args[n])
		n++;
	out = ARENA_NEW_N(arena, n + 1, char *);
	for (size_t i = 0; i < n; i++)
		out[i] = arena_strdup(arena, args[i]);
	return out;
}

/* davit ignores SIGPIPE; programs do not expect that. */
static int spawn(const struct child *child, int output, pid_t *out_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int code;

	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(
		&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	code = posix_spawnp(out_pid, child->args[0], &actions, &attributes,
		copy_args(child->arena, child->args),
		child->environment ? copy_args(child->arena, child->environment)
				   : environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return code;
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What was written, up to the zeros behind it: without a terminal's ends of lines, and without the last one. */
static char *read_output(struct arena *arena, int fd)
{
	char *text = arena_alloc(arena, CHILD_OUTPUT_MAX_BYTES + 1);
	ssize_t n = pread(fd, text, CHILD_OUTPUT_MAX_BYTES, 0);
	size_t len = 0;

	for (ssize_t i = 0; i < n && text[i]; i++)
		if (text[i] != '\r')
			text[len++] = text[i];
	while (len && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return text;
}

bool child_run(struct child *child, struct err *err)
{
	auto_fd output = open_output(err);
	pid_t pid;
	int code;

	if (output < 0)
		return false;
	code = spawn(child, output, &pid);
	if (code) {
		errno = code;
		return err_sys(err, "run %s", child->args[0]);
	}
	child->status = wait_for(pid);
	child->output = read_output(child->arena, output);
	return true;
}
