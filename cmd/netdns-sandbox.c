/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/netdns-sandbox.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "cmd/netdns-roles.h"

void netdns_say(void *data, const char *text)
{
	(void)data;
	fprintf(stderr, "davit-netdns: %s\n", text);
}

void netdns_begin(int instead_of_terminal)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		signal(numbers[i], SIG_IGN);
	dup2(instead_of_terminal, STDIN_FILENO);
	dup2(instead_of_terminal, STDOUT_FILENO);
}

bool netdns_confine(const struct netdns_options *options, enum confine_role role)
{
	struct confine_opts opts = {
		.role = role, .lax = options->confine == NETDNS_LAX, .say = netdns_say};
	struct err err = {0};

	if (options->confine == NETDNS_OPEN || confine(&opts, &err))
		return true;
	err_wrap(&err, "to be confined (--confine)");
	netdns_say(NULL, err.text);
	return false;
}

int netdns_end(const struct netdns_options *options, int status)
{
	if (options->confine != NETDNS_OPEN)
		_exit(status);
	return status;
}
