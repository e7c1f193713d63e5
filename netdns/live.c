/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/live.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "netdns/answer.h"
#include "netdns/cookie.h"
#include "netdns/feed.h"
#include "netdns/image.h"
#include "netdns/links.h"
#include "netdns/protocol.h"
#include "netdns/relay.h"
#include "netdns/responder.h"
#include "netdns/roles.h"
#include "netdns/server.h"
#include "netdns/show.h"
#include "netdns/told.h"
#include "netdns/zone-file.h"
#include "netdns/zone-input.h"
#include "netdns/zone.h"

struct live {
	struct live_opts opts;
	struct roles roles;
	struct server *server;
	struct feed *feed;   /* NULL: there is a file instead */
	struct links *links; /* NULL without a feed */
	struct arena file;   /* of the last file's input */
	struct zone_input input;
	uint32_t serial;
	struct str addresses; /* as the last zone has them */
	struct str served;    /* its image */
	uint8_t seed[ZONE_SEED_BYTES];
};

/* ---- what there is */

/* Of an engine's networks; live only while nothing else runs. */
struct view {
	struct zone_input input;
	const struct told_network **networks; /* of input.networks */
	enum dns_mode *modes;
};

static const struct told_network *find_told(const struct told *told, const char *name)
{
	for (size_t i = 0; i < told->nnetworks; i++)
		if (told->networks[i]->in.name == name)
			return told->networks[i];
	return NULL;
}

static void listen_for_host(
	const struct live *live, struct arena *arena, struct zone_input *out)
{
	if (live->opts.host)
		ARENA_PUSH(arena, out->listen.items, out->listen.n, live->opts.host);
}

static void look(struct live *live, struct arena *arena, struct view *out)
{
	struct told told;

	*out = (struct view){.input = live->input};
	if (!live->feed)
		return;
	feed_tell(live->feed, arena, &told);
	told_input(arena, &told, &out->input, &out->modes);
	links_host(live->links, arena, &out->input.host);
	listen_for_host(live, arena, &out->input);
	out->networks =
		ARENA_NEW_N(arena, out->input.nnetworks, const struct told_network *);
	for (size_t i = 0; i < out->input.nnetworks; i++) {
		struct input_network *network = &out->input.networks[i];

		out->networks[i] = find_told(&told, network->name);
		if (network->bridge)
			links_addresses(
				live->links, network->bridge, arena, &network->addresses);
	}
}

/* ---- one zone after another */

/* An interface that was made anew is another one, though it looks the same. */
static void print_addresses(
	const struct live *live, const struct zone_input *input, struct str *out)
{
	for (size_t i = 0; i < input->host.n; i++)
		str_printf(out, "%s\n", input->host.items[i]);
	for (size_t i = 0; i < input->nnetworks; i++) {
		const char *bridge = input->networks[i].bridge;

		str_printf(out, "%s %d:", input->networks[i].name,
			live->links && bridge ? links_index(bridge) : 0);
		for (size_t k = 0; k < input->networks[i].addresses.n; k++)
			str_printf(out, " %s", input->networks[i].addresses.items[k]);
		str_add_c(out, '\n');
	}
}

static bool publish(struct live *live, const struct zone_input *input, struct err *err)
{
	struct image image = {
		.input = *input,
		.serial = ++live->serial,
		.stale = live->feed && feed_error(live->feed),
	};
	bool ok;

	str_clear(&live->addresses);
	print_addresses(live, input, &live->addresses);
	str_clear(&live->served);
	image_print(&live->served, &image);
	ok = server_set_zone(live->server, &image, err);
	live->opts.published(live->opts.data);
	return ok;
}

/* An address that cannot be had is in the status, and whoever waits for it is told. */
static void on_change(void *data)
{
	struct live *live = data;
	struct arena arena = {0};
	struct view view;
	struct err err = {0};

	look(live, &arena, &view);
	if (!publish(live, &view.input, &err))
		live->opts.say(live->opts.data, err.text);
	arena_finish(&arena);
}

/* Interfaces come and go with every container; only the addresses of our bridges are news. */
static void on_links(void *data)
{
	struct live *live = data;
	struct arena arena = {0};
	struct view view;
	auto_str now = {0};

	if (!feed_is_synced(live->feed))
		return;
	look(live, &arena, &view);
	print_addresses(live, &view.input, &now);
	if (!text_eq(str_text(&now), str_text(&live->addresses)))
		on_change(live);
	arena_finish(&arena);
}

static bool start(struct live *live, struct uv_loop_s *loop, struct err *err)
{
	struct feed_opts opts = {
		.priv = live->roles.priv,
		.changed = on_change,
		.say = live->opts.say,
		.data = live,
	};

	if (!live->opts.engine)
		return true;
	live->links = links_new(loop, on_links, live, err);
	if (live->links)
		live->feed = feed_new(loop, &opts);
	return live->links != NULL;
}

struct live *live_new(
	struct uv_loop_s *loop, const struct live_opts *opts, struct err *err)
{
	struct live *live = xalloc(sizeof(*live));

	live->opts = *opts;
	while (getrandom(live->seed, sizeof(live->seed), 0) < 0)
		;
	live->roles = *opts->roles;
	live->server = server_new(&live->roles, opts->port);
	if (start(live, loop, err))
		return live;
	live_free(live);
	return NULL;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	feed_free(live->feed);
	links_free(live->links);
	server_free(live->server);
	arena_finish(&live->file);
	str_finish(&live->addresses);
	str_finish(&live->served);
	free(live);
}

bool live_set_file(struct live *live, struct arena *arena, const struct zone_input *input,
	struct err *err)
{
	struct arena old = live->file;

	live->file = *arena;
	arena_init(arena);
	live->input = *input;
	listen_for_host(live, &live->file, &live->input);
	arena_finish(&old);
	return publish(live, &live->input, err);
}

void live_set_upstreams(struct live *live, const struct upstreams *upstreams)
{
	server_set_upstreams(live->server, upstreams);
}

struct server *live_server(struct live *live)
{
	return live->server;
}

size_t live_nlisteners(const struct live *live)
{
	return server_nlisteners(live->server);
}

/* ---- a network's listeners */

static bool find_listener(const struct live *live, const struct addr *addr,
	const char *device, struct server_listener *out)
{
	for (size_t i = 0; server_listener(live->server, i, out); i++)
		if (text_eq(out->device, device) && addr_equal(out->addr, addr))
			return true;
	return false;
}

static void push_address(struct arena *arena, const struct addr *addr, struct node *out)
{
	auto_str text = {0};

	addr_print(&text, addr);
	node_push(arena, out, node_text(arena, arena_strdup(arena, str_text(&text))));
}

/* What is listened on goes into `out`; that something is missing is known only once the zone is out. */
static enum live_ready add_listeners(struct live *live, struct arena *arena,
	const struct input_network *network, struct node *out, struct err *err)
{
	enum live_ready ready = LIVE_READY;
	struct server_listener listener;
	struct prefix prefix;

	for (size_t i = 0; i < network->addresses.n; i++) {
		if (!prefix_parse(network->addresses.items[i], &prefix) ||
			addr_is_link_local(&prefix.addr))
			continue;
		if (!find_listener(live, &prefix.addr, network->bridge, &listener)) {
			err_set(err, ERR_STATE, "%s is not listened on yet",
				network->addresses.items[i]);
			return LIVE_WAIT;
		}
		if (!listener.error)
			push_address(arena, listener.addr, out);
		else if (ready == LIVE_READY) {
			err_set(err, ERR_STATE, "%s", listener.error);
			ready = LIVE_NEVER;
		}
	}
	return ready;
}

static enum live_ready network_state(struct live *live, struct arena *arena,
	const struct input_network *network, struct node *out, struct err *err)
{
	struct node *list = node_list(arena);

	node_set(arena, out, "addresses", list);
	if (live->feed && !network->bridge) {
		err_set(err, ERR_STATE, "network %s has no bridge on this host",
			network->name);
		return LIVE_NEVER;
	}
	if (!network->addresses.n) {
		err_set(err, ERR_STATE, "the bridge %s has no address",
			network->bridge ? network->bridge : "");
		return LIVE_WAIT;
	}
	return add_listeners(live, arena, network, list, err);
}

static enum live_ready wait_for(struct live *live, const char *network, struct err *err)
{
	const char *error = feed_error(live->feed);

	feed_read_network(live->feed, network);
	if (error)
		err_set(err, ERR_CONNECTION, "%s", error);
	else
		err_set(err, ERR_STATE, "network %s is not managed, or does not exist",
			network);
	return LIVE_WAIT;
}

enum live_ready live_ready(struct live *live, struct arena *arena, const char *network,
	struct node *out, struct err *err)
{
	const struct told_network *told =
		live->feed ? feed_network(live->feed, network) : NULL;
	const char *name = told ? told->in.name : network;
	struct view view;

	if (live->feed && !live->serial)
		return wait_for(live, network, err);
	look(live, arena, &view);
	for (size_t i = 0; i < view.input.nnetworks; i++)
		if (text_eq(view.input.networks[i].name, name))
			return network_state(
				live, arena, &view.input.networks[i], out, err);
	if (live->feed)
		return wait_for(live, network, err);
	err_set(err, ERR_STATE, "there is no network %s", network);
	return LIVE_NEVER;
}

/* ---- status */

static void add_engine(const struct live *live, struct arena *arena, struct node *out)
{
	struct node *engine = node_map(arena);
	const char *error = live->feed ? feed_error(live->feed) : NULL;

	if (!live->feed)
		return;
	node_set_text(arena, engine, "address", live->opts.engine);
	node_set_bool(arena, engine, "connected", !error);
	node_set_text_opt(
		arena, engine, "error", error ? arena_strdup(arena, error) : NULL);
	node_set(arena, out, "engine", engine);
}

static void add_counters(const struct live *live, struct arena *arena, struct node *out)
{
	struct node *map = node_map(arena);
	struct counters counters;

	server_counters(live->server, &counters);
	node_set_int(arena, map, "udp", (int64_t)counters.udp);
	node_set_int(arena, map, "tcp", (int64_t)counters.tcp);
	node_set_int(arena, map, "forwarded", (int64_t)counters.forwarded);
	node_set_int(arena, map, "dropped", (int64_t)counters.dropped);
	node_set_int(arena, map, "slowed", (int64_t)counters.slowed);
	node_set(arena, out, "counters", map);
}

static struct node *network_status(
	struct live *live, struct arena *arena, const struct view *view, size_t i)
{
	const struct input_network *network = &view->input.networks[i];
	struct node *out = node_map(arena);
	struct err err = {0};

	if (view->networks && view->networks[i])
		node_set_text(arena, out, "id", view->networks[i]->id);
	node_set_text_opt(arena, out, "name", network->name);
	node_set_text_opt(arena, out, "project", network->project);
	if (view->modes)
		node_set_text(arena, out, "mode", dns_mode_word(view->modes[i]));
	node_set_text_opt(arena, out, "bridge", network->bridge);
	if (network_state(live, arena, network, out, &err) != LIVE_READY)
		node_set_text(arena, out, "error", arena_strdup(arena, err.text));
	return out;
}

static void add_host(const struct live *live, struct arena *arena, struct node *out)
{
	struct node *host = node_map(arena);
	struct server_listener listener;
	struct addr addr;

	if (!live->opts.host)
		return;
	node_set_text(arena, host, "address", live->opts.host);
	if (addr_parse(live->opts.host, &addr) &&
		find_listener(live, &addr, SERVER_LOOPBACK, &listener) && listener.error)
		node_set_text(arena, host, "error", arena_strdup(arena, listener.error));
	node_set(arena, out, "host", host);
}

void live_status(struct live *live, struct arena *arena, struct node *out)
{
	struct node *networks = node_list(arena);
	struct view view;

	look(live, arena, &view);
	node_set_text(arena, out, "version", DAVIT_VERSION);
	/* Of the whole: priv has started us. */
	node_set_int(arena, out, "pid", getppid());
	node_set_int(arena, out, "serial", live->serial);
	node_set_text(arena, out, "domain",
		view.input.domain ? view.input.domain : ZONE_DOMAIN);
	add_engine(live, arena, out);
	for (size_t i = 0; i < view.input.nnetworks; i++)
		node_push(arena, networks, network_status(live, arena, &view, i));
	node_set(arena, out, "networks", networks);
	add_host(live, arena, out);
	add_counters(live, arena, out);
}

void live_dump(struct live *live, struct arena *arena, struct node *out)
{
	struct view view;

	look(live, arena, &view);
	node_set(arena, out, "zone", zone_file_node(arena, &view.input));
}

/* ---- a question */

static bool has_id(const struct input_container *container, const char *text)
{
	return strlen(text) >= sizeof("0123456789ab") - 1 &&
		text_starts(container->id, text);
}

/* An address that a container asks from. */
static bool find_asker(const struct zone_input *input, const char *text, struct addr *out)
{
	for (size_t i = 0; i < input->ncontainers; i++) {
		const struct input_container *container = &input->containers[i];

		if (!text_eq(container->name, text) && !has_id(container, text))
			continue;
		for (size_t k = 0; k < container->nendpoints; k++) {
			const struct input_endpoint *at = &container->endpoints[k];

			if ((at->ipv4 && addr_parse(at->ipv4, out)) ||
				(at->ipv6 && addr_parse(at->ipv6, out)))
				return true;
		}
	}
	return false;
}

static bool read_query(const struct view *view, const struct live_query *query,
	struct relay_question *out, struct addr *out_from, struct err *err)
{
	const char *from = query->from ? query->from : "127.0.0.1";

	*out = (struct relay_question){.type = RR_A};
	if (!query->name || !name_parse(query->name, &out->key))
		return err_set(err, ERR_INPUT, "not a name: %s",
			query->name ? query->name : "(none)");
	name_lower(&out->key);
	if (query->type && !dns_parse_type(query->type, &out->type))
		return err_set(err, ERR_INPUT, "not a type: %s", query->type);
	if (!addr_parse(from, out_from) && !find_asker(&view->input, from, out_from))
		return err_set(err, ERR_INPUT,
			"neither an address nor a container that has one: %s", from);
	return true;
}

static void print_answer(struct arena *arena, struct ask *ask,
	const struct relay_question *question, struct node *out)
{
	uint8_t packet[RELAY_QUERY_BYTES];
	uint8_t *buffer = arena_alloc(arena, DNS_TCP_BYTES);
	struct query query;
	auto_str text = {0};
	size_t len = relay_write(question, &question->key, 1, packet);
	bool forwarded = answer(ask, packet, len, &query, buffer, &len) == ANSWER_FORWARD;

	node_set_bool(arena, out, "forwarded", forwarded);
	if (forwarded)
		return;
	message_print(&text, buffer, len);
	node_set_text(arena, out, "answer", arena_strdup(arena, str_text(&text)));
}

/* What dns has, not what is known by now; NULL: nothing yet. */
static const struct zone *served_zone(const struct live *live, struct arena *arena)
{
	struct image image;

	return live->served.len &&
			image_read(arena, (const uint8_t *)live->served.text,
				live->served.len, &image)
		? zone_new(arena, &image.input, live->seed, image.serial)
		: NULL;
}

bool live_ask(struct live *live, struct arena *arena, const struct live_query *query,
	struct node *out, struct err *err)
{
	static const uint8_t secret[COOKIE_SECRET_BYTES] = {0}; /* no cookie is sent */
	struct ask ask = {
		.tcp = true,
		.stale = live->feed && feed_error(live->feed),
		.now_s = (uint32_t)time(NULL),
		.secret = secret,
	};
	struct relay_question question;
	struct view view;

	look(live, arena, &view);
	if (!read_query(&view, query, &question, &ask.source, err))
		return false;
	ask.zone = served_zone(live, arena);
	if (ask.zone && !zone_view(ask.zone, NULL, &ask.source, &ask.view))
		return err_set(err, ERR_INPUT, "nobody of the zone has the address %s",
			query->from);
	print_answer(arena, &ask, &question, out);
	return true;
}

/* ---- draining */

bool live_drain(struct live *live, struct arena *arena, const struct node *containers,
	struct node *out, struct err *err)
{
	struct node *unknown = node_list(arena);
	int64_t wait_s = 0;

	if (!live->feed)
		return err_set(err, ERR_INPUT, "a zone's file says what there is");
	if (!containers || containers->kind != NODE_LIST)
		return err_set(err, ERR_INPUT, "containers: not a list");
	for (size_t i = 0; i < containers->nitems; i++) {
		const char *id = containers->items[i]->kind == NODE_STR
			? containers->items[i]->text
			: NULL;
		int64_t ttl_s = 0;

		if (!id || !feed_drain(live->feed, id, &ttl_s))
			node_push(arena, unknown, node_text(arena, id));
		else if (ttl_s > wait_s)
			wait_s = ttl_s;
	}
	if (live->serial)
		on_change(live);
	node_set_int(arena, out, "wait_s", wait_s);
	node_set(arena, out, "unknown", unknown);
	return true;
}
