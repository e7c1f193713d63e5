/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from a container to the host is the one that firewalls close. A short-lived container of netdns' own
 * image stands where those stand who ask.
 */
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
#include "compose/scheduler/scheduler.h"
#include "engine-client/engine.h"

/* One call to the engine, waited for. */
struct step {
	struct app *app;
	const struct node *body;
	bool done;
	struct err err;
};

static void on_step(void *ctx, const struct reply *reply)
{
	struct step *step = ctx;

	step->done = true;
	if (reply->err)
		step->err = *reply->err;
	else if (reply->body)
		step->body = node_keep(&step->app->arena, reply->body);
}

static bool wait_for(struct step *step)
{
	app_run_until(step->app, &step->done);
	step->done = false;
	return !step->err.kind;
}

static struct node *texts(struct arena *arena, const char *const *items)
{
	struct node *list = node_list(arena);

	for (; *items; items++)
		node_push(arena, list, node_text(arena, *items));
	return list;
}

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

static struct node *probe_body(
	const struct doctor *doctor, const struct node *network, const char *address)
{
	struct arena *arena = &doctor->app->arena;
	const struct netdns_opts *netdns = doctor->netdns;
	const char *const words[] = {
		arena_printf(arena, "/%s", strrchr(netdns->program, '/') + 1),
		"probe",
		address,
		doctor->domain,
		NULL,
	};
	struct node *body = node_map(arena);
	struct node *host = node_map(arena);

	node_set_text(arena, host, "NetworkMode", node_get_text(network, "id"));
	node_set_text(arena, body, "Image",
		arena_printf(arena, "davit-netdns:%s", netdns->version));
	node_set(arena, body, "Cmd", texts(arena, words));
	node_set(arena, body, "HostConfig", host);
	return body;
}

/* Its exit status is the answer; < 0: step->err says why it could not be asked. */
static int64_t run_probe(struct step *step, const struct node *body)
{
	struct engine *engine = step->app->engine;
	const char *id;
	int64_t status = -1;

	engine_container_create(engine, NULL, NULL, body, on_step, step);
	if (!wait_for(step))
		return -1;
	id = node_get_text(step->body, "Id");
	engine_container_start(engine, id, on_step, step);
	if (wait_for(step)) {
		engine_container_wait(engine, id, "not-running", on_step, step);
		if (wait_for(step))
			status = node_get_int(step->body, "StatusCode", -1);
	}
	engine_container_remove(engine, id, REMOVE_FORCE, on_step, step);
	wait_for(step);
	return status;
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
	struct step step = {.app = doctor->app};
	const char *name = node_get_text(network, "name");
	const char *address = address_of(network);
	const char *error = node_get_text(network, "error");
	int64_t status;

	if (error || !address) {
		str_printf(out, "%s: %s\n", name,
			error ? error : "the host has no address there");
		if (error && strstr(error, "in use"))
			str_add(out,
				"  ss -Hlnup 'sport = :53'   # tells who has the port\n");
		return false;
	}
	status = run_probe(&step, probe_body(doctor, network, address));
	if (status == 0) {
		str_printf(out, "%s: %s answers\n", name, address);
		return true;
	}
	if (status < 0) {
		str_printf(out, "%s: cannot be asked: %s\n", name, step.err.text);
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
