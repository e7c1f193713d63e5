/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints of a container, links, and the bodies of networks and volumes (compose.md 2.6, 2.7). */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/print.h"
#include "compose/planner/body.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/labels.h"

#define IFNAME_OPTION "com.docker.network.endpoint.ifname"

struct node *slot_node(struct arena *arena, const char *text)
{
	struct node *node = node_text(arena, text);

	if (strchr(text, '$'))
		node->marks |= NODE_SLOT;
	return node;
}

static void add_link(
	struct arena *arena, struct node *list, const char *container, const char *alias)
{
	node_push(arena, list,
		node_text(arena, arena_printf(arena, "%s:%s", container, alias)));
}

/* Each container of a linked service under three names. */
static void link_service(
	const struct body_parts *parts, struct node *list, const char *link)
{
	struct arena *arena = parts->draft->arena;
	size_t len = strcspn(link, ":");
	const char *service = arena_strndup(arena, link, len);
	const char *alias = link[len] ? link + len + 1 : service;
	const struct service_state *state = draft_service(parts->draft, service);
	int64_t number = parts->spec->number ? parts->spec->number : 1;

	for (size_t i = 0; state && i < state->nreplicas; i++) {
		const char *name = state->replicas[i].name;

		add_link(arena, list, name, alias);
		add_link(arena, list, name,
			arena_printf(arena, "%s-%" PRId64, service, number));
		add_link(arena, list, name,
			arena_printf(arena, "%s-%s-%" PRId64, parts->draft->project->name,
				service, number));
	}
}

/* NULL: there are none. */
static struct node *links_node(const struct body_parts *parts)
{
	struct arena *arena = parts->draft->arena;
	const struct service *service = parts->spec->service;
	struct node *list;

	if (!service->links.n && !service->external_links.n)
		return NULL;
	list = node_list(arena);
	for (size_t i = 0; i < service->links.n; i++)
		link_service(parts, list, service->links.items[i]);
	for (size_t i = 0; i < service->external_links.n; i++) {
		const char *link = service->external_links.items[i];
		size_t len = strcspn(link, ":");
		const char *name = arena_strndup(arena, link, len);

		add_link(arena, list, name, link[len] ? link + len + 1 : name);
	}
	return list;
}

static struct node *aliases_node(
	const struct body_parts *parts, const struct endpoint *endpoint)
{
	struct arena *arena = parts->draft->arena;
	const struct container_spec *spec = parts->spec;
	struct node *list = node_list(arena);

	node_push(arena, list, node_text(arena, spec->name));
	if ((spec->run && !spec->run->use_aliases) ||
		!engine_has_aliases(parts->draft, endpoint))
		return list;
	node_push(arena, list, node_text(arena, spec->service->name));
	for (size_t i = 0; i < endpoint->aliases.n; i++)
		node_push(arena, list, node_text(arena, endpoint->aliases.items[i]));
	return list;
}

static void add_addresses(
	struct arena *arena, struct node *map, const struct endpoint *endpoint)
{
	struct node *ipam;

	if (!endpoint->ipv4_address && !endpoint->ipv6_address &&
		!endpoint->link_local_ips.n)
		return;
	ipam = node_map(arena);
	node_set_text_opt(arena, ipam, "IPv4Address", endpoint->ipv4_address);
	node_set_text_opt(arena, ipam, "IPv6Address", endpoint->ipv6_address);
	if (endpoint->link_local_ips.n)
		node_set(arena, ipam, "LinkLocalIPs",
			texts_node(arena, &endpoint->link_local_ips));
	node_set(arena, map, "IPAMConfig", ipam);
}

static struct node *options_node(struct arena *arena, const struct endpoint *endpoint)
{
	struct node *options = pairs_node(arena, &endpoint->driver_opts);

	if (endpoint->interface_name && !node_get(options, IFNAME_OPTION))
		node_set_text(arena, options, IFNAME_OPTION, endpoint->interface_name);
	return options;
}

static struct node *endpoint_node(
	const struct body_parts *parts, const struct endpoint *endpoint, bool main)
{
	struct arena *arena = parts->draft->arena;
	struct node *map = node_map(arena);
	struct node *links = links_node(parts);
	const char *mac = endpoint->mac_address;

	if (!mac && main)
		mac = parts->spec->service->mac_address;
	node_set(arena, map, "Aliases", aliases_node(parts, endpoint));
	if (links)
		node_set(arena, map, "Links", links);
	add_addresses(arena, map, endpoint);
	node_set_text_opt(arena, map, "MacAddress", mac);
	if (endpoint->driver_opts.n || endpoint->interface_name)
		node_set(arena, map, "DriverOpts", options_node(arena, endpoint));
	if (endpoint->gw_priority.set && endpoint->gw_priority.value)
		node_set_int(arena, map, "GwPriority", endpoint->gw_priority.value);
	return map;
}

bool body_connects_later(const struct draft *draft, const struct service *service)
{
	return service->nnetworks > 1 && !observed_api_at_least(draft->observed, 1, 44);
}

static bool check_endpoint(
	const struct body_parts *parts, const struct endpoint *endpoint, struct err *err)
{
	if (endpoint->interface_name &&
		!observed_api_at_least(parts->draft->observed, 1, 49))
		return err_at(err, pos_of(endpoint->node, "interface_name"),
			"services.%s.networks.%s.interface_name: needs an engine with "
			"API 1.49, this one "
			"has %s",
			parts->spec->service->name, endpoint->network,
			parts->draft->observed->api_version);
	return true;
}

/* Below API 1.44 the address of the hardware belongs to the container. */
static void add_old_mac(struct body_parts *parts, const struct endpoint *main)
{
	const char *mac = main && main->mac_address ? main->mac_address
						    : parts->spec->service->mac_address;

	if (mac && !observed_api_at_least(parts->draft->observed, 1, 44))
		node_set_text(parts->draft->arena, parts->config, "MacAddress", mac);
}

static bool is_ambiguous(const struct draft *draft, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < draft->observed->nnetworks; i++)
		n += text_eq(draft->observed->networks[i].name, name);
	return n > 1;
}

/*
 * A container keeps this word for its network. By name it can join the one that takes the network's place; with an
 * id that is gone newer engines neither connect nor start it. Below API 1.44 the engine may make a second one of the
 * name, and then only the id is sure.
 */
static const char *network_ref(const struct draft *draft, const char *key)
{
	const struct network_state *state = draft_network(draft, key);

	if (!state || !state->ref)
		return key;
	return observed_api_at_least(draft->observed, 1, 44) &&
			!is_ambiguous(draft, state->network->name)
		? state->network->name
		: state->ref;
}

bool body_add_networks(struct body_parts *parts, struct err *err)
{
	struct arena *arena = parts->draft->arena;
	const struct service *service = parts->spec->service;
	struct node *endpoints = node_map(arena);
	struct node *networking = node_map(arena);
	size_t n = body_connects_later(parts->draft, service) ? 1 : service->nnetworks;
	struct node *links = links_node(parts);

	if (links)
		node_set(arena, parts->host, "Links", links);
	if (service->network_mode && *service->network_mode)
		return true;
	add_old_mac(parts, service->nnetworks ? &service->networks[0] : NULL);
	if (service->nnetworks == 0) {
		node_set_text(arena, parts->host, "NetworkMode", "none");
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		const struct endpoint *endpoint = &service->networks[i];
		const char *ref = network_ref(parts->draft, endpoint->network);

		if (!check_endpoint(parts, endpoint, err))
			return false;
		if (i == 0)
			node_set(
				arena, parts->host, "NetworkMode", slot_node(arena, ref));
		if (ref[0] == '$')
			endpoints->marks |= NODE_SLOT;
		node_set(arena, endpoints, ref, endpoint_node(parts, endpoint, i == 0));
	}
	node_set(arena, networking, "EndpointsConfig", endpoints);
	node_set(arena, parts->config, "NetworkingConfig", networking);
	return true;
}

struct node *body_connect(const struct draft *draft, const struct container_spec *spec,
	const struct endpoint *endpoint)
{
	const struct body_parts parts = {.draft = draft, .spec = spec};
	struct node *map = node_map(draft->arena);

	node_set(draft->arena, map, "EndpointConfig",
		endpoint_node(&parts, endpoint, endpoint == &spec->service->networks[0]));
	return map;
}

static struct node *pool_node(struct arena *arena, const struct ipam_pool *pool)
{
	struct node *map = node_map(arena);

	node_set_text_opt(arena, map, "Subnet", pool->subnet);
	node_set_text_opt(arena, map, "IPRange", pool->ip_range);
	node_set_text_opt(arena, map, "Gateway", pool->gateway);
	if (pool->aux_addresses.n)
		node_set(arena, map, "AuxiliaryAddresses",
			pairs_node(arena, &pool->aux_addresses));
	return map;
}

static void add_ipam(struct arena *arena, struct node *body, const struct ipam *ipam)
{
	struct node *map = node_map(arena);
	struct node *pools = node_list(arena);

	if (!ipam->driver && !ipam->options.n && !ipam->npools)
		return;
	for (size_t i = 0; i < ipam->npools; i++)
		node_push(arena, pools, pool_node(arena, &ipam->pools[i]));
	node_set_text_opt(arena, map, "Driver", ipam->driver);
	if (ipam->options.n)
		node_set(arena, map, "Options", pairs_node(arena, &ipam->options));
	if (pools->nitems)
		node_set(arena, map, "Config", pools);
	node_set(arena, body, "IPAM", map);
}

static struct node *resource_labels(struct arena *arena, const struct project *project,
	const struct pairs *own, const char *kind, const char *key)
{
	struct node *labels = pairs_node(arena, own);

	node_set_text(arena, labels, kind, key);
	node_set_text(arena, labels, LABEL("project"), project->name);
	node_set_text(arena, labels, LABEL("version"), LABEL_VERSION);
	return labels;
}

struct node *body_network(
	struct arena *arena, const struct project *project, const struct network *network)
{
	struct node *body = node_map(arena);
	struct node *labels = resource_labels(
		arena, project, &network->labels, LABEL("network"), network->key);
	char hash[DIGEST_HEX_BYTES];

	network_hash(network, hash);
	node_set_text(arena, labels, LABEL("config-hash"), arena_strdup(arena, hash));
	node_set_text(arena, body, "Name", network->name);
	node_set_bool(arena, body, "CheckDuplicate", true);
	node_set_text_opt(arena, body, "Driver", network->driver);
	if (network->driver_opts.n)
		node_set(
			arena, body, "Options", pairs_node(arena, &network->driver_opts));
	add_ipam(arena, body, &network->ipam);
	if (network->internal)
		node_set_bool(arena, body, "Internal", true);
	if (network->attachable)
		node_set_bool(arena, body, "Attachable", true);
	if (network->enable_ipv4.set)
		node_set_bool(arena, body, "EnableIPv4", network->enable_ipv4.value);
	if (network->enable_ipv6.set)
		node_set_bool(arena, body, "EnableIPv6", network->enable_ipv6.value);
	node_set(arena, body, "Labels", labels);
	return body;
}

struct node *body_network_again(struct arena *arena, const struct node *observed)
{
	static const char *const kept[] = {"Name", "Driver", "Options", "IPAM",
		"Internal", "Attachable", "EnableIPv4", "EnableIPv6", "Labels"};
	struct node *body = node_map(arena);

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (node_get(observed, kept[i]))
			node_set(arena, body, kept[i], node_get(observed, kept[i]));
	node_set_bool(arena, body, "CheckDuplicate", true);
	return body;
}

struct node *body_volume(
	struct arena *arena, const struct project *project, const struct volume *volume)
{
	struct node *body = node_map(arena);
	struct node *labels = resource_labels(
		arena, project, &volume->labels, LABEL("volume"), volume->key);
	char hash[DIGEST_HEX_BYTES];

	volume_hash(volume, hash);
	node_set_text(arena, labels, LABEL("config-hash"), arena_strdup(arena, hash));
	node_set_text(arena, body, "Name", volume->name);
	node_set_text_opt(arena, body, "Driver", volume->driver);
	if (volume->driver_opts.n)
		node_set(arena, body, "DriverOpts",
			pairs_node(arena, &volume->driver_opts));
	node_set(arena, body, "Labels", labels);
	return body;
}
