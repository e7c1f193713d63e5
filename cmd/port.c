/* SPDX-License-Identifier: Apache-2.0 */
/* davit port: where a port of a container is published. */
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/cells.h"
#include "cmd/command.h"
#include "cmd/pick.h"
#include "compose/planner/observed.h"
#include "compose/scheduler/scheduler.h"

#define PORT_MAX 65535

struct port_cmd {
	struct opt_i64 index;
	const char *protocol;
};

static const struct option port_opts[] = {
	O_INT(struct port_cmd, index, "index", .value = "N",
		.help = "Number of the container, where the service has several"),
	O_TEXT(struct port_cmd, protocol, "protocol", .value = "PROTOCOL",
		.preset = "tcp", .help = "tcp or udp"),
	OPTION_END,
};

static const struct node *find_port(
	const struct observed_container *container, int64_t number, const char *protocol)
{
	const struct node *ports = node_get(container->node, "Ports");

	for (size_t i = 0; ports && ports->kind == NODE_LIST && i < ports->nitems; i++)
		if (node_get_int(ports->items[i], "PrivatePort", 0) == number &&
			!strcasecmp(node_get_text(ports->items[i], "Type"), protocol))
			return ports->items[i];
	return NULL;
}

/* A port that is not published at all prints what docker compose prints for it. */
static int print_port(struct app *app, const struct node *port)
{
	const char *ip = node_get_text(port, "IP");

	app_print(app, "%s:%" PRId64 "\n", ip ? ip : "invalid IP",
		node_get_int(port, "PublicPort", 0));
	return EXIT_SUCCESS;
}

static bool no_such_port(struct app *app, const struct observed_container *container,
	int64_t number, const char *protocol, struct err *err)
{
	const char *ports = cell_ports(&app->arena, node_get(container->node, "Ports"));

	return err_set(err, ERR_STATE, "no port %" PRId64 "/%s for container %s: %s",
		number, protocol, container->name, *ports ? ports : "it has none");
}

static int port_run(struct app *app, const void *parsed, const struct operands *operands)
{
	const struct port_cmd *opts = parsed;
	const struct pick pick = {
		.service = app->services.items[0],
		.index = opt_i64_or(opts->index, 0),
		.with_stopped = true,
	};
	const struct observed_container *container;
	const struct observed *observed;
	const struct node *port;
	struct err err = {0};
	int64_t number;

	if (!parse_i64(operands->items[1], &number) || number < 1 || number > PORT_MAX) {
		err_set(&err, ERR_INPUT, "not a port: \"%s\"", operands->items[1]);
		return app_fail(app, &err);
	}
	observed = app_observe(app, OBSERVE_CONTAINERS);
	container = observed ? pick_container(observed, &pick, &err) : NULL;
	if (!container)
		return observed ? app_fail(app, &err) : EXIT_FAILURE;
	port = find_port(container, number, opts->protocol);
	if (port)
		return print_port(app, port);
	no_such_port(app, container, number, opts->protocol, &err);
	return app_fail(app, &err);
}

const struct command cmd_port = {
	.name = "port",
	.args = "SERVICE PRIVATE_PORT",
	.help = "Show where a port of a container is published",
	.opts = port_opts,
	.opts_size = sizeof(struct port_cmd),
	.needs = NEEDS_NAME | NEEDS_ENGINE | SERVICE_FIRST,
	.min_operands = 2,
	.max_operands = 2,
	.group = GROUP_INSIDE,
	.run = port_run,
};
