/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/channel.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/err.h"

bool channel_new(int out[2], struct err *err)
{
	static const int room = CHANNEL_SEND_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out) < 0)
		return err_sys(err, "socketpair");
	for (int i = 0; i < 2; i++)
		setsockopt(out[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	return true;
}

bool channel_send(int fd, const struct message *message, const int *fds, size_t nfds)
{
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * MESSAGE_FDS)] = {0};
	uint8_t bytes[MESSAGE_BYTES];
	struct iovec part = {bytes, message_write(message, bytes)};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
	struct cmsghdr *rights;

	if (nfds) {
		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		rights = CMSG_FIRSTHDR(&header);
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(rights), fds, sizeof(int) * nfds);
	}
	return sendmsg(fd, &header, MSG_NOSIGNAL) == (ssize_t)part.iov_len;
}

void channel_close_fds(struct channel_in *in)
{
	while (in->nfds)
		close(in->fds[--in->nfds]);
}

static void take_fds(struct msghdr *header, struct channel_in *out)
{
	const struct cmsghdr *rights = CMSG_FIRSTHDR(header);

	out->nfds = 0;
	if (!rights || rights->cmsg_type != SCM_RIGHTS)
		return;
	out->nfds = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(out->fds, CMSG_DATA(rights), out->nfds * sizeof(int));
}

enum channel_fate channel_receive(int fd, struct channel_in *out)
{
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(out->fds))];
	struct iovec part = {out->bytes, sizeof(out->bytes)};
	struct msghdr header = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);

	out->nfds = 0;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? CHANNEL_NOTHING : CHANNEL_END;
	take_fds(&header, out);
	if (n == 0)
		return CHANNEL_END;
	if (!(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) &&
		message_read(out->bytes, (size_t)n, &out->message))
		return CHANNEL_MESSAGE;
	channel_close_fds(out);
	return CHANNEL_BROKEN;
}

bool channel_call(int fd, const struct channel_question *question, struct channel_in *out,
	struct err *err)
{
	struct timeval wait = {.tv_sec = CHANNEL_WAIT_S};
	const struct message *answer = &out->message;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (!channel_send(fd, &question->message, question->fds, question->nfds) ||
		channel_receive(fd, out) != CHANNEL_MESSAGE)
		return err_set(err, ERR_STATE, "another part of davit-netdns has gone");
	if (answer->kind == question->kind && !answer->text[0] &&
		out->nfds == question->answer_nfds)
		return true;
	channel_close_fds(out);
	err_set(err, ERR_SYSTEM, "%s",
		answer->text[0] ? answer->text
				: "another part of davit-netdns does not answer well");
	err->status = (int)answer->number;
	return false;
}
