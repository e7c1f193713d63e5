/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/control-place.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/auto.h"
#include "base/err.h"
#include "netdns/takeover.h"

enum { BACKLOG = 16, OWNER_ONLY = 0177, MS_PER_S = 1000 };

static bool fill(struct sockaddr_un *out, const char *path, const char *suffix)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	return (size_t)snprintf(out->sun_path, sizeof(out->sun_path), "%s%s", path,
		       suffix) < sizeof(out->sun_path);
}

static bool bind_to(int fd, const struct sockaddr_un *place)
{
	mode_t before = umask(OWNER_ONLY);
	bool ok = bind(fd, (const struct sockaddr *)place, sizeof(*place)) == 0;

	umask(before);
	return ok;
}

/* Made beside its place and moved there, so that whoever connects meets the old one or the new one. */
bool control_place(const char *path, int *out_fd, struct err *err)
{
	struct sockaddr_un beside;
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!fill(&beside, path, ".new"))
		/* cppcheck-suppress resourceLeak ; auto_fd closes it */
		return err_set(err, ERR_INPUT, "%s: too long for a socket", path);
	remove(beside.sun_path);
	if (fd < 0 || !bind_to(fd, &beside) || listen(fd, BACKLOG) < 0 ||
		rename(beside.sun_path, path) < 0)
		return err_sys(err, "%s", path);
	*out_fd = fd_take(&fd);
	return true;
}

int control_connect(const char *path)
{
	struct sockaddr_un to;
	struct timeval wait = {.tv_sec = TAKEOVER_MS / MS_PER_S};
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!fill(&to, path, "") || fd < 0 ||
		connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd_take(&fd);
}
