/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A route belongs to a link: it is gone with the bridge, so that nothing has to be cleaned up after a network. systemd-resolved
 * cannot be told anything about the loopback interface, which is why it asks the gateways.
 */
#include "cmd/netdns-host.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/child.h"

#define RESOLVECTL "resolvectl"

/* False: what is left need not be tried. */
static bool resolvectl(struct app *app, const char *const *args)
{
	struct child child = {.args = args, .arena = &app->arena};
	struct err err = {0};

	if (!child_run(&child, &err)) {
		if (err.status != ENOENT)
			app_warn(app, "%s", err.text);
		return false;
	}
	if (child.status)
		app_warn(app, "%s %s %s: %s", args[0], args[1], args[2], child.output);
	return !child.status;
}

/* resolvectl takes several, but the first one answers all. */
static const char *gateway_of(const struct node *network)
{
	const struct node *addresses = node_get(network, "addresses");

	return addresses && addresses->nitems ? addresses->items[0]->text : NULL;
}

static bool route(struct app *app, const struct node *status, const struct node *network)
{
	const char *bridge = node_get_text(network, "bridge");
	const char *gateway = gateway_of(network);
	const char *domain = node_get_text(status, "domain");
	const char *const server[] = {RESOLVECTL, "dns", bridge, gateway, NULL};
	const char *const domains[] = {RESOLVECTL, "domain", bridge,
		arena_printf(&app->arena, "~%s", domain ? domain : ""), NULL};

	return !bridge || !gateway || !domain ||
		(resolvectl(app, server) && resolvectl(app, domains));
}

static bool unroute(
	struct app *app, const struct node *status, const struct node *network)
{
	const char *bridge = node_get_text(network, "bridge");
	const char *const args[] = {RESOLVECTL, "revert", bridge, NULL};

	(void)status;
	return !bridge || resolvectl(app, args);
}

static void each_network(struct app *app, const struct node *status,
	bool (*visit)(
		struct app *app, const struct node *status, const struct node *network))
{
	const struct node *networks = node_get(status, "networks");

	if (!node_get(status, "host") || !networks)
		return;
	for (size_t i = 0; i < networks->nitems; i++)
		if (!visit(app, status, networks->items[i]))
			return;
}

void netdns_route_host(struct app *app, const struct node *status)
{
	each_network(app, status, route);
}

void netdns_unroute_host(struct app *app, const struct node *status)
{
	each_network(app, status, unroute);
}
