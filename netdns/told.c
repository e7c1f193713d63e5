/* SPDX-License-Identifier: Apache-2.0 */
#include "netdns/told.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/node.h"
#include "base/str.h"
#include "netdns/zone.h"

enum {
	SHORT_ID_CHARS = 12,
	SIGNALS = 65, /* one more than there are */
	DEFAULT_STOP_SIGNAL = 15,
};

#define COMPOSE "com.docker.compose."

static const char *const mode_words[] = {
	[DNS_OFF] = "off",
	[DNS_ASSIST] = "assist",
	[DNS_AUTHORITATIVE] = "authoritative",
	[DNS_DIRECT] = "direct",
};

const char *dns_mode_word(enum dns_mode mode)
{
	return mode_words[mode];
}

/* A word that is none is off. */
static enum dns_mode mode_of(const struct node *word)
{
	for (int i = DNS_ASSIST; i <= DNS_DIRECT; i++)
		if (node_is_text(word, mode_words[i]))
			return (enum dns_mode)i;
	return DNS_OFF;
}

bool told_is_id(const char *text)
{
	size_t n = text ? strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz") : 0;

	return n > 0 && n <= TOLD_ID_BYTES && !text[n];
}

/* Text that is there and not empty. */
static const char *text_at(const struct node *map, const char *key)
{
	const char *text = node_get_text(map, key);

	return text && *text ? text : NULL;
}

/* The label davit.dns; NULL: absent or broken. */
static const struct node *read_label(
	struct arena *arena, const struct node *labels, bool *out_broken)
{
	const char *text = node_get_text(labels, "davit.dns");
	struct node *label = NULL;
	struct err err;

	if (!text)
		return NULL;
	*out_broken = !json_parse(arena, text, strlen(text), &label, &err) ||
		label->kind != NODE_MAP;
	return *out_broken ? NULL : label;
}

/* ---- networks */

static const char *bridge_of(
	struct arena *arena, const struct node *json, const struct told_network *network)
{
	const char *name =
		text_at(node_get(json, "Options"), "com.docker.network.bridge.name");

	if (!text_eq(network->driver, "bridge"))
		return NULL;
	return name ? name : arena_printf(arena, "br-%.*s", SHORT_ID_CHARS, network->id);
}

bool told_network_read(
	struct arena *arena, const struct node *json, struct told_network *out)
{
	const struct node *labels = node_get(json, "Labels");
	bool broken = false;

	*out = (struct told_network){.id = text_at(json, "Id"),
		.driver = text_at(json, "Driver"),
		.in = {
			.name = text_at(json, "Name"),
			.key = text_at(labels, COMPOSE "network"),
			.project = text_at(labels, COMPOSE "project"),
			.internal = node_get_bool(json, "Internal"),
		}};
	if (!told_is_id(out->id) || !out->in.name)
		return false;
	out->in.bridge = bridge_of(arena, json, out);
	out->mode = mode_of(node_get(read_label(arena, labels, &broken), "mode"));
	return true;
}

/* ---- containers */

static enum input_state state_of(const struct node *state)
{
	static const struct {
		const char *word;
		enum input_state state;
	} rows[] = {{"created", INPUT_CREATED}, {"running", INPUT_RUNNING},
		{"paused", INPUT_PAUSED}};
	const char *word = node_get_text(state, "Status");

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (text_eq(word, rows[i].word))
			return rows[i].state;
	return INPUT_EXITED;
}

static enum input_health health_of(const struct node *state)
{
	static const struct {
		const char *word;
		enum input_health health;
	} rows[] = {{"starting", INPUT_STARTING}, {"healthy", INPUT_HEALTHY},
		{"unhealthy", INPUT_UNHEALTHY}};
	const char *word = node_get_text(node_get(state, "Health"), "Status");

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (text_eq(word, rows[i].word))
			return rows[i].health;
	return INPUT_UNCHECKED;
}

/* "SIGQUIT", "QUIT", "3"; what is none of these is the default. */
static int signal_of(const char *text)
{
	int64_t number;

	if (!text)
		return DEFAULT_STOP_SIGNAL;
	if (parse_i64(text, &number))
		return number > 0 && number < SIGNALS ? (int)number : DEFAULT_STOP_SIGNAL;
	if (text_starts(text, "SIG"))
		text += 3;
	for (int i = 1; i < SIGNALS; i++)
		if (text_eq(sigabbrev_np(i), text))
			return i;
	return DEFAULT_STOP_SIGNAL;
}

static bool has_port(
	const struct input_container *container, const struct input_port *port)
{
	for (size_t i = 0; i < container->nports; i++)
		if (container->ports[i].target == port->target &&
			container->ports[i].protocol == port->protocol)
			return true;
	return false;
}

/* "80", "80/tcp", "80/tcp/h2c". */
static bool read_port(struct arena *arena, const char *text, struct input_port *out)
{
	size_t digits = strcspn(text, "/");
	const char *protocol = text[digits] ? text + digits + 1 : "tcp";
	size_t len = strcspn(protocol, "/");

	if (!parse_i64(arena_strndup(arena, text, digits), &out->target) ||
		out->target < 1 || out->target > UINT16_MAX || len != 3 ||
		(strncmp(protocol, "tcp", 3) != 0 && strncmp(protocol, "udp", 3) != 0))
		return false;
	out->protocol = *protocol == 'u' ? INPUT_UDP : INPUT_TCP;
	if (protocol[len] && protocol[len + 1])
		out->app_protocol = protocol + len + 1;
	return true;
}

/* Those of the label first, as they have names. */
static void read_ports(struct arena *arena, const struct node *named,
	const struct node *exposed, struct input_container *out)
{
	size_t room = (named && named->kind == NODE_MAP ? named->npairs : 0) +
		(exposed && exposed->kind == NODE_MAP ? exposed->npairs : 0);

	out->ports = ARENA_NEW_N(arena, room, struct input_port);
	for (size_t i = 0; named && named->kind == NODE_MAP && i < named->npairs; i++) {
		struct input_port port = {.name = named->pairs[i].key};

		if (node_is_scalar(named->pairs[i].value) &&
			named->pairs[i].value->text &&
			read_port(arena, named->pairs[i].value->text, &port))
			out->ports[out->nports++] = port;
	}
	for (size_t i = 0; exposed && exposed->kind == NODE_MAP && i < exposed->npairs;
		i++) {
		struct input_port port = {0};

		if (read_port(arena, exposed->pairs[i].key, &port) &&
			!has_port(out, &port))
			out->ports[out->nports++] = port;
	}
}

static void add_texts(struct arena *arena, const struct node *list, struct strings *out)
{
	for (size_t i = 0; list && list->kind == NODE_LIST && i < list->nitems; i++) {
		const struct node *item = list->items[i];

		if (item->kind == NODE_STR && *item->text &&
			!strings_has(out, item->text))
			ARENA_PUSH(arena, out->items, out->n, item->text);
	}
	out->set = out->n > 0;
}

/* Some engines list the short id and the hostname among the aliases; these are no wish of anybody. */
static void drop_engine_names(
	const struct input_container *container, struct strings *aliases)
{
	size_t n = 0;

	for (size_t i = 0; i < aliases->n; i++) {
		const char *alias = aliases->items[i];

		if (!text_eq(alias, container->hostname) &&
			!text_eq(alias, container->name) &&
			!(strlen(alias) == SHORT_ID_CHARS &&
				text_starts(container->id, alias)))
			aliases->items[n++] = alias;
	}
	aliases->n = n;
	aliases->set = n > 0;
}

static void read_endpoint(struct arena *arena, const struct node_pair *pair,
	const struct node *label, struct told_container *out)
{
	const struct node *json = pair->value;
	struct input_endpoint *endpoint = &out->in.endpoints[out->in.nendpoints++];

	*endpoint = (struct input_endpoint){
		.network = pair->key,
		.ipv4 = text_at(json, "IPAddress"),
		.ipv6 = text_at(json, "GlobalIPv6Address"),
		.priority = node_get_int(node_get(label, "priorities"), pair->key, 0),
	};
	add_texts(arena, node_get(json, "Aliases"), &endpoint->aliases);
	drop_engine_names(&out->in, &endpoint->aliases);
	add_texts(arena, node_get(json, "Links"), &endpoint->links);
	add_texts(arena, node_get(node_get(label, "aliases"), pair->key),
		&endpoint->aliases);
}

static void read_endpoints(struct arena *arena, const struct node *networks,
	const struct node *label, struct told_container *out)
{
	if (!networks || networks->kind != NODE_MAP)
		return;
	out->in.endpoints = ARENA_NEW_N(arena, networks->npairs, struct input_endpoint);
	for (size_t i = 0; i < networks->npairs; i++)
		read_endpoint(arena, &networks->pairs[i], label, out);
}

static void read_modes(
	struct arena *arena, const struct node *networks, struct told_container *out)
{
	if (!networks || networks->kind != NODE_MAP)
		return;
	out->modes = ARENA_NEW_N(arena, networks->npairs, struct told_mode);
	for (size_t i = 0; i < networks->npairs; i++) {
		enum dns_mode mode = mode_of(networks->pairs[i].value);

		if (mode != DNS_OFF)
			out->modes[out->nmodes++] =
				(struct told_mode){networks->pairs[i].key, mode};
	}
}

static void read_own_label(
	struct arena *arena, const struct node *label, struct told_container *out)
{
	int64_t ttl = node_get_int(label, "ttl", -1);

	if (ttl >= 0)
		out->in.ttl_s = (struct opt_i64){
			true, ttl < ZONE_TTL_MAX_S ? ttl : ZONE_TTL_MAX_S};
	out->in.strict = node_get_bool(label, "strict");
	out->domain = text_at(label, "domain");
	add_texts(arena, node_get(label, "upstreams"), &out->in.upstreams);
	read_modes(arena, node_get(label, "networks"), out);
}

bool told_container_read(
	struct arena *arena, const struct node *json, struct told_container *out)
{
	const struct node *state = node_get(json, "State");
	const struct node *config = node_get(json, "Config");
	const struct node *labels = node_get(config, "Labels");
	const char *name = text_at(json, "Name");
	const struct node *label;

	*out = (struct told_container){
		.stop_signal = signal_of(text_at(config, "StopSignal")),
		.in = {
			.id = text_at(json, "Id"),
			.name = name && *name == '/' ? name + 1 : name,
			.hostname = text_at(config, "Hostname"),
			.project = text_at(labels, COMPOSE "project"),
			.service = text_at(labels, COMPOSE "service"),
			.number = node_get_int(labels, COMPOSE "container-number", 0),
			.one_off =
				text_eq(node_get_text(labels, COMPOSE "oneoff"), "True"),
			.state = state_of(state),
			.health = health_of(state),
		}};
	if (!told_is_id(out->in.id) || !out->in.name)
		return false;
	label = read_label(arena, labels, &out->label_broken);
	read_own_label(arena, label, out);
	read_ports(arena, node_get(label, "ports"), node_get(config, "ExposedPorts"),
		&out->in);
	read_endpoints(arena, node_path(json, "NetworkSettings.Networks"), label, out);
	return true;
}

/* ---- copies */

static void keep_text(struct arena *arena, const char **text)
{
	*text = arena_strdup(arena, *text);
}

static void keep_texts(struct arena *arena, struct strings *texts)
{
	const char **items = ARENA_NEW_N(arena, texts->n, const char *);

	for (size_t i = 0; i < texts->n; i++)
		items[i] = arena_strdup(arena, texts->items[i]);
	texts->items = items;
}

void told_network_keep(
	struct arena *arena, const struct told_network *in, struct told_network *out)
{
	*out = *in;
	keep_text(arena, &out->id);
	keep_text(arena, &out->driver);
	keep_text(arena, &out->in.name);
	keep_text(arena, &out->in.key);
	keep_text(arena, &out->in.project);
	keep_text(arena, &out->in.bridge);
}

static void keep_endpoints(struct arena *arena, struct input_container *out)
{
	struct input_endpoint *copy =
		ARENA_NEW_N(arena, out->nendpoints, struct input_endpoint);

	for (size_t i = 0; i < out->nendpoints; i++) {
		copy[i] = out->endpoints[i];
		keep_text(arena, &copy[i].network);
		keep_text(arena, &copy[i].ipv4);
		keep_text(arena, &copy[i].ipv6);
		keep_texts(arena, &copy[i].aliases);
		keep_texts(arena, &copy[i].links);
	}
	out->endpoints = copy;
}

static void keep_ports(struct arena *arena, struct input_container *out)
{
	struct input_port *copy = ARENA_NEW_N(arena, out->nports, struct input_port);

	for (size_t i = 0; i < out->nports; i++) {
		copy[i] = out->ports[i];
		keep_text(arena, &copy[i].name);
		keep_text(arena, &copy[i].app_protocol);
	}
	out->ports = copy;
}

void told_container_keep(
	struct arena *arena, const struct told_container *in, struct told_container *out)
{
	struct told_mode *modes = ARENA_NEW_N(arena, in->nmodes, struct told_mode);

	*out = *in;
	keep_text(arena, &out->in.id);
	keep_text(arena, &out->in.name);
	keep_text(arena, &out->in.hostname);
	keep_text(arena, &out->in.project);
	keep_text(arena, &out->in.service);
	keep_text(arena, &out->domain);
	keep_endpoints(arena, &out->in);
	keep_ports(arena, &out->in);
	keep_texts(arena, &out->in.upstreams);
	for (size_t i = 0; i < in->nmodes; i++)
		modes[i] = (struct told_mode){
			arena_strdup(arena, in->modes[i].network), in->modes[i].mode};
	out->modes = modes;
}

/* ---- events */

struct event_row {
	const char *type;
	const char *action; /* up to a colon, if it has one */
	enum told_kind kind;
};

/* The same as told_filters lets through; what an engine sends beyond them is nothing to us. */
static const struct event_row event_rows[] = {
	{"container", "create", TOLD_CONTAINER},
	{"container", "destroy", TOLD_GONE},
	{"container", "die", TOLD_DIED},
	{"container", "health_status", TOLD_CONTAINER},
	{"container", "kill", TOLD_KILLED},
	{"container", "pause", TOLD_CONTAINER},
	{"container", "rename", TOLD_CONTAINER},
	{"container", "start", TOLD_STARTED},
	{"container", "stop", TOLD_CONTAINER},
	{"container", "unpause", TOLD_CONTAINER},
	{"network", "connect", TOLD_CONTAINER},
	{"network", "create", TOLD_NETWORK},
	{"network", "destroy", TOLD_NETWORK_GONE},
	{"network", "disconnect", TOLD_CONTAINER},
};

const char told_filters[] =
	"{\"type\":{\"container\":true,\"network\":true},\"event\":{\"connect\":true,"
	"\"create\":true,\"destroy\":true,\"die\":true,\"disconnect\":true,"
	"\"health_status\":true,\"kill\":true,\"pause\":true,\"rename\":true,"
	"\"start\":true,\"stop\":true,\"unpause\":true}}";

static enum told_kind kind_of(const struct node *json)
{
	const char *action = node_get_text(json, "Action");
	size_t len = action ? strcspn(action, ":") : 0;

	for (size_t i = 0; action && i < sizeof(event_rows) / sizeof(*event_rows); i++)
		if (node_is_text(node_get(json, "Type"), event_rows[i].type) &&
			!strncmp(event_rows[i].action, action, len) &&
			!event_rows[i].action[len])
			return event_rows[i].kind;
	return TOLD_NOTHING;
}

static const char *id_at(const struct node *map, const char *key)
{
	const char *id = node_get_text(map, key);

	return told_is_id(id) ? id : NULL;
}

bool told_event_read(struct arena *arena, const char *text, size_t len,
	struct told_event *out, struct err *err)
{
	const struct node *actor;
	const struct node *attributes;
	struct node *json;
	bool network;

	if (!json_parse(arena, text, len, &json, err))
		return false;
	actor = node_get(json, "Actor");
	attributes = node_get(actor, "Attributes");
	network = node_is_text(node_get(json, "Type"), "network");
	*out = (struct told_event){
		.kind = kind_of(json),
		.container =
			network ? id_at(attributes, "container") : id_at(actor, "ID"),
		.network = network ? id_at(actor, "ID") : NULL,
		.signal = (int)node_get_int(attributes, "signal", 0),
		.nano = node_get_int(json, "timeNano", 0),
	};
	if (out->kind == TOLD_NETWORK || out->kind == TOLD_NETWORK_GONE ? !out->network
									: !out->container)
		out->kind = TOLD_NOTHING;
	return true;
}

/* ---- the zone's input */

/* The mode of each network that is managed, by its name. */
static void collect_modes(const struct told *told, struct map *out)
{
	for (size_t i = 0; i < told->nnetworks; i++)
		if (told->networks[i]->mode != DNS_OFF)
			map_put(out, told->networks[i]->in.name,
				(void *)(uintptr_t)told->networks[i]->mode);
	for (size_t i = 0; i < told->ncontainers; i++)
		for (size_t k = 0; k < told->containers[i]->nmodes; k++) {
			const struct told_mode *mode = &told->containers[i]->modes[k];

			if ((uintptr_t)map_get(out, mode->network) < mode->mode)
				map_put(out, mode->network,
					(void *)(uintptr_t)mode->mode);
		}
}

static bool add_container(struct arena *arena, const struct map *modes,
	const struct input_container *in, struct input_container *out)
{
	*out = *in;
	out->nendpoints = 0;
	out->endpoints = ARENA_NEW_N(arena, in->nendpoints, struct input_endpoint);
	for (size_t i = 0; i < in->nendpoints; i++)
		if (map_has(modes, in->endpoints[i].network))
			out->endpoints[out->nendpoints++] = in->endpoints[i];
	return out->nendpoints > 0;
}

static const char *first_domain(const struct told *told)
{
	const struct told_container *first = NULL;

	for (size_t i = 0; i < told->ncontainers; i++)
		if (told->containers[i]->domain && told->containers[i]->nmodes &&
			(!first ||
				strcmp(told->containers[i]->in.name, first->in.name) < 0))
			first = told->containers[i];
	return first ? first->domain : NULL;
}

void told_input(struct arena *arena, const struct told *told, struct zone_input *out,
	enum dns_mode **out_modes)
{
	struct map modes;

	map_init(&modes, arena);
	collect_modes(told, &modes);
	*out = (struct zone_input){
		.domain = first_domain(told),
		.networks = ARENA_NEW_N(arena, told->nnetworks, struct input_network),
		.containers =
			ARENA_NEW_N(arena, told->ncontainers, struct input_container),
	};
	*out_modes = ARENA_NEW_N(arena, told->nnetworks, enum dns_mode);
	for (size_t i = 0; i < told->nnetworks; i++) {
		uintptr_t mode = (uintptr_t)map_get(&modes, told->networks[i]->in.name);

		if (!mode)
			continue;
		(*out_modes)[out->nnetworks] = (enum dns_mode)mode;
		out->networks[out->nnetworks++] = told->networks[i]->in;
	}
	for (size_t i = 0; i < told->ncontainers; i++)
		if (add_container(arena, &modes, &told->containers[i]->in,
			    &out->containers[out->ncontainers]))
			out->ncontainers++;
}
