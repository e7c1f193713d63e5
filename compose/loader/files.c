/* SPDX-License-Identifier: Apache-2.0 */
/* The real files: whatever can be opened, up to a ceiling; standard input is "-". */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/loader/load.h"

#define WRITER_WAIT_MS 800 /* for the first byte of a FIFO */

static bool system_is(const char *path, mode_t kind)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

static bool system_is_dir(void *ctx, const char *path)
{
	(void)ctx;
	return system_is(path, S_IFDIR);
}

/* Pipes are files here: -f <(...) */
static bool system_is_file(void *ctx, const char *path)
{
	struct stat st;

	(void)ctx;
	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* More to read? A FIFO is given some time for its first byte, then as long as somebody
 * writes. */
static bool wait_readable(int fd, const char *path, bool first, struct err *err)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	int n = poll(&ready, 1, first ? WRITER_WAIT_MS : -1);

	if (n < 0 && errno != EINTR)
		return err_sys(err, "read %s", path);
	if (n == 0)
		return err_set(err, ERR_INPUT, "%s: a FIFO that nobody writes to", path);
	return true;
}

static bool read_all(
	int fd, const char *path, bool fifo, struct str *out, struct err *err)
{
	char buffer[65536];

	while (!out->full) {
		ssize_t n;

		if (fifo && !wait_readable(fd, path, out->len == 0, err))
			return false;
		n = read(fd, buffer, sizeof(buffer));
		if (n == 0)
			return true;
		if (n > 0)
			str_add_n(out, buffer, (size_t)n);
		else if (errno != EINTR && errno != EAGAIN)
			return err_sys(err, "read %s", path);
	}
	errno = EFBIG;
	return err_sys(err, "read %s", path);
}

static bool system_read(void *ctx, struct arena *arena, const char *path,
	size_t max_bytes, const char **out_text, size_t *out_len, struct err *err)
{
	bool standard = !strcmp(path, "-");
	auto_fd fd = standard ? dup(STDIN_FILENO)
			      : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	auto_str text = {.max_bytes = max_bytes};
	struct stat st;

	(void)ctx;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "open %s", path);
	if (S_ISDIR(st.st_mode))
		return err_set(err, ERR_INPUT,
			"read %s: it is a directory; name a file in it", path);
	if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > max_bytes) {
		errno = EFBIG;
		return err_sys(err, "read %s", path);
	}
	if (!read_all(fd, path, !standard && S_ISFIFO(st.st_mode), &text, err))
		return false;
	*out_text = arena_strndup(arena, str_text(&text), text.len);
	*out_len = text.len;
	return true;
}

const struct files files_system = {
	.read = system_read,
	.is_file = system_is_file,
	.is_dir = system_is_dir,
};
