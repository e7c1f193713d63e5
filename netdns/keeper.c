/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "netdns/channel.h"
#include "netdns/control-place.h"
#include "netdns/pour.h"
#include "netdns/socket.h"

struct keeper {
	struct keeper_opts opts;
	struct pours *pours;
	uv_poll_t poll;
	bool has_control;
};

/* What is sent back; the descriptors are closed once they are. */
struct answer {
	struct keeper *keeper;
	const struct message *asked;
	int fds[MESSAGE_FDS];
	size_t nfds;
	struct err err;
};

static bool give(struct answer *answer, int fd)
{
	answer->fds[answer->nfds++] = fd;
	return true;
}

static bool do_read(struct answer *answer)
{
	struct keeper *keeper = answer->keeper;
	auto_str request = {0};
	int fd;

	if (!keeper->opts.engine ||
		!read_print(&request, answer->asked->number, answer->asked->text))
		return err_set(&answer->err, ERR_STATE, "not to be asked of the engine");
	return pour_start(
		       keeper->pours, keeper->opts.engine, &request, &fd, &answer->err) &&
		give(answer, fd);
}

static bool do_listen(struct answer *answer)
{
	const struct message *asked = answer->asked;
	struct socket_opts opts = {
		.addr = &asked->addr,
		.port = answer->keeper->opts.port,
		.device = asked->device[0] ? asked->device : NULL,
	};
	int fd;

	if (!asked->addr.len)
		return err_set(&answer->err, ERR_STATE, "no address to listen on");
	if (!socket_open(&opts, &fd, &answer->err) || !give(answer, fd))
		return false;
	opts.tcp = true;
	return socket_open(&opts, &fd, &answer->err) && give(answer, fd);
}

static bool do_file(struct answer *answer)
{
	const char *path = answer->asked->number < PRIV_FILES
		? answer->keeper->opts.files[answer->asked->number]
		: NULL;
	int fd;

	if (!path)
		return err_set(&answer->err, ERR_STATE, "no such file");
	/* A pipe without a writer would have us wait. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? err_sys(&answer->err, "%s", path) : give(answer, fd);
}

static bool do_control(struct answer *answer)
{
	struct keeper *keeper = answer->keeper;
	int fd;

	if (!keeper->opts.control)
		return err_set(&answer->err, ERR_STATE, "no control socket");
	if (!control_place(keeper->opts.control, &fd, &answer->err))
		return false;
	keeper->has_control = true;
	return give(answer, fd);
}

static bool do_before(struct answer *answer)
{
	const char *path = answer->keeper->opts.control;
	int fd = path ? control_connect(path) : -1;

	if (fd >= 0)
		return give(answer, fd);
	err_set(&answer->err, ERR_STATE, "nobody has the control socket");
	answer->err.status = PRIV_NOBODY;
	return false;
}

static bool do_retired(struct answer *answer)
{
	answer->keeper->has_control = false;
	return true;
}

static bool (*const rows[MESSAGE_KINDS])(struct answer *answer) = {
	[MESSAGE_READ] = do_read,
	[MESSAGE_LISTEN] = do_listen,
	[MESSAGE_FILE] = do_file,
	[MESSAGE_CONTROL] = do_control,
	[MESSAGE_BEFORE] = do_before,
	[MESSAGE_RETIRED] = do_retired,
};

static bool send_answer(struct answer *answer, bool ok)
{
	struct message done = {.kind = MESSAGE_DONE};

	if (!ok) {
		done.number = (uint32_t)answer->err.status;
		snprintf(done.text, sizeof(done.text), "%s", answer->err.text);
	}
	return channel_send(
		answer->keeper->opts.watch, &done, answer->fds, ok ? answer->nfds : 0);
}

static bool answer_one(struct keeper *keeper, struct channel_in *in)
{
	struct answer answer = {.keeper = keeper, .asked = &in->message};
	bool ok = !in->nfds && rows[in->message.kind];

	ok = ok && send_answer(&answer, rows[in->message.kind](&answer));
	channel_close_fds(in);
	while (answer.nfds)
		close(answer.fds[--answer.nfds]);
	return ok;
}

static void on_question(uv_poll_t *poll, int status, int events)
{
	struct keeper *keeper = poll->data;
	struct channel_in in;
	enum channel_fate fate = channel_receive(keeper->opts.watch, &in);

	(void)status;
	(void)events;
	if (fate == CHANNEL_NOTHING ||
		(fate == CHANNEL_MESSAGE && answer_one(keeper, &in)))
		return;
	uv_poll_stop(&keeper->poll);
	keeper->opts.ended(keeper->opts.data);
}

struct keeper *keeper_new(struct uv_loop_s *loop, const struct keeper_opts *opts)
{
	struct keeper *keeper = xalloc(sizeof(*keeper));

	keeper->opts = *opts;
	keeper->pours = pours_new(loop);
	keeper->poll.data = keeper;
	uv_poll_init(loop, &keeper->poll, opts->watch);
	uv_poll_start(&keeper->poll, UV_READABLE, on_question);
	return keeper;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void keeper_free(struct keeper *keeper)
{
	if (!keeper)
		return;
	if (keeper->has_control)
		remove(keeper->opts.control);
	pours_free(keeper->pours);
	uv_close((uv_handle_t *)&keeper->poll, on_closed);
}
