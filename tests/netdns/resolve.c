/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks its libc (glibc or musl) for a name's IPv4 addresses, or c-ares where it is built with -DCARES, and prints each on a
 * line. Ends with 1 and the reason where there are none.
 *
 * usage: resolve NAME
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/socket.h>

static void print(const void *address)
{
	char text[INET_ADDRSTRLEN];

	puts(inet_ntop(AF_INET, address, text, sizeof(text)));
}

#ifdef CARES
#include <ares.h>

static void on_host(void *result, int status, int timeouts, struct hostent *host)
{
	(void)timeouts;
	*(int *)result = status != ARES_SUCCESS;
	if (status != ARES_SUCCESS)
		fprintf(stderr, "resolve: %s\n", ares_strerror(status));
	for (char **at = host ? host->h_addr_list : NULL; at && *at; at++)
		print(*at);
}

static int resolve(const char *name)
{
	ares_channel channel;
	int result = 1;
	fd_set reads, writes;
	struct timeval wait;

	if (ares_library_init(ARES_LIB_INIT_ALL) || ares_init(&channel))
		return 1;
	ares_gethostbyname(channel, name, AF_INET, on_host, &result);
	for (;;) {
		FD_ZERO(&reads);
		FD_ZERO(&writes);
		int n = ares_fds(channel, &reads, &writes);

		if (!n)
			break;
		select(n, &reads, &writes, NULL, ares_timeout(channel, NULL, &wait));
		ares_process(channel, &reads, &writes);
	}
	ares_destroy(channel);
	return result;
}
#else
static int resolve(const char *name)
{
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	int status = getaddrinfo(name, NULL, &hints, &found);

	if (status) {
		fprintf(stderr, "resolve: %s\n", gai_strerror(status));
		return 1;
	}
	for (const struct addrinfo *at = found; at; at = at->ai_next)
		print(&((const struct sockaddr_in *)(const void *)at->ai_addr)->sin_addr);
	freeaddrinfo(found);
	return 0;
}
#endif

int main(int argc, char **argv)
{
	if (argc == 2)
		return resolve(argv[1]);
	fputs("usage: resolve NAME\n", stderr);
	return 2;
}
