/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/dns.h"

#include "base/auto.h"
#include "base/err.h"
#include "netdns/channel.h"
#include "netdns/image.h"
#include "netdns/responder.h"

static bool tell(int dns, const struct message *message, const int *fds, struct err *err)
{
	struct channel_question question = {
		.message = *message,
		.fds = fds,
		.nfds = message_nfds(message->kind),
		.kind = MESSAGE_DONE,
	};
	struct channel_in in;

	return channel_call(dns, &question, &in, err);
}

bool dns_set_zone(int dns, const struct image *image, struct err *err)
{
	auto_str bytes = {0};
	auto_fd fd = -1;

	image_print(&bytes, image);
	return image_seal(&bytes, &fd, err) &&
		tell(dns, &(struct message){.kind = MESSAGE_ZONE}, &fd, err);
}

bool dns_open(int dns, const struct dns_listener *listener, struct err *err)
{
	struct message message = {
		.kind = MESSAGE_OPEN,
		.number = listener->number,
		.index = listener->index,
		.addr = *listener->addr,
	};

	return tell(dns, &message, listener->fds, err);
}

bool dns_close(int dns, uint32_t number, struct err *err)
{
	return tell(dns, &(struct message){.kind = MESSAGE_CLOSE, .number = number}, NULL,
		err);
}

bool dns_pause(int dns, struct err *err)
{
	return tell(dns, &(struct message){.kind = MESSAGE_PAUSE}, NULL, err);
}

bool dns_count(int dns, struct counters *out, struct err *err)
{
	struct channel_question question = {
		.message.kind = MESSAGE_COUNT, .kind = MESSAGE_COUNTERS};
	struct channel_in in;

	if (!channel_call(dns, &question, &in, err))
		return false;
	*out = (struct counters){
		.udp = in.message.counts[0],
		.tcp = in.message.counts[1],
		.forwarded = in.message.counts[2],
		.dropped = in.message.counts[3],
		.slowed = in.message.counts[4],
	};
	return true;
}
