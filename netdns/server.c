/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/server.h"

#include <net/if.h>
#include <stdlib.h>
#include <uv.h>

#include "base/err.h"
#include "base/str.h"
#include "netdns/forward.h"
#include "netdns/resolv.h"
#include "netdns/responder.h"
#include "netdns/socket.h"
#include "netdns/tcp.h"
#include "netdns/udp.h"
#include "netdns/zone.h"

enum { SERVER_UPSTREAM_PORT = 53 };

struct listener {
	struct listener *next; /* the server's list */
	struct addr addr;
	char *device;   /* NULL: any */
	unsigned index; /* of the device: one of the same name may take its place */
	struct udp *udp;
	struct tcp *tcp; /* NULL: it could not be had */
	char *error;     /* why */
	bool wanted;     /* by the zone that is being set */
};

struct server {
	struct uv_loop_s *loop; /* borrowed */
	uint16_t port;
	struct forward *forward;
	struct responder *responder;
	struct upstreams upstreams; /* as they were set */
	struct arena arena;         /* of the zone */
	struct listener *listeners;
};

struct server *server_new(struct uv_loop_s *loop, uint16_t port)
{
	struct server *server = xalloc(sizeof(*server));

	server->loop = loop;
	server->port = port;
	server->forward = forward_new(loop, SERVER_UPSTREAM_PORT);
	server->responder = responder_new(server->forward);
	return server;
}

static void listener_free(struct listener *listener)
{
	udp_free(listener->udp);
	tcp_free(listener->tcp);
	free(listener->device);
	free(listener->error);
	free(listener);
}

static struct listener *find(const struct server *server, const struct addr *addr,
	const char *device, unsigned index)
{
	for (struct listener *l = server->listeners; l; l = l->next)
		if (addr_equal(&l->addr, addr) && text_eq(l->device, device) &&
			l->index == index)
			return l;
	return NULL;
}

static bool open_listener(
	struct server *server, struct listener *listener, struct err *err)
{
	struct socket_opts opts = {.addr = &listener->addr,
		.port = server->port,
		.device = listener->device};

	listener->udp = udp_new(server->loop, &opts, server->responder, err);
	opts.tcp = true;
	if (listener->udp)
		listener->tcp = tcp_new(server->loop, &opts, server->responder, err);
	free(listener->error);
	listener->error = NULL;
	if (listener->tcp)
		return true;
	udp_free(listener->udp);
	listener->udp = NULL;
	listener->error = xstrdup(err->text);
	return false;
}

static struct listener *add_listener(struct server *server, const struct addr *addr,
	const char *device, unsigned index)
{
	struct listener *listener = xalloc(sizeof(*listener));

	listener->addr = *addr;
	listener->device = device ? xstrdup(device) : NULL;
	listener->index = index;
	listener->next = server->listeners;
	server->listeners = listener;
	return listener;
}

static bool want(struct server *server, const struct addr *addr, const char *device,
	struct err *err)
{
	unsigned index = device ? if_nametoindex(device) : 0;
	struct listener *listener = find(server, addr, device, index);

	if (addr_is_link_local(addr)) /* nobody is given them as a name server */
		return true;
	if (!listener)
		listener = add_listener(server, addr, device, index);
	listener->wanted = true;
	return listener->tcp || open_listener(server, listener, err);
}

static void drop_unwanted(struct server *server)
{
	struct listener **at = &server->listeners;

	while (*at) {
		struct listener *listener = *at;

		if (listener->wanted) {
			listener->wanted = false;
			at = &listener->next;
			continue;
		}
		*at = listener->next;
		listener_free(listener);
	}
}

/* What is bound to an interface that is gone stands in the way of one with its name and address. */
static void drop_orphans(struct server *server)
{
	for (struct listener *l = server->listeners; l; l = l->next)
		l->wanted = !l->device || if_nametoindex(l->device) == l->index;
	drop_unwanted(server);
}

static bool open_all(struct server *server, const struct zone *zone, struct err *err)
{
	struct err ignored;
	bool ok = true;
	size_t n;
	const struct zone_network *const *networks = zone_networks(zone, &n);

	for (size_t i = 0; i < n; i++) {
		const char *device = network_bridge(networks[i]);
		const struct prefix *prefix;

		for (size_t k = 0; (prefix = network_address(networks[i], k)); k++)
			if (!want(server, &prefix->addr, device, ok ? err : &ignored))
				ok = false;
	}
	return ok;
}

static bool is_ours(const struct server *server, const struct addr *addr)
{
	for (const struct listener *l = server->listeners; l; l = l->next)
		if (addr_equal(&l->addr, addr))
			return true;
	return false;
}

/* Whoever is asked must not be us. */
static void apply_upstreams(struct server *server)
{
	struct upstreams others = {0};

	for (size_t i = 0; i < server->upstreams.n; i++)
		if (!is_ours(server, &server->upstreams.items[i]))
			others.items[others.n++] = server->upstreams.items[i];
	forward_set_upstreams(server->forward, &others);
}

void server_set_upstreams(struct server *server, const struct upstreams *upstreams)
{
	server->upstreams = *upstreams;
	apply_upstreams(server);
}

bool server_set_zone(struct server *server, struct arena *arena, const struct zone *zone,
	struct err *err)
{
	struct arena old = server->arena;
	bool ok;

	server->arena = *arena;
	arena_init(arena);
	responder_set_zone(server->responder, zone);
	arena_finish(&old);
	drop_orphans(server);
	ok = open_all(server, zone, err);
	drop_unwanted(server);
	apply_upstreams(server);
	return ok;
}

size_t server_nlisteners(const struct server *server)
{
	size_t n = 0;

	for (const struct listener *l = server->listeners; l; l = l->next)
		n += l->tcp != NULL;
	return n;
}

bool server_listener(const struct server *server, size_t i, struct server_listener *out)
{
	const struct listener *listener = server->listeners;

	for (; listener && i; i--)
		listener = listener->next;
	if (listener)
		*out = (struct server_listener){
			&listener->addr, listener->device, listener->error};
	return listener != NULL;
}

void server_set_stale(struct server *server, bool stale)
{
	responder_set_stale(server->responder, stale);
}

const struct counters *server_counters(const struct server *server)
{
	return responder_counters(server->responder);
}

void server_free(struct server *server)
{
	if (!server)
		return;
	drop_unwanted(server);
	responder_free(server->responder);
	forward_free(server->forward);
	arena_finish(&server->arena);
	free(server);
}
