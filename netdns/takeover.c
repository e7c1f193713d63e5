/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/takeover.h"

#include <net/if.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "netdns/server.h"

enum { LINE_BYTES = 4096, FDS = 2, LISTENERS_MAX = 65536 };

/* A line with what came along. */
struct message {
	char line[LINE_BYTES];
	size_t len;
	int fds[FDS];
	size_t nfds;
};

static bool tell(int fd, const char *line)
{
	size_t len = strlen(line);

	return send(fd, line, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static void close_fds(struct message *message)
{
	while (message->nfds)
		close(message->fds[--message->nfds]);
}

/* The kernel hands over the bytes that were sent with descriptors by themselves, which makes each message a line. */
static bool hear(int fd, struct message *out, struct err *err)
{
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(out->fds))];
	struct iovec part = {out->line, sizeof(out->line)};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *header;
	ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	out->nfds = 0;
	header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (header && header->cmsg_type == SCM_RIGHTS) {
		out->nfds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(out->fds, CMSG_DATA(header), out->nfds * sizeof(int));
	}
	out->len = n > 0 ? (size_t)n : 0;
	if (n > 0 && out->line[n - 1] == '\n')
		return true;
	close_fds(out);
	return n < 0 ? err_sys(err, "no answer")
		     : err_set(err, ERR_CONNECTION, "half an answer");
}

/* A device that is another one by now has sockets that hear nothing. */
static bool read_sockets(const struct node *json, const struct message *message,
	struct server_sockets *out)
{
	const char *address = node_get_text(json, "address");

	*out = (struct server_sockets){
		.device = node_get_text(json, "device"),
		.index = (unsigned)node_get_int(json, "index", 0),
		.port = (uint16_t)node_get_int(json, "port", 0),
		.fds = {message->fds[0], message->fds[1]},
	};
	return address && addr_parse(address, &out->addr) &&
		(!out->device || if_nametoindex(out->device) == out->index);
}

/* True, with out_last, behind the last. */
static bool take_one(int fd, struct server *server, bool *out_last, struct err *err)
{
	struct arena arena = {0};
	struct message message;
	struct server_sockets sockets;
	struct node *json = NULL;
	bool ok = hear(fd, &message, err) &&
		json_parse(&arena, message.line, message.len, &json, err);

	*out_last = ok && message.nfds != FDS;
	if (*out_last)
		ok = node_get_bool(json, "ok") ||
			err_set(err, ERR_STATE, "it does not hand over");
	else if (ok && read_sockets(json, &message, &sockets)) {
		server_take(server, &sockets);
		message.nfds = 0;
	}
	if (json)
		close_fds(&message);
	arena_finish(&arena);
	return ok;
}

bool takeover_begin(int fd, struct server *server, struct err *err)
{
	bool last = false;

	if (!tell(fd, "{\"do\":\"hand over\"}\n"))
		return err_sys(err, "another davit-netdns");
	for (unsigned i = 0; !last && i < LISTENERS_MAX; i++)
		if (!take_one(fd, server, &last, err))
			return err_wrap(err, "another davit-netdns");
	return true;
}

bool takeover_end(int fd, struct err *err)
{
	struct message message;

	if (!tell(fd, "{\"do\":\"retire\"}\n") || !hear(fd, &message, err))
		return err_wrap(err, "the one before");
	close_fds(&message);
	return true;
}
