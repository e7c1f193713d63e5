/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot of all names: what the input says, copied and put in order. The index is zone-names.c. */
#include "netdns/zone.h"

#include <string.h>

#include "base/str.h"
#include "netdns/resolv.h"
#include "netdns/siphash.h"
#include "netdns/zone-build.h"

enum {
	REPLICA_NAMES = 3, /* of an endpoint: I.S, C, short id */
	SERVICE_NAMES = 3, /* of a service: S, all.S, tasks.S */
	PLACES_MAX = 8, /* networks of a container that are sorted without more memory */
	SLOTS_MIN = 16,
	BYTES_AT_ONCE = 4096,
};

/* ---- names */

/* Bytes that need no alignment, one behind the other. */
static uint8_t *take_bytes(struct build *build, size_t n)
{
	uint8_t *bytes;

	if (n > build->nbytes) {
		build->nbytes = BYTES_AT_ONCE;
		build->bytes = arena_alloc(build->arena, build->nbytes);
	}
	bytes = build->bytes;
	build->bytes += n;
	build->nbytes -= n;
	return bytes;
}

struct labels labels_keep(struct build *build, const struct name *name)
{
	struct labels labels = {.len = (uint8_t)(name->len - 1)};
	uint8_t *bytes;

	if (!labels.len)
		return labels;
	bytes = take_bytes(build, labels.len);
	memcpy(bytes, name->bytes, labels.len);
	labels_lower(bytes, labels.len);
	labels.bytes = bytes;
	for (size_t at = 0; at < labels.len; at += (size_t)bytes[at] + 1)
		labels.n++;
	return labels;
}

bool name_from_text(const char *text, struct name *out)
{
	return text && *text && !strchr(text, '\\') && name_parse(text, out) &&
		out->len > 1;
}

static struct labels labels_of(struct build *build, const char *text)
{
	struct name name;

	return name_from_text(text, &name) ? labels_keep(build, &name)
					   : (struct labels){0};
}

static const char *text_or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static const char *lowered(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text_or_null(text));

	for (char *p = copy; p && *p; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p | 0x20 : *p);
	return copy;
}

/* ---- projects and networks */

static const struct zone_project *take_project(struct build *build, const char *name)
{
	struct zone_project *project;
	struct labels label;

	if (!text_or_null(name))
		return build->no_project;
	project = map_get(build->zone->projects, name);
	if (project)
		return project;
	label = labels_of(build, name);
	if (label.n != 1)
		return build->no_project;
	project = ARENA_NEW(build->arena, struct zone_project);
	project->label = label;
	project->name = arena_strdup(build->arena, name);
	map_put(build->zone->projects, project->name, project);
	return project;
}

static void add_addresses(
	struct build *build, struct zone_network *network, const struct input_network *in)
{
	struct prefix *out = ARENA_NEW_N(build->arena, in->addresses.n, struct prefix);

	for (size_t i = 0; i < in->addresses.n; i++)
		network->naddresses +=
			prefix_parse(in->addresses.items[i], &out[network->naddresses]);
	network->addresses = out;
}

static void add_network(struct build *build, const struct input_network *in)
{
	struct zone *zone = build->zone;
	struct zone_network *network = ARENA_NEW(build->arena, struct zone_network);

	network->name = labels_of(build, in->name);
	network->key = labels_of(build, in->key);
	network->project = take_project(build, in->project);
	network->bridge = arena_strdup(build->arena, text_or_null(in->bridge));
	network->internal = in->internal;
	network->self = network;
	network->number = (uint32_t)zone->nnetworks + 1;
	add_addresses(build, network, in);
	if (in->name)
		map_put(&build->networks, in->name, network);
	zone->networks[zone->nnetworks++] = network;
}

static int compare_labels(const struct labels *a, const struct labels *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int order = n ? memcmp(a->bytes, b->bytes, n) : 0;

	return order ? order : (int)a->len - (int)b->len;
}

static int compare_networks(const void *a, const void *b)
{
	const struct zone_network *const *x = a;
	const struct zone_network *const *y = b;
	int order = compare_labels(&(*x)->name, &(*y)->name);

	return order ? order : (int)(*x)->number - (int)(*y)->number;
}

static void add_networks(struct build *build, const struct zone_input *input)
{
	struct zone *zone = build->zone;

	zone->networks =
		ARENA_NEW_N(build->arena, input->nnetworks, const struct zone_network *);
	for (size_t i = 0; i < input->nnetworks; i++)
		add_network(build, &input->networks[i]);
	if (zone->nnetworks)
		qsort(zone->networks, zone->nnetworks, sizeof(*zone->networks),
			compare_networks);
}

static const struct addr *read_addresses(
	struct arena *arena, const struct strings *in, size_t *out_n)
{
	struct addr *out = ARENA_NEW_N(arena, in->n, struct addr);
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++)
		n += addr_parse(in->items[i], &out[n]);
	*out_n = n;
	return out;
}

/* ---- containers */

static void add_ports(struct build *build, struct zone_container *container,
	const struct input_container *in)
{
	struct zone_port *ports;

	if (!in->nports)
		return;
	ports = ARENA_NEW_N(build->arena, in->nports, struct zone_port);
	for (size_t i = 0; i < in->nports; i++) {
		const struct input_port *port = &in->ports[i];

		if (port->target < 1 || port->target > UINT16_MAX)
			continue;
		ports[container->nports++] = (struct zone_port){
			.number = (uint16_t)port->target,
			.udp = port->protocol == INPUT_UDP,
			.name = lowered(build->arena, port->name),
			.app_protocol = lowered(build->arena, port->app_protocol),
		};
	}
	container->ports = ports;
}

/* "name:alias"; as with the engine, the last of an alias counts. */
static void add_link(
	struct build *build, struct zone_container *container, const char *text)
{
	const char *colon = strrchr(text, ':');
	struct zone_link *link = ARENA_NEW(build->arena, struct zone_link);

	if (!colon)
		return;
	link->target = labels_of(
		build, arena_strndup(&build->scratch, text, (size_t)(colon - text)));
	link->alias = labels_of(build, colon + 1);
	link->next = container->links;
	if (link->target.len && link->alias.len)
		container->links = link;
}

static void add_links(struct build *build, struct zone_container *container,
	const struct input_container *in)
{
	for (size_t i = 0; i < in->nendpoints; i++)
		for (size_t k = 0; k < in->endpoints[i].links.n; k++)
			add_link(build, container, in->endpoints[i].links.items[k]);
}

/* Not ourselves, which would go round in a circle, nor what means the container's own loopback. */
static void add_upstreams(struct build *build, struct zone_container *container,
	const struct input_container *in)
{
	struct upstreams found = {0};
	struct upstreams *kept;
	struct addr addr;

	for (size_t i = 0; i < in->upstreams.n && found.n < UPSTREAMS_MAX; i++)
		if (addr_parse(in->upstreams.items[i], &addr) &&
			!addr_is_loopback(&addr) && !addr_is_link_local(&addr) &&
			!zone_own_network(build->zone, &addr))
			found.items[found.n++] = addr;
	if (!found.n)
		return;
	kept = ARENA_NEW(build->arena, struct upstreams);
	*kept = found;
	container->upstreams = kept;
}

/* One of each name, so that sets can compare pointers. */
static const struct zone_service *take_service(struct build *build, const char *name)
{
	struct zone_service *service = map_get(&build->services, name);

	if (!service) {
		service = ARENA_NEW(build->arena, struct zone_service);
		service->name = arena_strdup(build->arena, name);
		service->label = labels_of(build, name);
		map_put(&build->services, service->name, service);
	}
	return service;
}

static uint16_t ttl_of(const struct input_container *in)
{
	int64_t ttl = opt_i64_or(in->ttl_s, ZONE_TTL_S);

	if (ttl < 0)
		return 0;
	return ttl > ZONE_TTL_MAX_S ? ZONE_TTL_MAX_S : (uint16_t)ttl;
}

static struct zone_container *add_container(
	struct build *build, const struct input_container *in)
{
	struct zone_container *out = ARENA_NEW(build->arena, struct zone_container);

	out->project = take_project(build, in->project);
	out->one_off = in->one_off;
	if (out->project != build->no_project && text_or_null(in->service))
		out->service = take_service(build, in->service);
	out->name = labels_of(build, in->name);
	out->number = in->number > 0 && in->number < INT32_MAX ? (uint32_t)in->number : 0;
	out->ttl_s = ttl_of(in);
	out->state = (uint8_t)in->state;
	out->health = (uint8_t)in->health;
	out->draining = in->draining;
	out->strict = in->strict;
	if (in->id)
		snprintf(out->id, sizeof(out->id), "%.12s", in->id);
	add_ports(build, out, in);
	add_upstreams(build, out, in);
	add_links(build, out, in);
	return out;
}

/* An input endpoint with its network, to be put in order. */
struct place {
	const struct input_endpoint *in;
	const struct zone_network *network;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a;
	const struct place *y = b;

	if (x->in->priority != y->in->priority)
		return x->in->priority > y->in->priority ? -1 : 1;
	return compare_networks(&x->network, &y->network);
}

/* The endpoints on networks that are there, first asked first. */
static size_t find_places(
	struct build *build, const struct input_container *in, struct place *out)
{
	size_t n = 0;

	for (size_t i = 0; i < in->nendpoints; i++) {
		const char *name = in->endpoints[i].network;
		const struct zone_network *network =
			name ? map_get(&build->networks, name) : NULL;

		if (network)
			out[n++] = (struct place){&in->endpoints[i], network};
	}
	if (n > 1)
		qsort(out, n, sizeof(*out), compare_places);
	return n;
}

static void set_address(const char *text, uint8_t bytes, struct addr *out)
{
	struct addr addr;

	if (text_or_null(text) && addr_parse(text, &addr) && addr.len == bytes)
		*out = addr;
}

size_t zone_addr_slot(const struct zone *zone, const struct addr *addr)
{
	return (size_t)siphash(zone->seed, addr->bytes, addr->len) & (zone->naddrs - 1);
}

static void index_address(
	struct zone *zone, const struct zone_endpoint *endpoint, const struct addr *addr)
{
	size_t at;

	if (!addr->len)
		return;
	for (at = zone_addr_slot(zone, addr); zone->by_addr[at];)
		at = (at + 1) & (zone->naddrs - 1);
	zone->by_addr[at] = endpoint;
}

static void add_endpoint(struct build *build, struct zone_endpoint *endpoint,
	const struct input_container *in, const struct input_endpoint *at)
{
	set_address(at->ipv4, ADDR_V4_BYTES, &endpoint->v4);
	set_address(at->ipv6, ADDR_V6_BYTES, &endpoint->v6);
	index_address(build->zone, endpoint, &endpoint->v4);
	index_address(build->zone, endpoint, &endpoint->v6);
	build_claim(build, endpoint, in, at);
}

/* Most containers are on one network, and share its list of one. */
static const struct zone_network *const *list_networks(
	struct build *build, const struct place *places, size_t n)
{
	const struct zone_network **list;

	if (n <= 1)
		return n ? &places[0].network->self : NULL;
	list = ARENA_NEW_N(build->arena, n, const struct zone_network *);
	for (size_t i = 0; i < n; i++)
		list[i] = places[i].network;
	return list;
}

static void add_endpoints(struct build *build, struct zone_container *container,
	const struct input_container *in)
{
	struct place few[PLACES_MAX];
	struct place *places = in->nendpoints <= PLACES_MAX
		? few
		: ARENA_NEW_N(&build->scratch, in->nendpoints, struct place);
	size_t n = find_places(build, in, places);
	struct zone_endpoint *endpoints =
		ARENA_NEW_N(build->arena, n, struct zone_endpoint);

	container->networks = list_networks(build, places, n);
	container->nnetworks = (uint32_t)n;
	container->internal = n > 0;
	for (size_t i = 0; i < n; i++)
		container->internal = container->internal && places[i].network->internal;
	for (size_t i = 0; i < n; i++) {
		endpoints[i].container = container;
		endpoints[i].network = places[i].network;
		add_endpoint(build, &endpoints[i], in, places[i].in);
	}
}

/* ---- the whole */

/* About how many names there will be; zone-names.c makes more room if need be. */
static size_t estimate_names(const struct zone_input *input)
{
	size_t names = 0;

	for (size_t i = 0; i < input->ncontainers; i++) {
		const struct input_container *in = &input->containers[i];
		size_t own = REPLICA_NAMES + (text_or_null(in->hostname) ? 1 : 0) +
			(in->number <= 1 ? SERVICE_NAMES : 0);

		for (size_t k = 0; k < in->nendpoints; k++)
			names += own + in->endpoints[k].aliases.n;
	}
	return names;
}

static size_t count_addresses(const struct zone_input *input)
{
	size_t n = 0;

	for (size_t i = 0; i < input->ncontainers; i++)
		for (size_t k = 0; k < input->containers[i].nendpoints; k++) {
			const struct input_endpoint *at =
				&input->containers[i].endpoints[k];

			n += (text_or_null(at->ipv4) ? 1 : 0) +
				(text_or_null(at->ipv6) ? 1 : 0);
		}
	return n;
}

static size_t slots_for(size_t n)
{
	size_t slots = SLOTS_MIN;

	while (slots <= n + n / 2)
		slots *= 2;
	return slots;
}

static void make_room(struct build *build, const struct zone_input *input)
{
	struct zone *zone = build->zone;

	zone->nslots = slots_for(estimate_names(input));
	zone->naddrs = slots_for(count_addresses(input));
	zone->slots = ARENA_NEW_N(build->arena, zone->nslots, struct zone_set *);
	zone->tags = ARENA_NEW_N(build->arena, zone->nslots, uint8_t);
	zone->by_addr =
		ARENA_NEW_N(build->arena, zone->naddrs, const struct zone_endpoint *);
}

const struct zone *zone_new(struct arena *arena, const struct zone_input *input,
	const uint8_t seed[ZONE_SEED_BYTES], uint32_t serial)
{
	struct build build = {.arena = arena, .zone = ARENA_NEW(arena, struct zone)};
	struct zone *zone = build.zone;
	uint8_t *kept = arena_alloc(arena, ZONE_SEED_BYTES);

	memcpy(kept, seed, ZONE_SEED_BYTES);
	zone->seed = kept;
	zone->serial = serial;
	if (!name_from_text(input->domain, &zone->domain))
		name_parse(ZONE_DOMAIN, &zone->domain);
	name_lower(&zone->domain);
	zone->projects = ARENA_NEW(arena, struct map);
	map_init(zone->projects, arena);
	map_init(&build.networks, &build.scratch);
	map_init(&build.services, &build.scratch);
	build.no_project = ARENA_NEW(arena, struct zone_project);
	make_room(&build, input);
	zone->host = read_addresses(arena, &input->host, &zone->nhost);
	add_networks(&build, input);
	for (size_t i = 0; i < input->ncontainers; i++)
		add_endpoints(&build, add_container(&build, &input->containers[i]),
			&input->containers[i]);
	build_settle(&build);
	arena_finish(&build.scratch);
	return zone;
}

/* ---- what it tells */

uint32_t zone_serial(const struct zone *zone)
{
	return zone->serial;
}

const struct name *zone_domain(const struct zone *zone)
{
	return &zone->domain;
}

size_t zone_nnames(const struct zone *zone)
{
	return zone->nnames;
}

const struct prefix *network_address(const struct zone_network *network, size_t i)
{
	return i < network->naddresses ? &network->addresses[i] : NULL;
}

const char *network_bridge(const struct zone_network *network)
{
	return network->bridge;
}

const struct zone_network *const *zone_networks(const struct zone *zone, size_t *out_n)
{
	*out_n = zone->nnetworks;
	return zone->networks;
}
