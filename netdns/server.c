/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/server.h"

#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>
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

/* Sockets that wait for a zone that wants them. */
struct taken {
	struct taken *next; /* the server's list */
	struct server_sockets sockets;
	char *device;
};

struct server {
	struct uv_loop_s *loop; /* borrowed */
	uint16_t port;
	struct forward *forward;
	struct responder *responder;
	struct upstreams upstreams; /* as they were set */
	struct arena arena;         /* of the zone */
	struct listener *listeners;
	struct taken *taken;
	bool retired;
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

static void taken_free(struct taken *taken)
{
	if (taken->sockets.udp > 0)
		close(taken->sockets.udp);
	if (taken->sockets.tcp > 0)
		close(taken->sockets.tcp);
	free(taken->device);
	free(taken);
}

/* The sockets of such a listener, out of the list; zeroes when there are none. */
static struct server_sockets use_taken(
	struct server *server, const struct listener *listener)
{
	for (struct taken **at = &server->taken; *at; at = &(*at)->next) {
		struct taken *taken = *at;
		struct server_sockets found = taken->sockets;

		if (!addr_equal(&found.addr, &listener->addr) ||
			!text_eq(taken->device, listener->device) ||
			found.index != listener->index || found.port != server->port)
			continue;
		*at = taken->next;
		taken->sockets.udp = taken->sockets.tcp = 0;
		taken_free(taken);
		return found;
	}
	return (struct server_sockets){0};
}

static bool open_listener(
	struct server *server, struct listener *listener, struct err *err)
{
	struct socket_opts opts = {.addr = &listener->addr,
		.port = server->port,
		.device = listener->device};
	struct server_sockets taken = use_taken(server, listener);

	opts.taken = taken.udp;
	listener->udp = udp_new(server->loop, &opts, server->responder, err);
	opts.tcp = true;
	opts.taken = taken.tcp;
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

	if (server->retired) {
		if (listener)
			listener->wanted = true;
		return true;
	}
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
	size_t n, nlisten;
	const struct zone_network *const *networks = zone_networks(zone, &n);
	const struct addr *listen = zone_listen(zone, &nlisten);

	for (size_t i = 0; i < n; i++) {
		const char *device = network_bridge(networks[i]);
		const struct prefix *prefix;

		for (size_t k = 0; (prefix = network_address(networks[i], k)); k++)
			if (!want(server, &prefix->addr, device, ok ? err : &ignored))
				ok = false;
	}
	for (size_t i = 0; i < nlisten; i++)
		if (!want(server, &listen[i], SERVER_LOOPBACK, ok ? err : &ignored))
			ok = false;
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

bool server_hand(const struct server *server, size_t i, struct server_sockets *out)
{
	const struct listener *listener = server->listeners;

	for (; listener && i; i--)
		listener = listener->next;
	if (!listener)
		return false;
	*out = (struct server_sockets){
		.addr = listener->addr,
		.device = listener->device,
		.index = listener->index,
		.port = server->port,
		.udp = listener->tcp ? udp_fd(listener->udp) : -1,
		.tcp = listener->tcp ? tcp_fd(listener->tcp) : -1,
	};
	return true;
}

void server_take(struct server *server, const struct server_sockets *sockets)
{
	struct taken *taken = xalloc(sizeof(*taken));

	taken->sockets = *sockets;
	taken->device = sockets->device ? xstrdup(sockets->device) : NULL;
	taken->next = server->taken;
	server->taken = taken;
}

void server_drop_taken(struct server *server)
{
	while (server->taken) {
		struct taken *taken = server->taken;

		server->taken = taken->next;
		taken_free(taken);
	}
}

void server_retire(struct server *server)
{
	server->retired = true;
	for (struct listener *l = server->listeners; l; l = l->next)
		if (l->tcp) {
			udp_pause(l->udp);
			tcp_pause(l->tcp);
		}
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
	server_drop_taken(server);
	responder_free(server->responder);
	forward_free(server->forward);
	arena_finish(&server->arena);
	free(server);
}
