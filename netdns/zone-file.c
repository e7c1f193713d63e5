/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of zone-file.h, and what they cannot say: that addresses are addresses. */
#include "netdns/zone-file.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/schema.h"
#include "netdns/addr.h"
#include "netdns/zone-input.h"
#include "netdns/zone.h"

/* A section without names, places and x-* keys. */
#define PLAIN(n, f, type)                                                              \
	{                                                                              \
		.name = n, .fields = f, .size = sizeof(type), .key_offset = NO_MEMBER, \
		.node_offset = NO_MEMBER, .set_offset = NO_MEMBER,                     \
		.pos_offset = NO_MEMBER, .x_offset = NO_MEMBER, .no_extensions = true  \
	}

static const char *const state_words[] = {"created", "running", "paused", "exited", NULL};
static const char *const health_words[] = {
	"none", "starting", "healthy", "unhealthy", NULL};
static const char *const protocol_words[] = {"tcp", "udp", NULL};

static const struct field network_fields[] = {
	F_TEXT(struct input_network, "name", name, .flags = FIELD_REQUIRED,
		.help = "The engine's name"),
	F_TEXT(struct input_network, "key", key, .help = "Its key in the project's file"),
	F_TEXT(struct input_network, "project", project, .help = "Whose file defines it"),
	F_TEXT(struct input_network, "bridge", bridge, .help = "The host's interface"),
	F_BOOL(struct input_network, "internal", internal,
		.help = "Nothing is forwarded"),
	F_STRINGS(struct input_network, "addresses", addresses,
		.help = "Of the bridge, with prefix"),
	F_END,
};

static const struct section network_section =
	PLAIN("network", network_fields, struct input_network);

static const struct field endpoint_fields[] = {
	F_TEXT(struct input_endpoint, "network", network, .flags = FIELD_REQUIRED,
		.help = "The engine's name of the network"),
	F_TEXT(struct input_endpoint, "ipv4", ipv4, .help = "Its address there"),
	F_TEXT(struct input_endpoint, "ipv6", ipv6, .help = "Its address there"),
	F_STRINGS(
		struct input_endpoint, "aliases", aliases, .help = "Further names there"),
	F_STRINGS(struct input_endpoint, "links", links,
		.help = "\"name:alias\", for itself alone"),
	F_I64(struct input_endpoint, "priority", priority,
		.help = "The highest is asked first"),
	F_END,
};

static const struct section endpoint_section =
	PLAIN("endpoint", endpoint_fields, struct input_endpoint);

static const struct field port_fields[] = {
	F_I64(struct input_port, "target", target, .min = 1, .max = 65535,
		.flags = FIELD_REQUIRED, .help = "In the container"),
	F_WORD(struct input_port, "protocol", protocol, enum input_protocol,
		protocol_words, .help = "tcp or udp"),
	F_TEXT(struct input_port, "name", name, .help = "For SRV"),
	F_TEXT(struct input_port, "app_protocol", app_protocol, .help = "For SRV"),
	F_END,
};

static const struct section port_section = PLAIN("port", port_fields, struct input_port);

static const struct field container_fields[] = {
	F_TEXT(struct input_container, "id", id, .flags = FIELD_REQUIRED,
		.help = "The engine's id"),
	F_TEXT(struct input_container, "name", name, .flags = FIELD_REQUIRED,
		.help = "The engine's name"),
	F_TEXT(struct input_container, "hostname", hostname,
		.help = "Its own name of itself"),
	F_TEXT(struct input_container, "project", project, .help = "Its project"),
	F_TEXT(struct input_container, "service", service, .help = "Its service"),
	F_I64(struct input_container, "number", number, .help = "Of the replica, from 1"),
	F_BOOL(struct input_container, "one_off", one_off, .help = "Made by run"),
	F_WORD(struct input_container, "state", state, enum input_state, state_words,
		.fallback = "running", .help = "created, running, paused or exited"),
	F_WORD(struct input_container, "health", health, enum input_health, health_words,
		.help = "none, starting, healthy or unhealthy"),
	F_BOOL(struct input_container, "draining", draining,
		.help = "About to be stopped"),
	F_BOOL(struct input_container, "strict", strict,
		.help = "Nothing rather than what is not ready"),
	F_INT(struct input_container, "ttl", ttl_s, .min = 0, .max = ZONE_TTL_MAX_S,
		.flags = FIELD_KEEP_EMPTY, .help = "Seconds"),
	F_STRINGS(struct input_container, "upstreams", upstreams,
		.help = "Whom to ask for it what is not ours"),
	F_LIST(struct input_container, "endpoints", endpoints, nendpoints,
		&endpoint_section, .help = "Its networks"),
	F_LIST(struct input_container, "ports", ports, nports, &port_section,
		.help = "What it listens on"),
	F_END,
};

static const struct section container_section =
	PLAIN("container", container_fields, struct input_container);

static const struct field zone_fields[] = {
	F_TEXT(struct zone_input, "domain", domain, .help = "Above all projects"),
	F_STRINGS(struct zone_input, "host", host, .help = "The host's own addresses"),
	F_STRINGS(struct zone_input, "listen", listen,
		.help = "Addresses of its loopback interface to listen on"),
	F_LIST(struct zone_input, "networks", networks, nnetworks, &network_section,
		.help = "Of the engine"),
	F_LIST(struct zone_input, "containers", containers, ncontainers,
		&container_section, .help = "Of the engine"),
	F_END,
};

static const struct section zone_section = PLAIN("zone", zone_fields, struct zone_input);

static void check_address(const char *text, uint8_t bytes, struct errs *errs)
{
	struct addr addr;

	if (text && *text && (!addr_parse(text, &addr) || addr.len != bytes))
		errs_add(errs, (struct pos){0}, "not an IPv%d address: \"%s\"",
			bytes == ADDR_V4_BYTES ? 4 : 6, text);
}

static void check_network(const struct input_network *network, struct errs *errs)
{
	struct prefix prefix;

	for (size_t i = 0; i < network->addresses.n; i++)
		if (!prefix_parse(network->addresses.items[i], &prefix))
			errs_add(errs, (struct pos){0},
				"network %s: not an address: \"%s\"", network->name,
				network->addresses.items[i]);
}

static void check_addresses(
	const char *what, const struct strings *texts, struct errs *errs)
{
	struct addr addr;

	for (size_t i = 0; i < texts->n; i++)
		if (!addr_parse(texts->items[i], &addr))
			errs_add(errs, (struct pos){0}, "%s: not an address: \"%s\"",
				what, texts->items[i]);
}

static void check_container(const struct input_container *container, struct errs *errs)
{
	check_addresses(container->name, &container->upstreams, errs);
	for (size_t i = 0; i < container->nendpoints; i++) {
		check_address(container->endpoints[i].ipv4, ADDR_V4_BYTES, errs);
		check_address(container->endpoints[i].ipv6, ADDR_V6_BYTES, errs);
	}
}

bool zone_file_read(struct arena *arena, const char *text, size_t len,
	struct zone_input *out, struct errs *errs)
{
	struct node *node;
	struct err err = {0};

	*out = (struct zone_input){0};
	if (!json_parse(arena, text, len, &node, &err)) {
		errs_add_err(errs, &err);
		return false;
	}
	schema_check(&zone_section, node, 0, errs);
	if (errs_failed(errs))
		return false;
	schema_decode(arena, &zone_section, node, out, errs);
	check_addresses("host", &out->host, errs);
	check_addresses("listen", &out->listen, errs);
	for (size_t i = 0; i < out->nnetworks; i++)
		check_network(&out->networks[i], errs);
	for (size_t i = 0; i < out->ncontainers; i++)
		check_container(&out->containers[i], errs);
	return !errs_failed(errs);
}

struct node *zone_file_node(struct arena *arena, const struct zone_input *input)
{
	return schema_encode(arena, &zone_section, input, ENCODE_JSON);
}
