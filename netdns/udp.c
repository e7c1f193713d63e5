/* SPDX-License-Identifier: Apache-2.0 */
/* recvmmsg and sendmmsg by hand, as uv_udp cannot send in batches. */
#include "netdns/udp.h"

#include <netinet/in.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "netdns/forward.h"
#include "netdns/protocol.h"
#include "netdns/responder.h"
#include "netdns/socket.h"

enum {
	BATCH = 32,
	BATCHES = 4,        /* in one turn of the loop: TCP and timers wait meanwhile */
	QUERY_BYTES = 4096, /* longer ones are cut, and then malformed */
	LOOPBACK_INDEX = 1, /* only the host itself sends from there */
};

struct packet {
	struct sockaddr_storage from;
	struct iovec in;
	struct iovec out;
	alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	uint8_t query[QUERY_BYTES];
	uint8_t reply[DNS_UDP_EDNS_BYTES];
};

struct udp {
	uv_poll_t poll;
	int fd;
	unsigned device; /* index of the interface that packets must come over; 0: any */
	struct addr local;
	struct responder *responder; /* borrowed */
	struct mmsghdr in[BATCH];    /* of each packet */
	struct mmsghdr out[BATCH];
	struct packet packets[BATCH];
};

static void prepare(struct udp *udp)
{
	for (unsigned i = 0; i < BATCH; i++) {
		struct packet *packet = &udp->packets[i];
		struct msghdr *in = &udp->in[i].msg_hdr;

		packet->in = (struct iovec){packet->query, sizeof(packet->query)};
		in->msg_name = &packet->from;
		in->msg_iov = &packet->in;
		in->msg_control = packet->control;
		in->msg_iovlen = udp->out[i].msg_hdr.msg_iovlen = 1;
	}
}

/* What the kernel has written over. */
static void prepare_again(struct udp *udp, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		udp->in[i].msg_hdr.msg_namelen = sizeof(udp->packets[i].from);
		udp->in[i].msg_hdr.msg_controllen = sizeof(udp->packets[i].control);
	}
}

/* The interface that a packet came over; 0: not told. */
static unsigned arrival_index(struct msghdr *header)
{
	struct in_pktinfo v4;
	struct in6_pktinfo v6;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&v4, CMSG_DATA(c), sizeof(v4));
			return (unsigned)v4.ipi_ifindex;
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&v6, CMSG_DATA(c), sizeof(v6));
			return v6.ipi6_ifindex;
		}
	}
	return 0;
}

/* The socket is bound to its interface; this sees the same from the other side. */
static bool came_in_well(const struct udp *udp, struct msghdr *header)
{
	unsigned index = arrival_index(header);

	return !udp->device || index == udp->device || index == LOOPBACK_INDEX;
}

/* A reply that others have given; lost if the kernel does not take it. */
static void send_later(
	void *owner, const struct sockaddr_storage *to, const uint8_t *reply, size_t len)
{
	const struct udp *udp = owner;
	socklen_t size = to->ss_family == AF_INET ? sizeof(struct sockaddr_in)
						  : sizeof(struct sockaddr_in6);

	(void)!sendto(
		udp->fd, reply, len, MSG_DONTWAIT, (const struct sockaddr *)to, size);
}

static size_t reply_to(struct udp *udp, struct packet *packet, struct mmsghdr *in)
{
	struct addr source;
	uint16_t port;
	size_t len;
	struct forward_place later = {
		.owner = udp, .send = send_later, .to = packet->from};
	struct arrival arrival = {
		.local = &udp->local,
		.source = &source,
		.now_ms = (int64_t)uv_now(udp->poll.loop),
		.later = &later,
	};

	if (!socket_peer(&packet->from, &source, &port) || !port ||
		!came_in_well(udp, &in->msg_hdr))
		return 0;
	responder_reply(udp->responder, &arrival,
		&(struct packet_bytes){packet->query, in->msg_len}, packet->reply, &len);
	return len;
}

static unsigned answer_batch(struct udp *udp, unsigned n)
{
	unsigned nout = 0;

	for (unsigned i = 0; i < n; i++) {
		struct packet *packet = &udp->packets[i];
		struct msghdr *out = &udp->out[nout].msg_hdr;
		size_t len = reply_to(udp, packet, &udp->in[i]);

		if (!len)
			continue;
		packet->out = (struct iovec){packet->reply, len};
		out->msg_name = &packet->from;
		out->msg_namelen = udp->in[i].msg_hdr.msg_namelen;
		out->msg_iov = &packet->out;
		nout++;
	}
	return nout;
}

/* What the kernel does not take at once is lost, as on any wire: clients ask again. One bad peer costs itself. */
static void send_batch(int fd, struct mmsghdr *out, unsigned n)
{
	unsigned sent = 0;

	while (sent < n) {
		int done = sendmmsg(fd, out + sent, n - sent, MSG_DONTWAIT);

		sent += done > 0 ? (unsigned)done : 1;
	}
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct udp *udp = poll->data;
	int n = BATCH;

	(void)status;
	(void)events;
	for (unsigned i = 0; i < BATCHES && n == BATCH; i++) {
		n = recvmmsg(udp->fd, udp->in, BATCH, MSG_DONTWAIT, NULL);
		if (n <= 0)
			return;
		send_batch(udp->fd, udp->out, answer_batch(udp, (unsigned)n));
		prepare_again(udp, (unsigned)n);
	}
}

struct udp *udp_new(
	struct uv_loop_s *loop, const struct udp_opts *opts, struct responder *responder)
{
	struct udp *udp = xalloc(sizeof(*udp));

	udp->fd = opts->fd;
	udp->local = opts->addr;
	udp->responder = responder;
	udp->device = opts->index;
	prepare(udp);
	prepare_again(udp, BATCH);
	udp->poll.data = udp;
	uv_poll_init(loop, &udp->poll, udp->fd);
	uv_poll_start(&udp->poll, UV_READABLE, on_readable);
	return udp;
}

void udp_pause(struct udp *udp)
{
	uv_poll_stop(&udp->poll);
}

static void on_closed(uv_handle_t *handle)
{
	struct udp *udp = handle->data;

	close(udp->fd);
	free(udp);
}

void udp_free(struct udp *udp)
{
	if (!udp)
		return;
	responder_forget(udp->responder, udp);
	uv_close((uv_handle_t *)&udp->poll, on_closed);
}
