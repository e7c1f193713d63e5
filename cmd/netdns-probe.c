/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/netdns-probe.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/str.h"

#define DNS_PORT 53
#define MS_PER_S 1000
#define TIMEOUT_MAX_S 3600
#define WAIT_MS 500
#define REFUSED_MS 20
#define HEADER_BYTES 12
#define PACKET_BYTES 512
#define TYPE_SOA 6
#define ANSWERED_BY_OWNER 0x84 /* QR and AA */
#define RCODE_MASK 0x0f

/* RFC 1035 4.1: one question for the SOA of the domain, which netdns alone has. 0: no such name. */
static size_t write_query(const char *domain, uint8_t *out)
{
	size_t at = HEADER_BYTES;

	memset(out, 0, HEADER_BYTES);
	out[0] = 0xda;
	out[1] = 0x51;
	out[5] = 1;
	while (*domain) {
		size_t len = strcspn(domain, ".");

		if (len == 0 || len > 63 || at + len + 6 > PACKET_BYTES)
			return 0;
		out[at++] = (uint8_t)len;
		memcpy(out + at, domain, len);
		at += len;
		domain += len + (domain[len] == '.');
	}
	out[at++] = 0;
	out[at++] = 0;
	out[at++] = TYPE_SOA;
	out[at++] = 0;
	out[at++] = 1;
	return at;
}

static bool is_answer(const uint8_t *query, const uint8_t *reply, ssize_t n)
{
	return n >= HEADER_BYTES && reply[0] == query[0] && reply[1] == query[1] &&
		(reply[2] & ANSWERED_BY_OWNER) == ANSWERED_BY_OWNER &&
		(reply[3] & RCODE_MASK) == 0;
}

static bool ask(const char *address, const uint8_t *query, size_t len)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT)};
	auto_fd fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	uint8_t reply[PACKET_BYTES];

	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
		connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0 ||
		send(fd, query, len, 0) < 0 || poll(&poller, 1, WAIT_MS) <= 0)
		return false;
	if (is_answer(query, reply, recv(fd, reply, sizeof(reply), 0)))
		return true;
	poll(NULL, 0, REFUSED_MS); /* refused: it may be about to listen */
	return false;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool ask_about_all(const char *address, int ndomains, char *const *domains)
{
	uint8_t query[PACKET_BYTES];

	for (int i = 0; i < ndomains; i++) {
		size_t len = write_query(domains[i], query);

		if (len && ask(address, query, len))
			return true;
	}
	return false;
}

int netdns_probe(int nargs, char *const *args)
{
	int64_t timeout_s;
	int64_t end_ms;

	if (nargs < 3 || !parse_i64(args[1], &timeout_s) || timeout_s < 0 ||
		timeout_s > TIMEOUT_MAX_S) {
		fputs("usage: davit-netdns probe ADDRESS SECONDS DOMAIN...\n", stderr);
		return 2;
	}
	end_ms = now_ms() + timeout_s * MS_PER_S;
	do {
		if (ask_about_all(args[0], nargs - 2, args + 2))
			return 0;
	} while (now_ms() < end_ms);
	return 1;
}
