/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "netdns/addr.h"

enum {
	BACKLOG = 128,
	RECEIVE_BYTES = 4 << 20, /* some 5,000 queries that come at once */
};

struct option_row {
	int level;
	int name;
	int value;
	bool v6;
	bool tcp;
	bool udp;
	bool optional; /* not everybody may */
};

/*
 * RFC 9715: replies are small enough to be whole, and no router's word makes us cut them. A bridge's IPv6 address is
 * checked for duplicates once its first container has come, which may ask at once: it is listened on before.
 */
static const struct option_row rows[] = {
	{SOL_SOCKET, SO_REUSEADDR, 1, .tcp = true},
	{SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES, .udp = true},
	/* The one before has the host's ceiling. */
	{SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BYTES, .udp = true, .optional = true},
	{IPPROTO_IP, IP_PKTINFO, 1, .udp = true},
	{IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT, .udp = true},
	{IPPROTO_IPV6, IPV6_V6ONLY, 1, .v6 = true, .tcp = true, .udp = true},
	{IPPROTO_IPV6, IPV6_FREEBIND, 1, .v6 = true, .tcp = true, .udp = true},
	{IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, .v6 = true, .udp = true},
	{IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT, .v6 = true, .udp = true},
};

static bool row_applies(const struct option_row *row, const struct socket_opts *opts)
{
	bool v6 = opts->addr->len == ADDR_V6_BYTES;

	return (row->level == SOL_SOCKET || row->v6 == v6) &&
		(opts->tcp ? row->tcp : row->udp);
}

static bool set_options(int fd, const struct socket_opts *opts, struct err *err)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (row_applies(&rows[i], opts) &&
			setsockopt(fd, rows[i].level, rows[i].name, &rows[i].value,
				sizeof(rows[i].value)) < 0 &&
			!rows[i].optional)
			return err_sys(err, "socket option %d of level %d", rows[i].name,
				rows[i].level);
	if (opts->device &&
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, opts->device,
			(socklen_t)strlen(opts->device)) < 0)
		return err_sys(err, "bind to interface %s", opts->device);
	return true;
}

static socklen_t fill_address(
	const struct addr *addr, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (addr->len == ADDR_V4_BYTES) {
		memcpy(&v4.sin_addr, addr->bytes, ADDR_V4_BYTES);
		memcpy(out, &v4, sizeof(v4));
		return sizeof(v4);
	}
	memcpy(&v6.sin6_addr, addr->bytes, ADDR_V6_BYTES);
	memcpy(out, &v6, sizeof(v6));
	return sizeof(v6);
}

bool socket_open(const struct socket_opts *opts, int *out_fd, struct err *err)
{
	struct sockaddr_storage to = {0};
	socklen_t len = fill_address(opts->addr, opts->port, &to);
	auto_fd fd = socket(opts->addr->len == ADDR_V4_BYTES ? AF_INET : AF_INET6,
		(opts->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	auto_str name = {0};

	addr_print(&name, opts->addr);
	if (fd < 0)
		return err_sys(err, "socket for %s", str_text(&name));
	if (!set_options(fd, opts, err))
		return false;
	if (bind(fd, (struct sockaddr *)&to, len) < 0 ||
		(opts->tcp && listen(fd, BACKLOG) < 0))
		return err_sys(err, "listen on %s port %u (%s)", str_text(&name),
			opts->port, opts->tcp ? "TCP" : "UDP");
	*out_fd = fd_take(&fd);
	return true;
}

bool socket_connect(const struct addr *to, uint16_t port, bool tcp, int *out_fd)
{
	struct sockaddr_storage address = {0};
	socklen_t len = fill_address(to, port, &address);
	auto_fd fd = socket(to->len == ADDR_V4_BYTES ? AF_INET : AF_INET6,
		(tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
		(connect(fd, (struct sockaddr *)&address, len) < 0 &&
			errno != EINPROGRESS))
		return false;
	*out_fd = fd_take(&fd);
	return true;
}

bool socket_peer(
	const struct sockaddr_storage *from, struct addr *out, uint16_t *out_port)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	*out = (struct addr){0};
	if (from->ss_family == AF_INET) {
		memcpy(&v4, from, sizeof(v4));
		out->len = ADDR_V4_BYTES;
		memcpy(out->bytes, &v4.sin_addr, ADDR_V4_BYTES);
		*out_port = ntohs(v4.sin_port);
	} else if (from->ss_family == AF_INET6) {
		memcpy(&v6, from, sizeof(v6));
		out->len = ADDR_V6_BYTES;
		memcpy(out->bytes, &v6.sin6_addr, ADDR_V6_BYTES);
		*out_port = ntohs(v6.sin6_port);
	} else
		return false;
	addr_unmap(out);
	return true;
}
