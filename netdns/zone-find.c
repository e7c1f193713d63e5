/* SPDX-License-Identifier: Apache-2.0 */
/* What a name means to who asks it: its ends are taken off, its beginning is looked up network by network. */
#include <string.h>

#include "base/map.h"
#include "netdns/siphash.h"
#include "netdns/zone-inside.h"

enum {
	V4_REVERSE_LABELS = 6,  /* d.c.b.a.in-addr.arpa */
	V6_REVERSE_LABELS = 34, /* 32 nibbles.ip6.arpa */
};

/* A name cut into labels: label i stands at bytes + at[i], and at[n] is its root. */
struct cut {
	const uint8_t *bytes;
	unsigned n;
	uint8_t at[LABELS_MAX + 1];
};

/* What is looked for, and where. */
struct search {
	const struct zone *zone;
	const struct zone_view *view;
	const struct cut *cut;
	unsigned first; /* label: behind _port._tcp */
	unsigned end;   /* label: before the domain */
	bool below;     /* the domain: names that exist by those below them count */
};

static void cut_name(const struct name *name, struct cut *out)
{
	size_t at = 0;

	out->bytes = name->bytes;
	out->n = 0;
	for (; name->bytes[at]; at += (size_t)name->bytes[at] + 1)
		out->at[out->n++] = (uint8_t)at;
	out->at[out->n] = (uint8_t)at;
}

static bool label_is(const struct cut *cut, unsigned i, const char *text)
{
	const uint8_t *label = cut->bytes + cut->at[i];
	size_t len = strlen(text);

	return i < cut->n && *label == len && !memcmp(label + 1, text, len);
}

/* ---- sets */

/* The set that counts for a project; without one, or if it has none there, the one of all. */
static const struct zone_set *pick(
	const struct zone_set *sets, const struct zone_project *project, bool only)
{
	for (const struct zone_set *set = sets; set; set = set->next)
		if (set->project == project && !set->is_union)
			return set;
	return only ? NULL : sets;
}

struct scope {
	const struct zone_network *network;
	const struct zone_project *project;
	bool only; /* names of no other project */
};

static const struct zone_set *get_set(const struct zone *zone, const struct scope *scope,
	const uint8_t *bytes, size_t len)
{
	uint32_t hash;

	return pick(*zone_slot(zone, scope->network, bytes, len, &hash), scope->project,
		scope->only);
}

/* "*." before the labels from i to end. */
static const struct zone_set *get_wildcard(
	const struct search *search, const struct scope *scope, unsigned i, unsigned end)
{
	const struct cut *cut = search->cut;
	uint8_t bytes[2 + NAME_MAX_BYTES] = {1, '*'};
	size_t len = (size_t)(cut->at[end] - cut->at[i]);

	memcpy(bytes + 2, cut->bytes + cut->at[i], len);
	return get_set(search->zone, scope, bytes, len + 2);
}

/*
 * The labels from the search's first to end on a network: exact, else the wildcard of the closest name above
 * that exists (RFC 4592 3.3.1).
 */
static const struct zone_set *find_on(
	const struct search *search, const struct scope *scope, unsigned end)
{
	const struct cut *cut = search->cut;
	const struct zone_set *set = NULL;

	for (unsigned i = search->first; i < end; i++) {
		const uint8_t *bytes = cut->bytes + cut->at[i];

		set = get_set(
			search->zone, scope, bytes, (size_t)(cut->at[end] - cut->at[i]));
		if (i == search->first && (set || !scope->network->has_wildcards))
			return set;
		if (set)
			return get_wildcard(search, scope, i, end);
	}
	return NULL;
}

/* Of two sets of a name on different networks: the first that has endpoints, else the first. */
static const struct zone_set *better(
	const struct zone_set *have, const struct zone_set *set)
{
	return !have || (!have->n && set && set->n) ? set : have;
}

static bool counts(const struct search *search, const struct zone_set *set)
{
	return set && (search->below || set->rule != SET_PLACE);
}

/* The labels up to end on all networks of the view. */
static const struct zone_set *find_plain(const struct search *search,
	const struct zone_project *project, bool only, unsigned end)
{
	const struct zone_set *found = NULL;

	for (size_t i = 0; i < search->view->nnetworks; i++) {
		struct scope scope = {search->view->networks[i], project, only};
		const struct zone_set *set = find_on(search, &scope, end);

		if (counts(search, set))
			found = better(found, set);
	}
	return found;
}

/* The labels up to end finish with these, and where they begin. */
static bool ends_with(const struct search *search, const struct labels *labels,
	unsigned end, unsigned *out)
{
	const struct cut *cut = search->cut;

	if (!labels->len || search->first + labels->n > end)
		return false;
	*out = end - labels->n;
	return cut->at[end] - cut->at[*out] == labels->len &&
		!memcmp(cut->bytes + cut->at[*out], labels->bytes, labels->len);
}

/* x.N: by the network's key in its project's file, or by the engine's name. whole: N alone was asked. */
static const struct zone_set *find_by_network(const struct search *search,
	const struct zone_project *project, bool only, unsigned end, bool *whole)
{
	const struct zone_set *found = NULL;
	unsigned at;

	for (size_t i = 0; i < search->view->nnetworks; i++) {
		const struct zone_network *network = search->view->networks[i];
		struct scope scope = {network, project, only};
		bool by_key = !only || network->project == project;
		const struct zone_set *set;

		if (!(by_key && ends_with(search, &network->key, end, &at)) &&
			!ends_with(search, &network->name, end, &at))
			continue;
		*whole = *whole || at == search->first;
		set = find_on(search, &scope, at);
		if (counts(search, set))
			found = better(found, set);
	}
	return found;
}

static const struct zone_project *find_project(const struct search *search)
{
	const uint8_t *label = search->cut->bytes + search->cut->at[search->end - 1];
	char name[LABEL_MAX_BYTES + 1];

	memcpy(name, label + 1, *label);
	name[*label] = 0;
	return map_get(search->zone->projects, name);
}

/* S.N.P and S.P. */
static const struct zone_set *find_in_project(
	const struct search *search, const struct zone_project *project, bool *whole)
{
	unsigned end = search->end - 1;
	const struct zone_set *set;

	*whole = *whole || end == search->first;
	set = find_by_network(search, project, true, end, whole);
	return set ? set : find_plain(search, project, true, end);
}

/* S and S.N, then S.N.P and S.P. */
static const struct zone_set *find_short(const struct search *search)
{
	const struct zone_project *own = search->view->project;
	const struct zone_project *project;
	const struct zone_set *set;
	bool whole = false;

	set = find_plain(search, own, false, search->end);
	if (!set)
		set = find_by_network(search, own, false, search->end, &whole);
	project = find_project(search);
	return set || !project ? set : find_in_project(search, project, &whole);
}

/* ---- services */

static bool is_protocol(const struct cut *cut, unsigned i)
{
	return label_is(cut, i, "_tcp") || label_is(cut, i, "_udp");
}

static bool has_protocol(const struct zone_set *set, bool udp)
{
	size_t n;
	const struct zone_endpoint *const *endpoints = set_endpoints(set, &n);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < endpoints[i]->container->nports; k++)
			if (endpoints[i]->container->ports[k].udp == udp)
				return true;
	return false;
}

static bool has_port(const struct zone_hit *hit)
{
	size_t n;
	const struct zone_endpoint *const *endpoints = set_endpoints(hit->set, &n);

	for (size_t i = 0; i < n; i++)
		if (endpoint_port(endpoints[i], hit, 0))
			return true;
	return false;
}

/* Whether the search finds a set, or at least that the name exists. */
static void find_names(struct search *search, struct zone_hit *out)
{
	const struct zone_project *project;
	bool whole = false;

	out->kind = search->below ? ZONE_NXDOMAIN : ZONE_UNKNOWN;
	if (search->below) {
		project = find_project(search);
		out->set = project ? find_in_project(search, project, &whole) : NULL;
	} else
		out->set = find_short(search);
	if (out->set)
		out->kind = out->set->rule == SET_PLACE ? ZONE_NODATA : ZONE_SET;
	else if (whole && search->below)
		out->kind = ZONE_NODATA;
}

/* _port._tcp.S, and _tcp.S that exists by the names below it (RFC 2782, RFC 8020). */
static void find_service(struct search *search, struct zone_hit *out)
{
	const struct cut *cut = search->cut;
	unsigned first = search->first;
	bool port = !is_protocol(cut, first);
	unsigned protocol = first + port;
	enum zone_kind otherwise = out->kind;

	if (protocol + 1 >= search->end || !is_protocol(cut, protocol) ||
		cut->bytes[cut->at[first] + 1] != '_')
		return;
	search->first = protocol + 1;
	find_names(search, out);
	search->first = first;
	if (out->kind != ZONE_SET) {
		out->kind = otherwise;
		return;
	}
	out->udp = label_is(cut, protocol, "_udp");
	out->port = cut->bytes + cut->at[first] + 2;
	out->port_len = (uint8_t)(cut->bytes[cut->at[first]] - 1);
	if (port)
		out->kind = has_port(out) ? ZONE_SERVICE : ZONE_NXDOMAIN;
	else
		out->kind =
			has_protocol(out->set, out->udp) ? ZONE_NODATA : ZONE_NXDOMAIN;
}

static void find_below(struct search *search, struct zone_hit *out)
{
	if (search->end == 0)
		out->kind = ZONE_APEX;
	else if (search->end == 1 && label_is(search->cut, 0, "netdns"))
		out->kind = ZONE_SERVER;
	else if (search->end == 1 && label_is(search->cut, 0, "dns-version"))
		out->kind = ZONE_VERSION;
	else {
		find_names(search, out);
		if (out->kind == ZONE_NXDOMAIN)
			find_service(search, out);
	}
}

/* ---- reverse */

static bool digit_of(uint8_t c, unsigned base, unsigned *out)
{
	if (c >= '0' && c <= '9')
		*out = c - '0';
	else if (base == 16 && c >= 'a' && c <= 'f')
		*out = c - 'a' + 10u;
	else
		return false;
	return true;
}

/* A label that is a number below max in its plain form. */
static bool number_of(const struct cut *cut, unsigned i, unsigned base, unsigned *out)
{
	const uint8_t *label = cut->bytes + cut->at[i];
	unsigned digit;

	*out = 0;
	if (*label > 3 || (*label > 1 && label[1] == '0'))
		return false;
	for (unsigned k = 1; k <= *label; k++) {
		if (!digit_of(label[k], base, &digit))
			return false;
		*out = *out * base + digit;
	}
	return *out < (base == 16 ? 16u : 256u);
}

static bool read_reverse(const struct cut *cut, struct addr *out)
{
	bool v4 = cut->n == V4_REVERSE_LABELS && label_is(cut, 4, "in-addr") &&
		label_is(cut, 5, "arpa");
	bool v6 = cut->n == V6_REVERSE_LABELS && label_is(cut, 32, "ip6") &&
		label_is(cut, 33, "arpa");
	unsigned n = v4 ? ADDR_V4_BYTES : 2 * ADDR_V6_BYTES;
	unsigned value;

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; (v4 || v6) && i < n; i++) {
		if (!number_of(cut, n - 1 - i, v4 ? 10 : 16, &value))
			return false;
		if (v4)
			out->bytes[i] = (uint8_t)value;
		else
			out->bytes[i / 2] |= (uint8_t)(i % 2 ? value : value << 4);
	}
	out->len = v4 ? ADDR_V4_BYTES : ADDR_V6_BYTES;
	return v4 || v6;
}

static bool view_has(const struct zone_view *view, const struct zone_network *network)
{
	for (size_t i = 0; i < view->nnetworks; i++)
		if (view->networks[i] == network)
			return true;
	return false;
}

static bool endpoint_has(const struct zone_endpoint *endpoint, const struct addr *addr)
{
	return addr_equal(&endpoint->v4, addr) || addr_equal(&endpoint->v6, addr);
}

/* The endpoint with an address on networks of the view; view NULL: on any. */
static const struct zone_endpoint *find_endpoint(
	const struct zone *zone, const struct zone_view *view, const struct addr *addr)
{
	size_t at = zone_addr_slot(zone, addr);

	for (; zone->by_addr[at]; at = (at + 1) & (zone->naddrs - 1))
		if (endpoint_has(zone->by_addr[at], addr) &&
			(!view || view_has(view, zone->by_addr[at]->network)))
			return zone->by_addr[at];
	return NULL;
}

/* The prefix of a network that holds an address, or NULL. */
static const struct prefix *network_prefix(
	const struct zone_network *network, const struct addr *addr)
{
	for (size_t i = 0; i < network->naddresses; i++)
		if (prefix_has(&network->addresses[i], addr))
			return &network->addresses[i];
	return NULL;
}

/* False when the address is none of our networks': others may know it. */
static bool find_reverse(const struct search *search, struct zone_hit *out)
{
	const struct prefix *prefix = NULL;
	const struct cut *cut = search->cut;
	struct addr addr;
	unsigned labels;

	if (!read_reverse(cut, &addr))
		return false;
	for (size_t i = 0; !prefix && i < search->view->nnetworks; i++)
		prefix = network_prefix(search->view->networks[i], &addr);
	out->endpoint = find_endpoint(search->zone, search->view, &addr);
	if (!prefix && !out->endpoint)
		return false;
	out->kind = out->endpoint || addr_equal(&prefix->addr, &addr) ? ZONE_REVERSE
								      : ZONE_NXDOMAIN;
	/* Its zone is the reverse one of the whole octets (nibbles) of the prefix. */
	labels = prefix ? (addr.len == ADDR_V4_BYTES ? 4u - prefix->bits / 8
						     : 32u - prefix->bits / 4)
			: 0;
	out->apex_at = cut->at[labels];
	return true;
}

/* ---- links */

/* Whether who asks calls somebody by this name whose own name it can ask for. */
static bool find_link(
	const struct search *search, const struct name *key, struct zone_hit *out)
{
	struct zone_view others = *search->view;
	const struct zone_link *link = others.links;
	struct name target;

	others.links = NULL; /* a link leads to a name, not to another link */
	while (link &&
		(link->alias.len != key->len - 1 ||
			memcmp(link->alias.bytes, key->bytes, link->alias.len)))
		link = link->next;
	if (!link)
		return false;
	name_set_root(&target);
	if (!name_add(&target, link->target.bytes, link->target.len))
		return false;
	zone_find(search->zone, &others, &target, out);
	if (out->kind != ZONE_SET)
		return false;
	out->kind = ZONE_LINK;
	out->link = link;
	return true;
}

/* ---- the questions of zone.h */

void zone_find(const struct zone *zone, const struct zone_view *view,
	const struct name *key, struct zone_hit *out)
{
	struct cut cut;
	struct search search = {.zone = zone, .view = view, .cut = &cut};
	unsigned domain_at = (unsigned)key->len - zone->domain.len;

	memset(out, 0, sizeof(*out));
	cut_name(key, &cut);
	search.end = cut.n;
	if (key->len >= zone->domain.len &&
		!memcmp(key->bytes + domain_at, zone->domain.bytes, zone->domain.len))
		for (unsigned i = 0; i <= cut.n; i++)
			if (cut.at[i] == domain_at) {
				search.end = i;
				search.below = true;
			}
	if (search.below) {
		out->apex_at = (uint8_t)domain_at;
		find_below(&search, out);
		return;
	}
	if (view->links && find_link(&search, key, out))
		return;
	*out = (struct zone_hit){.kind = ZONE_UNKNOWN};
	if (cut.n == 0 || find_reverse(&search, out))
		return;
	find_names(&search, out);
	if (out->kind == ZONE_UNKNOWN)
		find_service(&search, out);
}

static void view_of_host(const struct zone *zone, struct zone_view *out)
{
	*out = (struct zone_view){
		.networks = zone->networks, .nnetworks = zone->nnetworks};
}

static void view_of_container(
	const struct zone_container *container, struct zone_view *out)
{
	*out = (struct zone_view){
		.networks = container->networks,
		.nnetworks = container->nnetworks,
		.project = container->project,
		.internal = container->internal,
		.upstreams = container->upstreams,
		.links = container->links,
	};
}

const struct zone_network *zone_own_network(
	const struct zone *zone, const struct addr *addr)
{
	for (size_t i = 0; i < zone->nnetworks; i++)
		for (size_t k = 0; k < zone->networks[i]->naddresses; k++)
			if (addr_equal(&zone->networks[i]->addresses[k].addr, addr))
				return zone->networks[i];
	return NULL;
}

/*
 * From loopback, from an address of ours, or from another one of the host: an engine's own rules (masquerading of
 * what a bridge's network sends elsewhere) may give a query of the host's any of those. The kernel takes none of them
 * from outside.
 */
static bool is_host(const struct zone *zone, const struct addr *source)
{
	for (size_t i = 0; i < zone->nhost; i++)
		if (addr_equal(&zone->host[i], source))
			return true;
	return addr_is_loopback(source) || zone_own_network(zone, source);
}

/* Who asks on the bridge of a network; a container that is not known yet asks as anybody of that network. */
static bool view_on(const struct zone *zone, const struct zone_network *network,
	const struct addr *source, struct zone_view *out)
{
	struct zone_view here = {.networks = &network->self,
		.nnetworks = 1,
		.internal = network->internal};
	const struct zone_endpoint *endpoint = find_endpoint(zone, &here, source);

	if (endpoint)
		view_of_container(endpoint->container, out);
	else if (is_host(zone, source))
		view_of_host(zone, out);
	else if (network_prefix(network, source))
		*out = here;
	else
		return false;
	return true;
}

bool zone_view(const struct zone *zone, const struct addr *local,
	const struct addr *source, struct zone_view *out)
{
	const struct zone_network *network = local ? zone_own_network(zone, local) : NULL;
	const struct zone_endpoint *endpoint;

	if (network)
		return view_on(zone, network, source, out);
	endpoint = local ? NULL : find_endpoint(zone, NULL, source);
	if (endpoint)
		view_of_container(endpoint->container, out);
	else if (is_host(zone, source))
		view_of_host(zone, out);
	else
		return false;
	return true;
}
