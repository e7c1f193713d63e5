/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/netdns-doctor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/connect.h"
#include "cmd/dns.h"
#include "compose/scheduler/probe.h"

#define PROBE_TIMEOUT_S 2 /* a person's patience */

struct doctor {
	struct app *app;
	const struct netdns_opts *netdns;
	const char *domain;
	struct str *out;
};

/* The first of IPv4, which the engine's own resolver asks. */
static const char *address_of(const struct node *network)
{
	const struct node *addresses = node_get(network, "addresses");

	for (size_t i = 0; addresses && i < addresses->nitems; i++)
		if (!strchr(addresses->items[i]->text, ':'))
			return addresses->items[i]->text;
	return NULL;
}

struct probing {
	bool done;
	bool answers;
	struct err err;
};

static void on_probed(void *ctx, bool answers, const struct err *err)
{
	struct probing *probing = ctx;

	probing->done = true;
	probing->answers = answers;
	if (err)
		probing->err = *err;
}

static struct probing probe(const struct doctor *doctor, const struct node *network)
{
	const char *id = node_get_text(network, "id");
	struct node *domains = node_list(&doctor->app->arena);
	const struct probe_opts opts = {
		.engine = doctor->app->engine,
		.netdns = doctor->netdns,
		.network = id,
		.name = node_get_text(network, "name"),
		.address = address_of(network),
		.domains = domains,
		.timeout_s = PROBE_TIMEOUT_S,
	};
	struct probing probing = {0};

	node_push(&doctor->app->arena, domains,
		node_text(&doctor->app->arena, doctor->domain));
	probe_start(&opts, on_probed, &probing);
	app_run_until(doctor->app, &probing.done);
	if (!probing.err.kind)
		probe_remember(doctor->netdns, id, probing.answers);
	return probing;
}

/* The line that opens the way, for the firewall that is there. */
static void add_cure(struct str *out, const struct node *network)
{
	const char *bridge = node_get_text(network, "bridge");

	if (!bridge)
		return;
	if (access("/usr/sbin/ufw", X_OK) == 0)
		str_printf(out, "  ufw allow in on %s to any port 53\n", bridge);
	else
		str_printf(out,
			"  for p in udp tcp; do iptables -I INPUT -i %s -p $p --dport "
			"53 -j ACCEPT; done\n",
			bridge);
}

static bool examine(const struct doctor *doctor, const struct node *network)
{
	struct str *out = doctor->out;
	struct probing probing;
	const char *name = node_get_text(network, "name");
	const char *address = address_of(network);
	const char *error = node_get_text(network, "error");

	if (error || !address) {
		str_printf(out, "%s: %s\n", name,
			error ? error : "the host has no address there");
		if (error && strstr(error, "in use"))
			str_add(out,
				"  ss -Hlnup 'sport = :53'   # tells who has the port\n");
		return false;
	}
	probing = probe(doctor, network);
	if (probing.answers) {
		str_printf(out, "%s: %s answers\n", name, address);
		return true;
	}
	if (probing.err.kind) {
		str_printf(out, "%s: cannot be asked: %s\n", name, probing.err.text);
		return false;
	}
	str_printf(out,
		"%s: containers get no answer from %s, though it is listened on: a "
		"firewall. This opens it:\n",
		name, address);
	add_cure(out, network);
	return false;
}

int netdns_doctor(struct app *app, const struct node *status, const char *domain)
{
	const struct node *networks = node_get(status, "networks");
	auto_str text = {0};
	struct doctor doctor = {.app = app, .domain = domain, .out = &text};
	bool well = true;
	struct err err = {0};

	if (!app_connect(app, &err))
		return app_fail(app, &err);
	doctor.netdns = app_netdns(app);
	if (!doctor.netdns) {
		err_set(&err, ERR_STATE, "netdns cannot run for this engine");
		return app_fail(app, &err);
	}
	for (size_t i = 0; networks && i < networks->nitems; i++)
		well &= examine(&doctor, networks->items[i]);
	if (!networks || !networks->nitems)
		str_add(&text, "no network is managed\n");
	app_print_str(app, &text);
	return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
