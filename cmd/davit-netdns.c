/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name server as a program of its own, in the foreground.
 *
 *   davit-netdns serve [--engine unix:///var/run/docker.sock] [--control PATH] [--resolv FILE] [--port N] [--host ADDRESS]
 *   davit-netdns serve --zone FILE …
 *
 * It serves the networks of an engine, or those that a JSON file describes (doc/dns.md). It starts itself again for each of
 * its other roles: davit-netdns role NAME serve …
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cmd/netdns-probe.h"
#include "cmd/netdns-roles.h"
#include "netdns/addr.h"

enum { DNS_PORT = 53 };

static const char usage[] =
	"usage: davit-netdns serve [--engine unix://SOCKET | --zone FILE]\n"
	"                          [--control PATH] [--resolv FILE] [--port N]\n"
	"                          [--host ADDRESS] [--confine strict|lax|none]\n"
	"       davit-netdns probe ADDRESS SECONDS DOMAIN...\n";

static bool take_engine(const char *text, struct netdns_options *out)
{
	out->engine = text_starts(text, "unix://") ? text + strlen("unix://") : text;
	return *out->engine == '/';
}

static bool take_port(const char *text, struct netdns_options *out)
{
	return parse_i64(text, &out->port) && out->port >= 1 && out->port <= UINT16_MAX;
}

/* Only of loopback: no other address of the host is for the host alone. */
static bool take_host(const char *text, struct netdns_options *out)
{
	struct addr addr;

	out->host = text;
	return addr_parse(text, &addr) && addr_is_loopback(&addr);
}

static bool take_confine(const char *text, struct netdns_options *out)
{
	static const char *const words[] = {"strict", "lax", "none"};

	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (text_eq(words[i], text)) {
			out->confine = (enum netdns_confine)i;
			return true;
		}
	return false;
}

static bool take_option(int c, struct netdns_options *out)
{
	switch (c) {
	case 'z':
		out->zone = optarg;
		return true;
	case 'c':
		out->control = optarg;
		return true;
	case 'r':
		out->resolv = optarg;
		return true;
	case 'e':
		return take_engine(optarg, out);
	case 'H':
		return take_host(optarg, out);
	case 'p':
		return take_port(optarg, out);
	case 's':
		return take_confine(optarg, out);
	default:
		return false;
	}
}

static bool take_options(int argc, char **argv, struct netdns_options *out)
{
	static const struct option rows[] = {
		{"zone", required_argument, NULL, 'z'},
		{"engine", required_argument, NULL, 'e'},
		{"control", required_argument, NULL, 'c'},
		{"resolv", required_argument, NULL, 'r'},
		{"host", required_argument, NULL, 'H'},
		{"port", required_argument, NULL, 'p'},
		{"confine", required_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	int c;

	*out = (struct netdns_options){
		.port = DNS_PORT,
		.resolv = "/etc/resolv.conf",
		.engine = "/var/run/docker.sock",
	};
	while ((c = getopt_long(argc, argv, "", rows, NULL)) != -1)
		if (!take_option(c, out))
			return false;
	return optind + 1 == argc && text_eq(argv[optind], "serve");
}

struct role {
	const char *name;
	int (*run)(const struct netdns_options *options);
};

static const struct role roles[] = {
	{"dns", netdns_dns},
	{"fwd", netdns_fwd},
	{"watch", netdns_watch},
};

static const struct role *find_role(int argc, char **argv)
{
	if (argc < 3 || strcmp(argv[1], "role") != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (text_eq(roles[i].name, argv[2]))
			return &roles[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct role *role = find_role(argc, argv);
	struct netdns_options options;
	int skip = role ? 2 : 0;

	if (argc > 1 && !strcmp(argv[1], "probe"))
		return netdns_probe(argc - 2, argv + 2);
	if (!take_options(argc - skip, argv + skip, &options)) {
		fputs(usage, stderr);
		return 2;
	}
	return role ? role->run(&options) : netdns_priv(&options, argv);
}
