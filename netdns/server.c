/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/server.h"

#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "netdns/channel.h"
#include "netdns/dns.h"
#include "netdns/image.h"
#include "netdns/priv.h"
#include "netdns/resolv.h"
#include "netdns/responder.h"
#include "netdns/roles.h"

struct listener {
	struct listener *next; /* the server's list */
	uint32_t number;       /* dns' name of it */
	struct addr addr;
	char *device;   /* NULL: any */
	unsigned index; /* of the device: one of the same name may take its place */
	int fds[2];     /* UDP, TCP; -1: they could not be had */
	char *error;    /* why */
	bool wanted;    /* by the zone that is being set */
};

/* Sockets that wait for a zone that wants them. */
struct taken {
	struct taken *next; /* the server's list */
	struct server_sockets sockets;
	char *device;
};

struct server {
	struct roles roles;
	uint16_t port;
	uint32_t last;              /* number of a listener */
	struct upstreams upstreams; /* as they were set */
	struct upstreams others;    /* as fwd knows them */
	struct listener *listeners;
	struct taken *taken;
	bool retired;
};

struct server *server_new(const struct roles *roles, uint16_t port)
{
	struct server *server = xalloc(sizeof(*server));

	server->roles = *roles;
	server->port = port;
	return server;
}

static bool is_open(const struct listener *listener)
{
	return listener->fds[0] >= 0;
}

static void close_both(int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	fds[0] = fds[1] = -1;
}

/* A dns that does not answer is the end of the whole program, which priv sees to. */
static void listener_free(struct server *server, struct listener *listener)
{
	struct err ignored;

	if (is_open(listener))
		dns_close(server->roles.dns, listener->number, &ignored);
	close_both(listener->fds);
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
	close_both(taken->sockets.fds);
	free(taken->device);
	free(taken);
}

/* The sockets of such a listener, out of the list. False: there are none. */
static bool use_taken(struct server *server, struct listener *listener)
{
	for (struct taken **at = &server->taken; *at; at = &(*at)->next) {
		struct taken *taken = *at;
		struct server_sockets *found = &taken->sockets;

		if (!addr_equal(&found->addr, &listener->addr) ||
			!text_eq(taken->device, listener->device) ||
			found->index != listener->index || found->port != server->port)
			continue;
		*at = taken->next;
		for (int i = 0; i < 2; i++)
			listener->fds[i] = fd_take(&found->fds[i]);
		taken_free(taken);
		return true;
	}
	return false;
}

static bool open_sockets(
	struct server *server, struct listener *listener, struct err *err)
{
	struct dns_listener opened = {
		.number = listener->number,
		.addr = &listener->addr,
		.index = listener->index,
	};

	if (!use_taken(server, listener) &&
		!priv_listen(server->roles.priv, &listener->addr, listener->device,
			listener->fds, err))
		return false;
	opened.fds[0] = listener->fds[0];
	opened.fds[1] = listener->fds[1];
	if (dns_open(server->roles.dns, &opened, err))
		return true;
	close_both(listener->fds);
	return false;
}

static bool open_listener(
	struct server *server, struct listener *listener, struct err *err)
{
	bool ok = open_sockets(server, listener, err);

	free(listener->error);
	listener->error = ok ? NULL : xstrdup(err->text);
	return ok;
}

static struct listener *add_listener(struct server *server, const struct addr *addr,
	const char *device, unsigned index)
{
	struct listener *listener = xalloc(sizeof(*listener));

	listener->addr = *addr;
	listener->device = device ? xstrdup(device) : NULL;
	listener->index = index;
	listener->number = ++server->last;
	listener->fds[0] = listener->fds[1] = -1;
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
	return is_open(listener) || open_listener(server, listener, err);
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
		listener_free(server, listener);
	}
}

/* What is bound to an interface that is gone stands in the way of one with its name and address. */
static void drop_orphans(struct server *server)
{
	for (struct listener *l = server->listeners; l; l = l->next)
		l->wanted = !l->device || if_nametoindex(l->device) == l->index;
	drop_unwanted(server);
}

static bool open_all(
	struct server *server, const struct zone_input *input, struct err *err)
{
	struct err ignored;
	bool ok = true;

	for (size_t i = 0; i < input->nnetworks; i++) {
		const struct input_network *network = &input->networks[i];
		struct prefix prefix;

		for (size_t k = 0; k < network->addresses.n; k++)
			if (prefix_parse(network->addresses.items[k], &prefix) &&
				!want(server, &prefix.addr, network->bridge,
					ok ? err : &ignored))
				ok = false;
	}
	for (size_t i = 0; i < input->listen.n; i++) {
		struct addr addr;

		if (addr_parse(input->listen.items[i], &addr) &&
			!want(server, &addr, SERVER_LOOPBACK, ok ? err : &ignored))
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
	struct message message = {.kind = MESSAGE_UPSTREAMS};
	struct upstreams *others = &message.via;

	for (size_t i = 0; i < server->upstreams.n; i++)
		if (!is_ours(server, &server->upstreams.items[i]))
			others->items[others->n++] = server->upstreams.items[i];
	if (upstreams_equal(others, &server->others))
		return;
	server->others = *others;
	(void)channel_send(server->roles.fwd, &message, NULL, 0);
}

void server_set_upstreams(struct server *server, const struct upstreams *upstreams)
{
	server->upstreams = *upstreams;
	apply_upstreams(server);
}

bool server_set_zone(struct server *server, const struct image *image, struct err *err)
{
	bool ok = dns_set_zone(server->roles.dns, image, err);

	if (!ok)
		return false;
	drop_orphans(server);
	ok = open_all(server, &image->input, err);
	drop_unwanted(server);
	apply_upstreams(server);
	return ok;
}

size_t server_nlisteners(const struct server *server)
{
	size_t n = 0;

	for (const struct listener *l = server->listeners; l; l = l->next)
		n += is_open(l);
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
		.fds = {listener->fds[0], listener->fds[1]},
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
	struct err ignored;

	server->retired = true;
	dns_pause(server->roles.dns, &ignored);
}

void server_counters(const struct server *server, struct counters *out)
{
	struct err ignored;

	*out = (struct counters){0};
	dns_count(server->roles.dns, out, &ignored);
}

void server_free(struct server *server)
{
	if (!server)
		return;
	drop_unwanted(server);
	server_drop_taken(server);
	free(server);
}
