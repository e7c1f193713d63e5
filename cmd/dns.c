/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/dns.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/digest.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/handover.h"
#include "compose/loader/load.h"
#include "compose/planner/observed.h"
#include "compose/planner/planner.h"
#include "compose/scheduler/gateway.h"
#include "compose/scheduler/probe.h"
#include "compose/scheduler/scheduler.h"
#include "engine-client/engine.h"
#include "netdns/resolv.h"

#define PROGRAM_MAX_BYTES ((size_t)64 << 20)
#define RESOLV_MAX_BYTES ((size_t)64 << 10)
#define SOCKETS_MAX_BYTES ((size_t)16 << 20)
#define VERSION_CHARS 16
#define UNIX_SCHEME "unix://"
#define DIRECTORY "/run/davit/netdns"
#define FILES "/var/lib/davit/resolv"
#define RESOLV "/etc/resolv.conf"
/* Behind systemd's stub, which only the host can ask. */
#define RESOLV_BEHIND_STUB "/run/systemd/resolve/resolv.conf"

static bool is_on(const char *mode)
{
	return mode && dns_mode_of(mode) != DNS_OFF;
}

bool dns_is_wished(const struct app *app)
{
	const struct project *project = app->project;

	if (is_on(app->root.dns) || is_on(app->root.dns_default))
		return true;
	if (!project)
		return false;
	for (size_t i = 0; i < project->nnetworks; i++)
		if (is_on(project->networks[i].dns.mode))
			return true;
	return is_on(project->dns.mode);
}

bool dns_is_there(const struct observed *observed)
{
	for (size_t i = 0; i < observed->ncontainers; i++)
		if (node_get(observed->containers[i].labels, "davit.dns"))
			return true;
	return false;
}

static bool read_file(struct app *app, const char *path, size_t max_bytes,
	const char **out_text, size_t *out_len)
{
	struct err err = {0};

	return files_system.read(
		files_system.ctx, &app->arena, path, max_bytes, out_text, out_len, &err);
}

/* ---- the host's name servers */

static bool has_others(const struct upstreams *upstreams)
{
	for (size_t i = 0; i < upstreams->n; i++)
		if (!addr_is_loopback(&upstreams->items[i]))
			return true;
	return false;
}

static struct upstreams read_upstreams(struct app *app, const char *path)
{
	struct upstreams out = {0};
	const char *text;
	size_t len;

	if (read_file(app, path, RESOLV_MAX_BYTES, &text, &len))
		resolv_read(text, len, &out);
	return out;
}

/* The file that names somebody whom others than the host can ask, with its links followed. */
static const char *resolv_path(struct app *app)
{
	char path[PATH_MAX];
	struct upstreams own = read_upstreams(app, RESOLV);

	if (!has_others(&own) && access(RESOLV_BEHIND_STUB, R_OK) == 0)
		return RESOLV_BEHIND_STUB;
	return realpath(RESOLV, path) ? arena_strdup(&app->arena, path) : RESOLV;
}

static struct strings reachable(struct app *app)
{
	struct upstreams upstreams = read_upstreams(app, resolv_path(app));
	struct strings out = {0};
	auto_str text = {0};

	for (size_t i = 0; i < upstreams.n; i++) {
		if (addr_is_loopback(&upstreams.items[i]))
			continue;
		str_clear(&text);
		addr_print(&text, &upstreams.items[i]);
		ARENA_PUSH(&app->arena, out.items, out.n,
			arena_strdup(&app->arena, str_text(&text)));
	}
	return out;
}

/* ---- the program */

static const char *program_of(struct app *app)
{
	char path[PATH_MAX + 64];

	return program_beside("davit-netdns", path, sizeof(path))
		? arena_strdup(&app->arena, path)
		: NULL;
}

/* Of its content, so that a davit that was built anew brings its own. */
static const char *version_of(struct app *app, const char *program)
{
	char hex[DIGEST_HEX_BYTES];
	const char *text;
	size_t len;

	if (!read_file(app, program, PROGRAM_MAX_BYTES, &text, &len))
		return NULL;
	digest_sha256_hex(text, len, hex);
	return arena_strndup(&app->arena, hex, VERSION_CHARS);
}

const char *netdns_directory(const struct app *app)
{
	const char *directory = app_getenv(app, "DAVIT_NETDNS_DIR");

	return directory && *directory ? directory : DIRECTORY;
}

const struct netdns_opts *app_netdns(struct app *app)
{
	const char *host = engine_host(app->engine);
	const char *files = app_getenv(app, "DAVIT_RESOLV_DIR");
	const char *program = program_of(app);
	struct netdns_opts *out;

	if (!text_starts(host, UNIX_SCHEME) || !program)
		return NULL;
	out = ARENA_NEW(&app->arena, struct netdns_opts);
	*out = (struct netdns_opts){
		.program = program,
		.version = version_of(app, program),
		.directory = netdns_directory(app),
		.socket = host + strlen(UNIX_SCHEME),
		.files = files && *files ? files : FILES,
		.resolv = resolv_path(app),
	};
	return out->version ? out : NULL;
}

/* One that people run in the foreground is nothing that the engine could tell of. */
static bool listens(const struct app *app)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int n = snprintf(to.sun_path, sizeof(to.sun_path), "%s/control.sock",
		netdns_directory(app));

	return fd >= 0 && n > 0 && (size_t)n < sizeof(to.sun_path) &&
		connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;
}

static const char *gateway(void *ctx, struct arena *arena, const struct node *network)
{
	(void)ctx;
	return gateway_of(arena, network);
}

static bool probed(void *ctx, const struct node *network)
{
	const struct app *app = ctx;

	return probe_remembers(netdns_directory(app), node_get_text(network, "Id"));
}

/* Is there a socket on port 53 of every address? One of netdns' own is on a single one. As proc(5) prints it. */
static bool has_any_listener(const char *text, const char *end)
{
	static const char any4[] = " 00000000:0035 ";
	static const char any6[] = " 00000000000000000000000000000000:0035 ";

	while (text < end) {
		const char *colon = memchr(text, ':', (size_t)(end - text));
		const char *local = colon ? colon + 1 : end;

		if (text_starts(local, any4) || text_starts(local, any6))
			return true;
		text = memchr(text, '\n', (size_t)(end - text));
		if (!text)
			break;
		text++;
	}
	return false;
}

static bool port_is_taken(struct app *app)
{
	static const char *const tables[] = {
		"/proc/net/udp", "/proc/net/udp6", "/proc/net/tcp", "/proc/net/tcp6"};
	const char *text;
	size_t len;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (read_file(app, tables[i], SOCKETS_MAX_BYTES, &text, &len) &&
			has_any_listener(text, text + len))
			return true;
	return false;
}

void dns_wish_fill(struct app *app, const struct observed *observed, struct wish *wish)
{
	const struct netdns_opts *netdns;
	struct dns_wish *out = &wish->dns;

	if (!dns_is_wished(app) && wish->verb != VERB_NETDNS_START &&
		!(wish->verb == VERB_START && dns_is_there(observed)))
		return;
	netdns = app_netdns(app);
	*out = (struct dns_wish){
		.asked = app->root.dns,
		.host = out->host,
		.fallback = app->root.dns_default,
		.upstreams = reachable(app),
		.listens = listens(app),
		.probed = probed,
		.gateway = gateway,
	};
	if (netdns)
		out->version = netdns->version;
	if (netdns && port_is_taken(app))
		out->unavailable =
			"port 53 of all addresses of this host is taken; this tells by "
			"whom: ss -Hlnp 'sport = :53'";
	else if (!netdns)
		out->unavailable = text_starts(engine_host(app->engine), UNIX_SCHEME)
			? "davit-netdns is missing beside davit-engine"
			: "the engine is on another host";
}
