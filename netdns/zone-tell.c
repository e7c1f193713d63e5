/* SPDX-License-Identifier: Apache-2.0 */
/* What a zone's sets, endpoints and the zone itself tell of themselves. */
#include <stdio.h>
#include <string.h>

#include "netdns/zone-inside.h"

const struct zone_endpoint *const *set_endpoints(
	const struct zone_set *set, size_t *out_n)
{
	*out_n = set->n;
	return set->n == 1 ? &set->one : set->many;
}

uint32_t set_ttl_s(const struct zone_set *set)
{
	return set->ttl_s;
}

bool set_is_complete(const struct zone_set *set)
{
	return set->complete;
}

static const char *const state_words[] = {
	[INPUT_CREATED] = "created",
	[INPUT_RUNNING] = "running",
	[INPUT_PAUSED] = "paused",
	[INPUT_EXITED] = "exited",
};

static const char *const health_words[] = {
	[INPUT_UNCHECKED] = "none",
	[INPUT_STARTING] = "starting",
	[INPUT_HEALTHY] = "healthy",
	[INPUT_UNHEALTHY] = "unhealthy",
};

static int service_text(const struct zone_set *set, unsigned i, char *out, size_t size)
{
	const struct zone_service *service = set->subject;

	switch (i) {
	case 0:
		return snprintf(out, size, "service=%s", service->name);
	case 1:
		return snprintf(out, size, "project=%s", set->project->name);
	case 2:
		return snprintf(out, size, "running=%u", set->nrunning);
	case 3:
		return snprintf(out, size, "ready=%u", set->nready);
	default:
		return -1;
	}
}

static int container_text(
	const struct zone_container *container, unsigned i, char *out, size_t size)
{
	switch (i) {
	case 0:
		return snprintf(out, size, "id=%s", container->id);
	case 1:
		return snprintf(out, size, "state=%s",
			container->draining ? "draining" : state_words[container->state]);
	case 2:
		return snprintf(out, size, "health=%s", health_words[container->health]);
	case 3:
		return container->number
			? snprintf(out, size, "index=%u", container->number)
			: -1;
	default:
		return -1;
	}
}

bool set_text(const struct zone_set *set, unsigned i, char *out, size_t size)
{
	if (!set->subject)
		return false;
	return (set->of_service ? service_text(set, i, out, size)
				: container_text(set->subject, i, out, size)) >= 0;
}

static bool is_text(const char *text, const uint8_t *label, size_t len)
{
	return text && strlen(text) == len && !memcmp(text, label, len);
}

static bool is_number(unsigned number, const uint8_t *label, size_t len)
{
	char text[8];

	snprintf(text, sizeof(text), "%u", number);
	return is_text(text, label, len);
}

const struct zone_port *endpoint_port(
	const struct zone_endpoint *endpoint, const struct zone_hit *hit, size_t i)
{
	const struct zone_container *container = endpoint->container;

	for (size_t k = 0; k < container->nports; k++) {
		const struct zone_port *port = &container->ports[k];

		if (port->udp != hit->udp ||
			!(is_text(port->name, hit->port, hit->port_len) ||
				is_text(port->app_protocol, hit->port, hit->port_len) ||
				is_number(port->number, hit->port, hit->port_len)))
			continue;
		if (i-- == 0)
			return port;
	}
	return NULL;
}

static bool add_labels(struct name *name, const struct labels *labels)
{
	return labels->len > 0 && name_add(name, labels->bytes, labels->len);
}

bool endpoint_replica_name(
	const struct zone *zone, const struct zone_endpoint *endpoint, struct name *out)
{
	const struct zone_container *container = endpoint->container;
	const struct zone_network *network = endpoint->network;
	bool own = network->project == container->project && network->key.len;
	char number[12];

	if (!container_serves(container) || !container->number)
		return false;
	snprintf(number, sizeof(number), "%u", container->number);
	return name_parse(number, out) && add_labels(out, &container->service->label) &&
		add_labels(out, own ? &network->key : &network->name) &&
		add_labels(out, &container->project->label) &&
		name_add(out, zone->domain.bytes, zone->domain.len - 1u);
}

bool endpoint_engine_name(const struct zone_endpoint *endpoint, struct name *out)
{
	name_set_root(out);
	return add_labels(out, &endpoint->container->name) &&
		add_labels(out, &endpoint->network->name);
}

bool link_target(const struct zone *zone, const struct zone_hit *hit, struct name *out)
{
	size_t n;
	const struct zone_endpoint *const *endpoints = set_endpoints(hit->set, &n);

	if (n == 1 &&
		(endpoint_replica_name(zone, endpoints[0], out) ||
			endpoint_engine_name(endpoints[0], out)))
		return true;
	name_set_root(out);
	return add_labels(out, &hit->link->target);
}

static void name_below(const struct zone *zone, const char *label, struct name *out)
{
	if (!name_parse(label, out) ||
		!name_add(out, zone->domain.bytes, zone->domain.len - 1u))
		*out = zone->domain;
}

void zone_server_name(const struct zone *zone, struct name *out)
{
	name_below(zone, "netdns", out);
}

void zone_hostmaster_name(const struct zone *zone, struct name *out)
{
	name_below(zone, "hostmaster", out);
}
