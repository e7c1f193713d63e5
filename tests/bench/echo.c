/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that a name server can do: one call takes a query, one sends it back with an address behind it. What it
 * costs is the kernel's; whatever a real server costs more is its own.
 *
 * usage: echo PORT       (on 127.0.0.1, until it is killed)
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/str.h"

enum { QUERY_BYTES = 512, HEADER_BYTES = 12, FLAGS_AT = 2, COUNT_AT = 7 };

/* A pointer to the question, A, IN, 5 s, 10.0.0.1. */
static const uint8_t record[] = {0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 0, 0, 1};

static int open_socket(uint16_t port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return fd;
	perror("echo");
	exit(1);
}

static void echo(int fd)
{
	uint8_t packet[QUERY_BYTES + sizeof(record)];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(fd, packet, QUERY_BYTES, 0, (struct sockaddr *)&from, &size);

	if (n < HEADER_BYTES)
		return;
	packet[FLAGS_AT] |= 0x84;
	packet[COUNT_AT] = 1;
	memcpy(packet + n, record, sizeof(record));
	(void)!sendto(fd, packet, (size_t)n + sizeof(record), 0, (struct sockaddr *)&from,
		size);
}

int main(int argc, char **argv)
{
	int64_t port = 0;
	int fd;

	if (argc != 2 || !parse_i64(argv[1], &port) || port < 1 || port > UINT16_MAX) {
		fputs("usage: echo PORT\n", stderr);
		return 2;
	}
	fd = open_socket((uint16_t)port);
	for (;;)
		echo(fd);
}
