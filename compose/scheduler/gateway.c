/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 first: that is where netdns listens. */
#include "compose/scheduler/gateway.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"

enum { SHORT_ID_CHARS = 12 };

static const char *bridge_name(struct arena *arena, const struct node *inspect)
{
	const char *name = node_get_text(
		node_get(inspect, "Options"), "com.docker.network.bridge.name");
	const char *id = node_get_text(inspect, "Id");

	if (name)
		return name;
	return id ? arena_printf(arena, "br-%.*s", SHORT_ID_CHARS, id) : NULL;
}

static const char *address_of(struct arena *arena, const char *interface)
{
	struct ifaddrs *all, *each;
	char text[INET_ADDRSTRLEN] = "";

	if (getifaddrs(&all) < 0)
		return NULL;
	for (each = all; each && !*text; each = each->ifa_next) {
		struct sockaddr_in in;

		if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET ||
			strcmp(each->ifa_name, interface))
			continue;
		memcpy(&in, each->ifa_addr, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
	}
	freeifaddrs(all);
	return *text ? arena_strdup(arena, text) : NULL;
}

const char *gateway_of(struct arena *arena, const struct node *inspect)
{
	const struct node *pools = node_path(inspect, "IPAM.Config");
	const char *bridge;

	for (size_t i = 0; pools && pools->kind == NODE_LIST && i < pools->nitems; i++) {
		const char *gateway = node_get_text(pools->items[i], "Gateway");

		if (gateway && *gateway && !strchr(gateway, ':'))
			return arena_strdup(arena, gateway);
	}
	bridge = bridge_name(arena, inspect);
	return bridge ? address_of(arena, bridge) : NULL;
}
