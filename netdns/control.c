/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/control.h"

#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { BACKLOG = 16, PIECE_BYTES = 4096 };

struct control {
	struct uv_loop_s *loop; /* borrowed */
	struct control_opts opts;
	uv_pipe_t pipe;
	struct control_client *clients;
	unsigned nclients;
};

struct control_client {
	struct control *control; /* its list holds this one; NULL: ending */
	struct control_client *next;
	uv_pipe_t pipe;
	uv_timer_t timer;
	uv_write_t write;
	unsigned nhandles; /* not closed yet */
	struct str in;
	struct str out;
	char piece[PIECE_BYTES];
};

/* ---- a client */

static void on_closed(uv_handle_t *handle)
{
	struct control_client *client = handle->data;

	if (--client->nhandles)
		return;
	str_finish(&client->in);
	str_finish(&client->out);
	free(client);
}

static void end(struct control_client *client)
{
	struct control *control = client->control;
	struct control_client **at;

	if (!control)
		return;
	for (at = &control->clients; *at != client;)
		at = &(*at)->next;
	*at = client->next;
	control->nclients--;
	client->control = NULL;
	uv_close((uv_handle_t *)&client->pipe, on_closed);
	uv_close((uv_handle_t *)&client->timer, on_closed);
}

static void on_time(uv_timer_t *timer)
{
	end(timer->data);
}

static void set_time(struct control_client *client)
{
	uv_timer_start(&client->timer, on_time, CONTROL_IDLE_MS, 0);
}

static void listen_to(struct control_client *client);

/* The first line goes to whoever answers; what is behind it waits for that. False: there is none. */
static bool take_line(struct control_client *client)
{
	const char *end =
		client->in.len ? memchr(client->in.text, '\n', client->in.len) : NULL;
	auto_str line = {0};
	size_t len;

	if (!end)
		return false;
	len = (size_t)(end - client->in.text);
	str_add_n(&line, client->in.text, len);
	client->in.len -= len + 1;
	memmove(client->in.text, end + 1, client->in.len + 1);
	uv_read_stop((uv_stream_t *)&client->pipe);
	uv_timer_stop(&client->timer);
	client->control->opts.request(
		client->control->opts.data, client, str_text(&line), line.len);
	return true;
}

static void lend(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct control_client *client = handle->data;

	(void)suggested;
	*out = uv_buf_init(client->piece, sizeof(client->piece));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct control_client *client = stream->data;

	(void)buf;
	if (n < 0) {
		end(client);
		return;
	}
	str_add_n(&client->in, client->piece, (size_t)n);
	if (!take_line(client) && client->in.full)
		end(client);
}

static void listen_to(struct control_client *client)
{
	set_time(client);
	uv_read_start((uv_stream_t *)&client->pipe, lend, on_read);
}

static void on_written(uv_write_t *write, int status)
{
	struct control_client *client = write->data;

	if (!client->control)
		return;
	if (status < 0) {
		end(client);
		return;
	}
	str_clear(&client->out);
	if (!take_line(client))
		listen_to(client);
}

void control_answer(struct control_client *client, const struct str *line)
{
	uv_buf_t buf;

	if (!client->control)
		return;
	str_add_n(&client->out, str_text(line), line->len);
	str_add_c(&client->out, '\n');
	set_time(client);
	buf = uv_buf_init(client->out.text, (unsigned)client->out.len);
	uv_write(&client->write, (uv_stream_t *)&client->pipe, &buf, 1, on_written);
}

bool control_send(struct control_client *client, const struct str *line, const int *fds,
	size_t nfds)
{
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * CONTROL_FDS)] = {0};
	struct iovec part = {client->control ? line->text : NULL, line->len};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(sizeof(int) * nfds),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd;

	if (!client->control || nfds > CONTROL_FDS ||
		uv_fileno((uv_handle_t *)&client->pipe, &fd) < 0)
		return false;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
	memcpy(CMSG_DATA(header), fds, sizeof(int) * nfds);
	return sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)line->len;
}

/* ---- the socket */

static void on_connection(uv_stream_t *stream, int status)
{
	struct control *control = stream->data;
	struct control_client *client;

	if (status < 0)
		return;
	client = xalloc(sizeof(*client));
	client->pipe.data = client->timer.data = client->write.data = client;
	client->nhandles = 2;
	str_init(&client->in, CONTROL_LINE_BYTES);
	uv_pipe_init(control->loop, &client->pipe, 0);
	uv_timer_init(control->loop, &client->timer);
	client->control = control;
	client->next = control->clients;
	control->clients = client;
	control->nclients++;
	if (uv_accept(stream, (uv_stream_t *)&client->pipe) < 0 ||
		control->nclients > CONTROL_CLIENTS)
		end(client);
	else
		listen_to(client);
}

static void on_socket_closed(uv_handle_t *handle)
{
	free(handle->data);
}

struct control *control_new(
	struct uv_loop_s *loop, const struct control_opts *opts, struct err *err)
{
	struct control *control = xalloc(sizeof(*control));
	int status;

	control->loop = loop;
	control->opts = *opts;
	control->pipe.data = control;
	uv_pipe_init(loop, &control->pipe, 0);
	status = uv_pipe_open(&control->pipe, opts->fd);
	if (status == 0)
		status = uv_listen((uv_stream_t *)&control->pipe, BACKLOG, on_connection);
	if (status == 0)
		return control;
	err_set(err, ERR_SYSTEM, "control socket: %s", uv_strerror(status));
	uv_close((uv_handle_t *)&control->pipe, on_socket_closed);
	return NULL;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	while (control->clients)
		end(control->clients);
	uv_close((uv_handle_t *)&control->pipe, on_socket_closed);
}
