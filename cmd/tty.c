/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller's terminal. libuv keeps what the terminal was like before, where a signal
 * handler can reach it: we have no global of our own for that.
 */
#include "cmd/tty.h"

#include "base/arena.h"
#include "base/err.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

struct tty {
	uv_tty_t handle;
};

static const int crash_signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};

bool tty_size(int *out_rows, int *out_columns)
{
	static const int fds[] = {STDOUT_FILENO, STDIN_FILENO, STDERR_FILENO};
	struct winsize size;

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		if (ioctl(fds[i], TIOCGWINSZ, &size) < 0)
			continue;
		*out_rows = size.ws_row;
		*out_columns = size.ws_col;
		return true;
	}
	return false;
}

static void restore_at_exit(void)
{
	uv_tty_reset_mode();
}

/* SA_RESETHAND has put the default action back, so raising it again ends the program. */
static void restore_and_die(int signal)
{
	uv_tty_reset_mode();
	raise(signal);
}

static void restore_on_every_way_out(void)
{
	struct sigaction action = {
		.sa_handler = restore_and_die, .sa_flags = SA_RESETHAND};

	atexit(restore_at_exit);
	for (size_t i = 0; i < sizeof(crash_signals) / sizeof(*crash_signals); i++)
		sigaction(crash_signals[i], &action, NULL);
}

static void free_handle(uv_handle_t *handle)
{
	free(handle->data);
}

struct tty *tty_raw_new(struct uv_loop_s *loop, struct err *err)
{
	struct tty *tty = xalloc(sizeof(*tty));
	int r = uv_tty_init(loop, &tty->handle, STDIN_FILENO, 0);

	if (r < 0) {
		free(tty);
		err_set(err, ERR_SYSTEM, "the input is not a terminal: %s",
			uv_strerror(r));
		return NULL;
	}
	tty->handle.data = tty;
	restore_on_every_way_out();
	r = uv_tty_set_mode(&tty->handle, UV_TTY_MODE_IO);
	if (r < 0) {
		err_set(err, ERR_SYSTEM, "make the terminal raw: %s", uv_strerror(r));
		tty_free(tty);
		return NULL;
	}
	return tty;
}

void tty_free(struct tty *tty)
{
	if (!tty)
		return;
	uv_tty_set_mode(&tty->handle, UV_TTY_MODE_NORMAL);
	uv_close((uv_handle_t *)&tty->handle, free_handle);
}
