/* SPDX-License-Identifier: Apache-2.0 */
/* The roles of davit-netdns (netdns/roles.h), each the whole of a process. All return its exit code. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum netdns_confine {
	NETDNS_STRICT, /* what is not permitted ends it */
	NETDNS_LAX,    /* it is told of */
	NETDNS_OPEN,   /* nothing is given up: for whoever looks for a fault */
};

struct netdns_options {
	const char *zone;    /* NULL: the engine says what there is */
	const char *engine;  /* path of its socket; NULL: the usual one */
	const char *control; /* NULL: none */
	const char *resolv;
	const char *host; /* loopback address that answers the host; NULL: none */
	int64_t port;
	enum netdns_confine confine;
};

/* Descriptors that a role is started with: its ends of the channels. */
enum {
	NETDNS_WATCH_PRIV = 3,
	NETDNS_WATCH_NEWS = 4, /* from priv */
	NETDNS_WATCH_DNS = 5,
	NETDNS_WATCH_FWD = 6,
	NETDNS_DNS_WATCH = 3,
	NETDNS_DNS_FWD = 4,
	NETDNS_FWD_DNS = 3,
	NETDNS_FWD_WATCH = 4,
};

/* argv is what all roles are started with. */
int netdns_priv(const struct netdns_options *options, char **argv);
int netdns_watch(const struct netdns_options *options);
int netdns_dns(const struct netdns_options *options);
int netdns_fwd(const struct netdns_options *options);
