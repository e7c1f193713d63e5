/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One immutable snapshot of all names, and what a name means to who asks it.
 *
 * A zone lives in the arena that it was made in; a change of the engine makes a new one. Below the domain
 * (davit.internal) stand, for service S on network N of project P, replica I, container C:
 *
 *	S.N.P  S.P             the ready replicas           I.S.N.P        that replica if it runs
 *	all.S.N.P tasks.S.N.P  the running ones             alias.N.P      as S, for each alias; *.alias too
 *	C.N.P                  what the engine would say    _port._tcp.S…  SRV of any of them
 *
 * The same without the domain, and S, S.N, alias, C, … alone, mean what they mean on the networks of who asks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdns/addr.h"
#include "netdns/name.h"

struct arena;
struct upstreams;
struct zone;
struct zone_container;
struct zone_input;
struct zone_link;
struct zone_network;
struct zone_project;
struct zone_set;

#define ZONE_DOMAIN "davit.internal"

enum {
	ZONE_SEED_BYTES = 16,
	ZONE_TTL_S = 5, /* unless a container says another */
	ZONE_TTL_MAX_S = 3600,
	ZONE_TTL_RUNNING_S =
		1, /* of names that follow every start and stop; negative answers too */
	ZONE_TTL_APEX_S = 60,
};

/*
 * Names that DNS cannot hold (a label over 63 bytes), addresses that are none and networks that are not there
 * are left out. seed keys the index; serial goes into the SOA record.
 */
const struct zone *zone_new(struct arena *arena, const struct zone_input *input,
	const uint8_t seed[ZONE_SEED_BYTES], uint32_t serial);

uint32_t zone_serial(const struct zone *zone);
const struct name *zone_domain(const struct zone *zone);
size_t zone_nnames(const struct zone *zone); /* in the index, on all networks */

/* Who asks: the networks whose names there are for it. Points into the zone. */
struct zone_view {
	const struct zone_network *const *networks; /* in the order they are asked */
	size_t nnetworks;
	const struct zone_project *project; /* whose names come first; NULL: none */
	bool internal; /* on internal networks only: nothing is asked elsewhere for it */
	const struct upstreams
		*upstreams; /* whom to ask what is not ours; NULL: as the host does */
	const struct zone_link *links; /* names that it alone has for others */
};

/*
 * The view of who sent a query from `source` to our address `local`. A bridge's address takes queries from its
 * own network alone: a container has the view of all its networks, another host there that of this one.
 * The host itself (from loopback, or from the bridge's address) sees all. local NULL: to whatever address.
 * False: not from here, to be dropped.
 */
bool zone_view(const struct zone *zone, const struct addr *local,
	const struct addr *source, struct zone_view *out);

/* One container on one network. */
struct zone_endpoint {
	const struct zone_container *container;
	const struct zone_network *network;
	struct addr v4; /* .len 0: none */
	struct addr v6;
};

enum zone_kind {
	ZONE_UNKNOWN,  /* not ours: ask elsewhere */
	ZONE_NXDOMAIN, /* ours, and there is no such name */
	ZONE_NODATA,   /* the name exists by the names below it */
	ZONE_APEX,
	ZONE_SERVER,  /* netdns.davit.internal */
	ZONE_VERSION, /* dns-version.davit.internal */
	ZONE_SET,     /* endpoints */
	ZONE_LINK,    /* CNAME: a set, and its name as who asks has it */
	ZONE_SERVICE, /* SRV: endpoints and a port */
	ZONE_REVERSE, /* PTR: endpoint, or the server's own address when it is NULL */
};

struct zone_hit {
	enum zone_kind kind;
	const struct zone_set *set;           /* ZONE_SET, ZONE_SERVICE, ZONE_LINK */
	const struct zone_link *link;         /* ZONE_LINK */
	const struct zone_endpoint *endpoint; /* ZONE_REVERSE */
	const uint8_t *port; /* ZONE_SERVICE: the label behind its underscore, */
	uint8_t port_len;    /* points into the key */
	bool udp;            /* ZONE_SERVICE */
	uint8_t apex_at; /* where in the key the zone begins that this belongs to, for its SOA */
};

/* What a lower-cased name means. Never fails and never allocates. */
void zone_find(const struct zone *zone, const struct zone_view *view,
	const struct name *key, struct zone_hit *out);

/* Of a set: those whose addresses are answered, by the rule of its name. */
const struct zone_endpoint *const *set_endpoints(
	const struct zone_set *set, size_t *out_n);
uint32_t set_ttl_s(const struct zone_set *set);
bool set_is_complete(const struct zone_set *set); /* all. and tasks.: never a selection */

/* "service=web", … one text a call; false behind the last. */
bool set_text(const struct zone_set *set, unsigned i, char *out, size_t size);

/* Ports of an endpoint's container. */
struct zone_port {
	uint16_t number;
	bool udp;
	const char *name; /* in lower case; NULL: none */
	const char *app_protocol;
};

/* The i-th port that an underscored label means: by name, by application protocol or by number. */
const struct zone_port *endpoint_port(
	const struct zone_endpoint *endpoint, const struct zone_hit *hit, size_t i);

/* I.S.N.P.davit.internal; false when it belongs to no service. */
bool endpoint_replica_name(
	const struct zone *zone, const struct zone_endpoint *endpoint, struct name *out);

/*
 * The name that a link leads to: I.S.N.P.davit.internal or C.<engine network> of the only one there, else the name that
 * the link has.
 */
bool link_target(const struct zone *zone, const struct zone_hit *hit, struct name *out);

/* C.<engine network>, as the engine answers reverse questions. */
bool endpoint_engine_name(const struct zone_endpoint *endpoint, struct name *out);

/* netdns.davit.internal, hostmaster.davit.internal. */
void zone_server_name(const struct zone *zone, struct name *out);
void zone_hostmaster_name(const struct zone *zone, struct name *out);

/* Our own i-th address on a network, or NULL. */
const struct prefix *network_address(const struct zone_network *network, size_t i);
const char *network_bridge(const struct zone_network *network); /* NULL: unknown */

/* Every network, by name. */
const struct zone_network *const *zone_networks(const struct zone *zone, size_t *out_n);
