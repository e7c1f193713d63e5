/* SPDX-License-Identifier: Apache-2.0 */
/* davit netdns: the name server of the engine's host; started, stopped and asked by hand (doc/dns.md). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/carry.h"
#include "cmd/command.h"
#include "cmd/connect.h"
#include "cmd/dns.h"
#include "cmd/handover.h"
#include "cmd/netdns-ask.h"
#include "cmd/netdns-doctor.h"
#include "cmd/netdns-host.h"
#include "cmd/observe.h"
#include "compose/graph/graph.h"
#include "compose/planner/observed.h"
#include "compose/planner/planner.h"
#include "compose/scheduler/folder.h"
#include "compose/scheduler/scheduler.h"

struct netdns_cmd {
	const char *format;
	const char *from;
	const char *type;
	bool host;
};

static const struct option netdns_opts[] = {
	O_TEXT(struct netdns_cmd, format, "format", .value = "FORMAT",
		.help = "Of status: text or json"),
	O_TEXT(struct netdns_cmd, from, "from", .value = "ADDRESS",
		.help = "Of query: as this address or container would be answered (the "
			"host)"),
	O_TEXT(struct netdns_cmd, type, "type", .letter = 't', .value = "TYPE",
		.preset = "A", .help = "Of query: what to ask for"),
	O_BOOL(struct netdns_cmd, host, "host",
		.help = "Of start: answer the host itself, too"),
	OPTION_END,
};

static int print_json(struct app *app, const struct node *node, unsigned style)
{
	auto_str text = {0};

	json_print(&text, node, style);
	str_add_c(&text, '\n');
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

/* ---- status */

static void add_network(struct str *out, const struct node *network)
{
	const struct node *addresses = node_get(network, "addresses");
	const char *error = node_get_text(network, "error");
	const char *mode = node_get_text(network, "mode");

	str_printf(out, "network %s  %s ", node_get_text(network, "name"),
		mode ? mode : "-");
	for (size_t i = 0; addresses && i < addresses->nitems; i++)
		str_printf(out, " %s", addresses->items[i]->text);
	str_printf(out, "%s%s\n", error ? "  " : "", error ? error : "");
}

static int status_run(
	struct app *app, const struct netdns_cmd *opts, const struct operands *operands)
{
	const struct node *reply = netdns_ask(app, netdns_request(app, "status"));
	const struct node *engine = node_get(reply, "engine");
	const struct node *networks = node_get(reply, "networks");
	const char *error = node_get_text(engine, "error");
	auto_str text = {0};

	(void)operands;
	if (!reply)
		return EXIT_FAILURE;
	if (text_eq(opts->format, "json"))
		return print_json(app, reply, JSON_COMPACT);
	str_printf(&text, "version %s\nzone    %s\nengine  %s%s%s\n",
		node_get_text(reply, "version"), node_get_text(reply, "serial"),
		node_get_bool(engine, "connected") ? "connected" : "not connected",
		error ? ": " : "", error ? error : "");
	for (size_t i = 0; networks && i < networks->nitems; i++)
		add_network(&text, networks->items[i]);
	app_print_str(app, &text);
	return EXIT_SUCCESS;
}

/* ---- dump, query, drain */

static int dump_run(
	struct app *app, const struct netdns_cmd *opts, const struct operands *operands)
{
	const struct node *reply = netdns_ask(app, netdns_request(app, "dump"));

	(void)opts;
	(void)operands;
	return reply ? print_json(app, node_get(reply, "zone"), JSON_INDENT)
		     : EXIT_FAILURE;
}

static int query_run(
	struct app *app, const struct netdns_cmd *opts, const struct operands *operands)
{
	struct node *request = netdns_request(app, "query");
	const struct node *reply;
	const char *answer;

	node_set_text(&app->arena, request, "name", operands->items[1]);
	node_set_text(&app->arena, request, "type", opts->type);
	node_set_text_opt(&app->arena, request, "from", opts->from);
	reply = netdns_ask(app, request);
	if (!reply)
		return EXIT_FAILURE;
	answer = node_get_text(reply, "answer");
	app_print(app, "%s%s", answer ? answer : "asked of others",
		answer && text_ends(answer, "\n") ? "" : "\n");
	return EXIT_SUCCESS;
}

static const char *id_of(const struct observed *observed, const char *ref)
{
	for (size_t i = 0; i < observed->ncontainers; i++)
		if (text_eq(observed->containers[i].name, ref) ||
			text_starts(observed->containers[i].id, ref))
			return observed->containers[i].id;
	return NULL;
}

static int drain_run(
	struct app *app, const struct netdns_cmd *opts, const struct operands *operands)
{
	const struct observed *observed = app_observe_everything(app, OBSERVE_CONTAINERS);
	struct node *request = netdns_request(app, "drain");
	struct node *ids = node_list(&app->arena);
	struct err err = {0};

	(void)opts;
	if (!observed)
		return EXIT_FAILURE;
	for (size_t i = 1; i < operands->n; i++) {
		const char *id = id_of(observed, operands->items[i]);

		if (!id) {
			err_set(&err, ERR_INPUT, "no such container: %s",
				operands->items[i]);
			return app_fail(app, &err);
		}
		node_push(&app->arena, ids, node_text(&app->arena, id));
	}
	node_set(&app->arena, request, "containers", ids);
	return netdns_ask(app, request) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int doctor_run(
	struct app *app, const struct netdns_cmd *opts, const struct operands *operands)
{
	const struct node *status = netdns_ask(app, netdns_request(app, "status"));

	const struct node *dump =
		status ? netdns_ask(app, netdns_request(app, "dump")) : NULL;
	const struct node *domain = node_path(dump, "zone.domain");

	(void)opts;
	(void)operands;
	return dump ? netdns_doctor(app, status, domain ? domain->text : "davit.internal")
		    : EXIT_FAILURE;
}

/* ---- start and stop: plans of one action, under a lock of their own */

static int carry_out(struct app *app, enum verb verb, bool host)
{
	struct project *none = ARENA_NEW(&app->arena, struct project);
	struct wish wish;
	struct errs errs;

	none->name = "davit-netdns";
	errs_init(&errs, &app->arena);
	app->project = none;
	app->graph = graph_build(&app->arena, none, &errs);
	wish_init(app, &wish);
	wish.verb = verb;
	wish.dns.host = host;
	return app_carry_out(app, &wish, NULL);
}

static int start_run(
	struct app *app, const struct netdns_cmd *opts, const struct operands *operands)
{
	int status = carry_out(app, VERB_NETDNS_START, opts->host);

	(void)operands;
	if (status == EXIT_SUCCESS && !app->root.dry_run)
		netdns_route_host(app, netdns_status(app));
	return status;
}

static int stop_run(
	struct app *app, const struct netdns_cmd *opts, const struct operands *operands)
{
	(void)opts;
	(void)operands;
	if (!app->root.dry_run)
		netdns_unroute_host(app, netdns_peek(app));
	return carry_out(app, VERB_NETDNS_STOP, false);
}

/* ---- serve: in the foreground, for systemd and for tests */

static int serve_run(
	struct app *app, const struct netdns_cmd *opts, const struct operands *operands)
{
	const struct netdns_opts *netdns;
	const char **args = ARENA_NEW_N(&app->arena, operands->n + 8, const char *);
	size_t n = 0;
	struct err err = {0};

	(void)opts;
	if (!app_connect(app, &err))
		return app_fail(app, &err);
	netdns = app_netdns(app);
	if (!netdns) {
		err_set(&err, ERR_STATE,
			"davit-netdns is missing, or the engine is on another host");
		return app_fail(app, &err);
	}
	if (!folder_make(netdns->directory, 0755, &err))
		return app_fail(app, &err);
	args[n++] = netdns->program;
	args[n++] = "serve";
	args[n++] = "--engine";
	args[n++] = arena_printf(&app->arena, "unix://%s", netdns->socket);
	args[n++] = "--control";
	args[n++] = arena_printf(&app->arena, "%s/control.sock", netdns->directory);
	for (size_t i = 1; i < operands->n; i++)
		args[n++] = operands->items[i];
	program_become(args);
	err_sys(&err, "run %s", netdns->program);
	return app_fail(app, &err);
}

static const struct sub {
	const char *name;
	size_t min_operands, max_operands; /* after the name */
	int (*run)(struct app *app, const struct netdns_cmd *opts,
		const struct operands *operands);
	const char *wants;
} subs[] = {
	{"start", 0, 0, start_run, ""},
	{"stop", 0, 0, stop_run, ""},
	{"status", 0, 0, status_run, ""},
	{"serve", 0, 64, serve_run, " [-- FLAG...]"},
	{"dump", 0, 0, dump_run, ""},
	{"query", 1, 1, query_run, " NAME"},
	{"drain", 1, 1024, drain_run, " CONTAINER..."},
	{"doctor", 0, 0, doctor_run, ""},
};

#define NSUBS (sizeof(subs) / sizeof(subs[0]))

static int netdns_run(
	struct app *app, const void *parsed, const struct operands *operands)
{
	const struct netdns_cmd *opts = parsed;
	struct err err = {0};

	for (size_t i = 0; i < NSUBS; i++) {
		size_t n = operands->n - 1;

		if (strcmp(subs[i].name, operands->items[0]) != 0)
			continue;
		if (n >= subs[i].min_operands && n <= subs[i].max_operands)
			return subs[i].run(app, opts, operands);
		err_set(&err, ERR_INPUT, "it is: davit netdns %s%s", subs[i].name,
			subs[i].wants);
		return app_fail(app, &err);
	}
	err_set(&err, ERR_INPUT,
		"unknown command: davit netdns %s\nIt is one of start, stop, status, "
		"serve, dump, query, drain, doctor.",
		operands->items[0]);
	return app_fail(app, &err);
}

static const char *const netdns_words[] = {
	"doctor", "drain", "dump", "query", "serve", "start", "status", "stop", NULL};

const struct command cmd_netdns = {
	.name = "netdns",
	.args = "start|stop|status|doctor|serve|dump|query NAME|drain CONTAINER...",
	.help = "Look after the name server of the engine's host",
	.detail = "`up` starts it where a mode of names asks for it (--dns, x-davit, "
		  "DAVIT_DNS), and the last `down` takes it away. start, stop: by hand; "
		  "start "
		  "--host: for the host itself, too. "
		  "status: what it listens on. dump: what it knows. query: what it "
		  "answers, and to whom. drain: give these containers out no more, "
		  "before they are stopped. doctor: ask from inside of each network, "
		  "and say what would mend it. serve: run it here, in the foreground; "
		  "flags of its own follow after \"--\".",
	.opts = netdns_opts,
	.opts_size = sizeof(struct netdns_cmd),
	.needs = NEEDS_ENGINE,
	.min_operands = 1,
	.max_operands = -1,
	.words = netdns_words,
	.group = GROUP_INSIDE,
	.run = netdns_run,
};
