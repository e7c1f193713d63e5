/* SPDX-License-Identifier: Apache-2.0 */
/* What a zone is made of: shared by zone.c, which builds it, and zone-find.c, which looks into it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netdns/zone-input.h"
#include "netdns/zone.h"

struct map;

/* Labels of a name without the root, in lower case. */
struct labels {
	const uint8_t *bytes;
	uint8_t len; /* 0: not a name */
	uint8_t n;
};

struct zone_project {
	struct labels label; /* len 0: of those that have none */
	const char *name;
};

struct zone_network {
	struct labels name;
	struct labels key;
	const struct zone_project *project;
	const char *bridge;
	const struct prefix *addresses;
	size_t naddresses;
	uint32_t number;
	bool internal;
	bool has_wildcards;
	const struct zone_network *self; /* a list of one, for views */
};

/* How much of a name's endpoints is answered; a name that is several things follows the first of them. */
enum set_rule {
	SET_PLACE,   /* nothing: it exists by the names below it */
	SET_ENGINE,  /* those with an address, as the engine does */
	SET_RUNNING, /* the running ones */
	SET_READY,   /* the ready ones, or the running ones if none is (unless strict) */
};

/* A name on a network, as one project has it. There may be millions: no byte is left over. */
struct zone_set {
	const uint8_t *bytes; /* labels without the root, in lower case */
	uint32_t hash;
	uint32_t network; /* its number */
	uint32_t n;
	uint32_t nrunning;
	uint32_t nready;
	uint16_t ttl_s;
	uint8_t len;
	uint8_t rule : 2; /* enum set_rule */
	bool strict : 1;
	bool complete : 1;
	bool is_union : 1;   /* of several projects: for who is in none of them */
	bool of_service : 1; /* subject is a service's name, else a container, if any */
	union {
		const struct zone_endpoint *one; /* n is 1 */
		const struct zone_endpoint **many;
	};
	const struct zone_project *project;
	const void *
		subject; /* struct zone_service or struct zone_container; NULL: several */
	struct zone_set *next; /* the same name of another project */
};

struct zone_service {
	const char *name;
	struct labels label; /* len 0: no name */
};

/* What a container alone calls somebody. */
struct zone_link {
	struct labels alias;
	struct labels target; /* a name as it could ask for */
	const struct zone_link *next;
};

struct zone_container {
	const struct zone_project *project;
	const struct zone_service *service; /* NULL: none */
	struct labels name;
	const struct zone_network *const *networks; /* in the order it asks them */
	const struct zone_port *ports;
	const struct upstreams *upstreams; /* NULL: the host's */
	const struct zone_link *links;     /* the last one first */
	uint32_t nnetworks;
	uint32_t nports;
	uint32_t number;
	uint16_t ttl_s;
	uint8_t state;  /* enum input_state */
	uint8_t health; /* enum input_health */
	bool one_off;
	bool draining;
	bool strict;
	bool internal;
	char id[13];
};

struct zone {
	struct name domain;
	uint32_t serial;
	const uint8_t *seed;
	const struct zone_network **networks; /* by name */
	size_t nnetworks;
	const struct addr *host; /* its own addresses, of whatever interface */
	size_t nhost;
	struct map *projects;
	struct zone_set *
		*slots; /* open addressing; a power of two, at most two thirds full */
	uint8_t *
		tags; /* of each slot a byte of its hash, close together; 0: it is free */
	size_t nslots;
	size_t nnames;
	const struct zone_endpoint **by_addr; /* as slots */
	size_t naddrs;
};

/* The container answers for its service: S, all.S, I.S. */
static inline bool container_serves(const struct zone_container *container)
{
	return container->service && container->service->label.len && !container->one_off;
}

static inline uint8_t tag_of(uint32_t hash)
{
	return (uint8_t)(hash >> 24 | 1);
}

/*
 * The slot of a name on a network: holds its sets, or NULL where it would stand. Who fills it sets its tag.
 */
struct zone_set **zone_slot(const struct zone *zone, const struct zone_network *network,
	const uint8_t *bytes, size_t len, uint32_t *out_hash);

/* Likewise of the endpoints with an address; step goes on to the next one with the same. */
size_t zone_addr_slot(const struct zone *zone, const struct addr *addr);

/* The network on which an address is ours, or NULL. */
const struct zone_network *zone_own_network(
	const struct zone *zone, const struct addr *addr);
