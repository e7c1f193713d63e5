/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/priv.h"

#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "netdns/channel.h"

static bool call(int priv, const struct message *message, size_t nfds, int *out_fds,
	struct err *err)
{
	struct channel_question question = {
		.message = *message, .kind = MESSAGE_DONE, .answer_nfds = nfds};
	struct channel_in in;

	if (!channel_call(priv, &question, &in, err))
		return false;
	for (size_t i = 0; i < nfds; i++)
		out_fds[i] = in.fds[i];
	return true;
}

bool priv_read(
	int priv, enum read_kind kind, const char *what, int *out_fd, struct err *err)
{
	struct message message = {.kind = MESSAGE_READ, .number = kind};

	snprintf(message.text, sizeof(message.text), "%s", what);
	return call(priv, &message, 1, out_fd, err);
}

bool priv_listen(int priv, const struct addr *addr, const char *device, int out_fds[2],
	struct err *err)
{
	struct message message = {.kind = MESSAGE_LISTEN, .addr = *addr};

	snprintf(message.device, sizeof(message.device), "%s", device ? device : "");
	return call(priv, &message, 2, out_fds, err);
}

bool priv_file(int priv, enum priv_file file, int *out_fd, struct err *err)
{
	struct message message = {.kind = MESSAGE_FILE, .number = file};

	return call(priv, &message, 1, out_fd, err);
}

bool priv_control(int priv, int *out_fd, struct err *err)
{
	struct message message = {.kind = MESSAGE_CONTROL};

	return call(priv, &message, 1, out_fd, err);
}

/* That nobody is there comes as a reason why not. */
bool priv_before(int priv, int *out_fd, struct err *err)
{
	struct message message = {.kind = MESSAGE_BEFORE};
	struct err none = {0};

	*out_fd = -1;
	if (call(priv, &message, 1, out_fd, &none))
		return true;
	return none.status == PRIV_NOBODY || err_set(err, none.kind, "%s", none.text);
}

bool priv_retired(int priv, struct err *err)
{
	struct message message = {.kind = MESSAGE_RETIRED};

	return call(priv, &message, 0, NULL, err);
}
