/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/pour.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

enum { PIECE_BYTES = 1 << 20 };

struct pour {
	struct pours *pours; /* its list holds this one; NULL: ending */
	struct pour *next;
	uv_poll_t from;
	uv_poll_t to;
	unsigned nhandles; /* not closed yet */
	int engine;
	int pipe;
};

struct pours {
	struct uv_loop_s *loop; /* borrowed */
	struct pour *first;
	unsigned n;
};

struct pours *pours_new(struct uv_loop_s *loop)
{
	struct pours *pours = xalloc(sizeof(*pours));

	pours->loop = loop;
	return pours;
}

static void on_closed(uv_handle_t *handle)
{
	struct pour *pour = handle->data;

	if (--pour->nhandles)
		return;
	close(pour->engine);
	close(pour->pipe);
	free(pour);
}

static void end(struct pour *pour)
{
	struct pour **at;

	if (!pour->pours)
		return;
	for (at = &pour->pours->first; *at != pour;)
		at = &(*at)->next;
	*at = pour->next;
	pour->pours->n--;
	pour->pours = NULL;
	uv_close((uv_handle_t *)&pour->from, on_closed);
	uv_close((uv_handle_t *)&pour->to, on_closed);
}

void pours_free(struct pours *pours)
{
	if (!pours)
		return;
	while (pours->first)
		end(pours->first);
	free(pours);
}

static void on_reply(uv_poll_t *poll, int status, int events);

/* There is room again, or nobody reads any more (then the kernel says so whatever is asked for). */
static void on_room(uv_poll_t *poll, int status, int events)
{
	struct pour *pour = poll->data;

	if (status < 0 || events & UV_DISCONNECT) {
		end(pour);
		return;
	}
	uv_poll_start(&pour->to, UV_DISCONNECT, on_room);
	uv_poll_start(&pour->from, UV_READABLE, on_reply);
}

static void on_reply(uv_poll_t *poll, int status, int events)
{
	struct pour *pour = poll->data;
	ssize_t n = status < 0 ? 0
			       : splice(pour->engine, NULL, pour->pipe, NULL, PIECE_BYTES,
					 SPLICE_F_NONBLOCK | SPLICE_F_MOVE);

	(void)events;
	if (n < 0 && errno == EAGAIN) {
		uv_poll_stop(&pour->from);
		uv_poll_start(&pour->to, UV_WRITABLE | UV_DISCONNECT, on_room);
	} else if (n <= 0)
		end(pour);
}

static bool connect_to(const char *path, int *out_fd, struct err *err)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if ((size_t)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path) >=
		sizeof(to.sun_path))
		/* cppcheck-suppress resourceLeak ; auto_fd closes it */
		return err_set(err, ERR_INPUT, "%s: too long for a socket", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return err_sys(err, "%s: connect", path);
	*out_fd = fd_take(&fd);
	return true;
}

static void begin(struct pours *pours, int engine, int pipe)
{
	struct pour *pour = xalloc(sizeof(*pour));

	pour->pours = pours;
	pour->next = pours->first;
	pours->first = pour;
	pours->n++;
	pour->engine = engine;
	pour->pipe = pipe;
	pour->from.data = pour->to.data = pour;
	pour->nhandles = 2;
	uv_poll_init(pours->loop, &pour->from, engine);
	uv_poll_init(pours->loop, &pour->to, pipe);
	uv_poll_start(&pour->from, UV_READABLE, on_reply);
	uv_poll_start(&pour->to, UV_DISCONNECT, on_room);
}

bool pour_start(struct pours *pours, const char *socket, const struct str *request,
	int *out_fd, struct err *err)
{
	auto_fd engine = -1;
	int ends[2];

	if (pours->n >= POURS_MAX)
		return err_set(err, ERR_STATE, "too much is asked of the engine at once");
	if (!connect_to(socket, &engine, err))
		return false;
	if (send(engine, str_text(request), request->len, MSG_NOSIGNAL) !=
		(ssize_t)request->len)
		return err_sys(err, "%s: write", socket);
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, "pipe");
	begin(pours, fd_take(&engine), ends[1]);
	*out_fd = ends[0];
	return true;
}
