/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers names on which network, and what containers are told of it (doc/dns.md). */
#include "compose/planner/dns.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"

#define TTL_DEFAULT_S 5
#define DNS_PORT "53"
#define DOMAIN_DEFAULT "davit.internal"
#define GATEWAYS_MAX 2 /* of one container: one, and one for when it does not answer */
#define SERVERS_MAX 3  /* the engine's resolver asks no more */

void find_dns_users(struct draft *draft)
{
	const struct observed *observed = draft->observed;

	map_init(&draft->dns_users, draft->arena);
	for (size_t i = 0; i < observed->ncontainers; i++) {
		struct observed_container *container = &observed->containers[i];

		if (node_get(container->labels, DNS_LABEL))
			map_put(&draft->dns_users, container->id, container);
	}
}

/* ---- choosing */

static const char *first_mode(
	const struct draft *draft, const struct network *network, bool *out_asked)
{
	const struct dns_wish *wish = &draft->wish->dns;
	const char *const asked[] = {
		wish->asked, network->dns.mode, draft->project->dns.mode};

	*out_asked = true;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (asked[i])
			return asked[i];
	*out_asked = false;
	return wish->fallback ? wish->fallback : dns_modes[DNS_OFF];
}

static const char *option_of(
	const struct network *network, const struct node *listed, const char *name)
{
	const char *listed_value = node_get_text(node_get(listed, "Options"), name);

	return listed_value ? listed_value : pairs_get(&network->driver_opts, name);
}

/* Why the host has no address on a network that containers could ask; NULL: it has one, or will. */
static const char *no_address(struct draft *draft, struct network_state *state)
{
	const struct node *listed = state->observed ? state->observed->node : NULL;
	const char *driver = listed ? state->observed->driver : state->network->driver;
	const char *gateway_mode = option_of(
		state->network, listed, "com.docker.network.bridge.gateway_mode_ipv4");
	const char *inhibited = option_of(
		state->network, listed, "com.docker.network.bridge.inhibit_ipv4");

	if (driver && *driver && strcmp(driver, "bridge") != 0)
		return arena_printf(draft->arena, "driver %s", driver);
	if (text_eq(gateway_mode, "isolated"))
		return "gateway_mode_ipv4 isolated";
	if (text_eq(inhibited, "true"))
		return "inhibit_ipv4";
	if (!listed || state->diverged)
		return NULL;
	state->dns.gateway = draft->wish->dns.gateway
		? draft->wish->dns.gateway(draft->wish->ctx, draft->arena, listed)
		: NULL;
	return state->dns.gateway ? NULL : "no gateway";
}

static void choose(struct draft *draft, struct network_state *state, bool possible)
{
	const struct network *network = state->network;
	const struct dns_settings *own = &network->dns;
	const struct dns_settings *all = &draft->project->dns;
	struct dns_choice *choice = &state->dns;
	const char *word = first_mode(draft, network, &choice->asked);
	const char *why;

	choice->mode = (enum dns_mode)dns_mode_of(word);
	choice->ttl_s = opt_i64_or(own->ttl_s, opt_i64_or(all->ttl_s, TTL_DEFAULT_S));
	choice->strict = opt_bool_or(own->strict, opt_bool_or(all->strict, false));
	choice->domain = own->domain ? own->domain
		: all->domain        ? all->domain
				     : DOMAIN_DEFAULT;
	if (choice->mode == DNS_OFF || !possible)
		return;
	why = no_address(draft, state);
	if (!why)
		return;
	draft_note(draft, true,
		"network %s: dns %s is off here, since the host has no address on it "
		"(%s)",
		network->name, word, why);
	choice->mode = DNS_OFF;
	choice->asked = false;
}

static bool is_any(const char *address)
{
	return !address || !*address || strcmp(address, "0.0.0.0") == 0 ||
		strcmp(address, "::") == 0;
}

/* Its port would be that of every gateway, too, or netdns would keep it from being started. */
static const char *port_publisher(const struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service *service = draft->services[i].service;

		for (size_t j = 0; j < service->nports; j++)
			if (text_eq(service->ports[j].published, DNS_PORT) &&
				is_any(service->ports[j].host_ip))
				return service->name;
	}
	return NULL;
}

/* Why netdns cannot run, whatever the network; NULL: it can. */
static const char *why_nowhere(const struct draft *draft)
{
	const char *publisher = port_publisher(draft);

	if (draft->wish->dns.unavailable)
		return draft->wish->dns.unavailable;
	return publisher ? arena_printf(draft->arena,
				   "services.%s publishes port " DNS_PORT
				   " on all addresses of the host",
				   publisher)
			 : NULL;
}

/* Said once, for all networks. */
static void give_up(struct draft *draft, const char *why)
{
	const char *word = NULL;

	for (size_t i = 0; i < draft->project->nnetworks; i++) {
		struct dns_choice *choice = &draft->networks[i].dns;

		if (choice->mode == DNS_OFF)
			continue;
		word = dns_modes[choice->mode];
		choice->mode = DNS_OFF;
		choice->asked = false;
	}
	if (word)
		draft_note(draft, true, "dns %s is off: %s", word, why);
}

static const struct dns_choice *choice_of(
	const struct draft *draft, const struct endpoint *endpoint)
{
	const struct network_state *state = draft_network(draft, endpoint->network);

	return state && state->dns.mode != DNS_OFF ? &state->dns : NULL;
}

static enum dns_mode mode_of(const struct draft *draft, const struct endpoint *endpoint)
{
	const struct dns_choice *choice = choice_of(draft, endpoint);

	return choice ? choice->mode : DNS_OFF;
}

bool engine_has_aliases(const struct draft *draft, const struct endpoint *endpoint)
{
	return mode_of(draft, endpoint) < DNS_AUTHORITATIVE;
}

static enum dns_mode strongest(const struct draft *draft, const struct service *service)
{
	enum dns_mode most = DNS_OFF;

	for (size_t i = 0; i < service->nnetworks; i++)
		if (mode_of(draft, &service->networks[i]) > most)
			most = mode_of(draft, &service->networks[i]);
	return most;
}

/* ---- names that cannot be right */

/* The engine answers a container's hostname itself, healthy or not, and then nobody asks netdns. */
static void warn_of_hostname(struct draft *draft, const struct service *service)
{
	const struct service_state *other =
		service->hostname ? draft_service(draft, service->hostname) : NULL;

	if (other && strongest(draft, service) >= DNS_AUTHORITATIVE)
		draft_note(draft, true,
			"services.%s: hostname \"%s\" is the name of a service: the "
			"engine answers it itself, whatever is ready",
			service->name, service->hostname);
}

static void warn_of_ndots(struct draft *draft, const struct service *service)
{
	for (size_t i = 0; i < service->dns_opt.n; i++)
		if (text_starts(service->dns_opt.items[i], "ndots:"))
			draft_note(draft, true,
				"services.%s: with dns_opt \"%s\" the engine does not "
				"ask anybody for names without a dot",
				service->name, service->dns_opt.items[i]);
}

void choose_dns(struct draft *draft)
{
	const char *nowhere = why_nowhere(draft);

	for (size_t i = 0; i < draft->project->nnetworks; i++)
		if (draft->networks[i].used)
			choose(draft, &draft->networks[i], !nowhere);
	if (nowhere)
		give_up(draft, nowhere);
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service *service = draft->services[i].service;

		if (!draft->services[i].selected || strongest(draft, service) == DNS_OFF)
			continue;
		warn_of_hostname(draft, service);
		warn_of_ndots(draft, service);
	}
}

/* ---- bodies */

const char *dns_gateway(const struct draft *draft, const struct network_state *state)
{
	return state->create ? slot_text(draft->arena, state->create, SLOT_GATEWAY)
			     : state->dns.gateway;
}

static void add_gateways(const struct body_parts *parts, struct node *servers)
{
	const struct draft *draft = parts->draft;
	const struct service *service = parts->spec->service;

	for (size_t i = 0; i < service->nnetworks && servers->nitems < GATEWAYS_MAX;
		i++) {
		const struct network_state *state =
			draft_network(draft, service->networks[i].network);

		if (!choice_of(draft, &service->networks[i]))
			continue;
		node_push(draft->arena, servers,
			slot_node(draft->arena,
				state->dns.probe ? slot_text(draft->arena,
							   state->dns.probe, SLOT_ID)
						 : dns_gateway(draft, state)));
	}
}

/* With assist nothing depends on netdns: who else can answer stands behind it. */
static void add_others(const struct body_parts *parts, struct node *servers)
{
	const struct strings *own = &parts->spec->service->dns;
	const struct strings *others = own->n ? own : &parts->draft->wish->dns.upstreams;

	for (size_t i = 0; i < others->n && servers->nitems < SERVERS_MAX; i++)
		node_push(parts->draft->arena, servers,
			node_text(parts->draft->arena, others->items[i]));
}

/* ---- the containers' own resolv.conf */

#define RESOLV_TARGET "/etc/resolv.conf"

static bool mounts_resolv(const struct service *service)
{
	for (size_t i = 0; i < service->nvolumes; i++)
		if (text_eq(service->volumes[i].target, RESOLV_TARGET))
			return true;
	return false;
}

static void add_line(struct str *out, const char *word, const struct strings *items)
{
	if (items->n == 0)
		return;
	str_add(out, word);
	for (size_t i = 0; i < items->n; i++)
		str_printf(out, " %s", items->items[i]);
	str_add_c(out, '\n');
}

const char *resolv_text(const struct draft *draft, const struct service *service)
{
	const struct body_parts parts = {
		.draft = draft, .spec = &(struct container_spec){.service = service}};
	struct node *servers;
	auto_str text = {0};

	if (strongest(draft, service) != DNS_DIRECT || mounts_resolv(service))
		return NULL;
	servers = node_list(draft->arena);
	add_gateways(&parts, servers);
	for (size_t i = 0; i < servers->nitems; i++)
		str_printf(&text, "nameserver %s\n", servers->items[i]->text);
	add_line(&text, "search", &service->dns_search);
	if (service->dns_opt.n)
		add_line(&text, "options", &service->dns_opt);
	else
		str_add(&text, "options edns0\n");
	return arena_strndup(draft->arena, str_text(&text), text.len);
}

static void mount_resolv(const struct body_parts *parts)
{
	struct arena *arena = parts->draft->arena;
	struct node *binds = node_get(parts->host, "Binds");
	struct node *bind;

	if (!parts->spec->resolv)
		return;
	if (!binds) {
		binds = node_list(arena);
		node_set(arena, parts->host, "Binds", binds);
	}
	bind = slot_node(arena,
		arena_printf(arena, "%s:" RESOLV_TARGET ":ro", parts->spec->resolv));
	node_push(arena, binds, bind);
}

/*
 * Options of the host's resolv.conf would be copied: with its ndots the engine no longer forwards short names. Any
 * list of our own keeps them out.
 */
static void add_options(const struct body_parts *parts)
{
	struct arena *arena = parts->draft->arena;
	struct node *options = node_list(arena);

	if (parts->spec->service->dns_opt.n)
		return;
	node_push(arena, options, node_text(arena, "edns0"));
	node_set(arena, parts->host, "DnsOptions", options);
}

static struct node *ports_node(struct arena *arena, const struct service *service)
{
	struct node *map = node_map(arena);

	for (size_t i = 0; i < service->nports; i++) {
		const struct port *port = &service->ports[i];
		const char *protocol = port->protocol ? port->protocol : "tcp";

		if (port->name && *port->name)
			node_set_text(arena, map, port->name,
				arena_printf(arena, "%" PRId64 "/%s%s%s", port->target,
					protocol, port->app_protocol ? "/" : "",
					port->app_protocol ? port->app_protocol : ""));
	}
	return map;
}

static void set_unless_empty(
	struct arena *arena, struct node *map, const char *key, struct node *value)
{
	if (value->kind == NODE_MAP ? value->npairs : value->nitems)
		node_set(arena, map, key, value);
}

/* What hangs on the networks: modes, aliases that the engine does not know, priorities. */
static void add_networks(
	const struct draft *draft, const struct service *service, struct node *label)
{
	struct arena *arena = draft->arena;
	struct node *modes = node_map(arena);
	struct node *aliases = node_map(arena);
	struct node *priorities = node_map(arena);

	for (size_t i = 0; i < service->nnetworks; i++) {
		const struct endpoint *endpoint = &service->networks[i];
		const char *name;

		if (!choice_of(draft, endpoint))
			continue;
		name = draft_network(draft, endpoint->network)->network->name;
		node_set_text(arena, modes, name, dns_modes[mode_of(draft, endpoint)]);
		if (endpoint->aliases.n && !engine_has_aliases(draft, endpoint))
			node_set(arena, aliases, name,
				texts_node(arena, &endpoint->aliases));
		if (opt_i64_or(endpoint->priority, 0))
			node_set_int(arena, priorities, name, endpoint->priority.value);
	}
	node_set(arena, label, "networks", modes);
	set_unless_empty(arena, label, "aliases", aliases);
	set_unless_empty(arena, label, "priorities", priorities);
}

static const char *label_text(const struct draft *draft, const struct service *service)
{
	struct arena *arena = draft->arena;
	struct node *label = node_map(arena);
	auto_str text = {0};

	for (size_t i = 0; i < service->nnetworks && !label->npairs; i++) {
		const struct dns_choice *choice = choice_of(draft, &service->networks[i]);

		if (!choice)
			continue;
		node_set_int(arena, label, "ttl", choice->ttl_s);
		node_set_bool(arena, label, "strict", choice->strict);
		node_set_text(arena, label, "domain", choice->domain);
	}
	add_networks(draft, service, label);
	set_unless_empty(arena, label, "upstreams", texts_node(arena, &service->dns));
	set_unless_empty(arena, label, "ports", ports_node(arena, service));
	json_print(&text, label, JSON_COMPACT);
	return arena_strndup(arena, str_text(&text), text.len);
}

void body_add_dns(struct body_parts *parts)
{
	struct arena *arena = parts->draft->arena;
	const struct service *service = parts->spec->service;
	enum dns_mode mode = strongest(parts->draft, service);
	struct node *servers;

	if (mode == DNS_OFF || (service->network_mode && *service->network_mode))
		return;
	servers = node_list(arena);
	add_gateways(parts, servers);
	if (mode == DNS_ASSIST)
		add_others(parts, servers);
	node_set(arena, parts->host, "Dns", servers);
	add_options(parts);
	mount_resolv(parts);
	node_set_text(arena, node_get(parts->config, "Labels"), DNS_LABEL,
		label_text(parts->draft, service));
}

/* ---- what differs */

/* What a container was made with; NULL: nothing. */
static const struct node *read_label(struct arena *arena, const struct node *labels)
{
	const char *text = node_get_text(labels, DNS_LABEL);
	struct node *node = NULL;
	struct err err;

	return text && json_parse(arena, text, strlen(text), &node, &err) ? node : NULL;
}

static const struct node *label_of(
	struct arena *arena, const struct observed_container *container)
{
	return read_label(arena, container->labels);
}

bool dns_answers_alone(
	const struct draft *draft, const struct observed_container *container)
{
	const struct node *modes =
		node_get(label_of(draft->arena, container), "networks");

	for (size_t i = 0; modes && i < modes->npairs; i++)
		if (dns_mode_of(modes->pairs[i].value->text) >= DNS_AUTHORITATIVE)
			return true;
	return false;
}

int dns_ttl_s(const struct draft *draft, const struct observed_container *container)
{
	return (int)node_get_int(label_of(draft->arena, container), "ttl", TTL_DEFAULT_S);
}

void dns_changes(const struct draft *draft, const struct service *service,
	const struct observed_container *old, struct strings *out)
{
	const struct node *modes = node_get(label_of(draft->arena, old), "networks");

	for (size_t i = 0; i < service->nnetworks; i++) {
		const struct network_state *state =
			draft_network(draft, service->networks[i].network);
		int was = state ? dns_mode_of(node_get_text(modes, state->network->name))
				: -1;
		const char *cause;

		was = was < 0 ? DNS_OFF : was;
		if (!state || !state->dns.asked || (int)state->dns.mode == was ||
			(state->dns.mode < DNS_AUTHORITATIVE && was < DNS_AUTHORITATIVE))
			continue;
		cause = arena_printf(draft->arena, "dns %s → %s", dns_modes[was],
			dns_modes[state->dns.mode]);
		if (!strings_has(out, cause))
			strings_push(draft->arena, out, cause);
	}
}

/* ---- what holds for new containers only */

static void note_setting(struct draft *draft, const struct service *service,
	const char *name, const char *wanted, const char *has)
{
	if (wanted && has && strcmp(wanted, has) != 0)
		draft_note(draft, false,
			"services.%s: dns %s %s is for new containers; those that are "
			"there have %s (--force-recreate makes them anew)",
			service->name, name, wanted, has);
}

/* The label's are those of the first network where netdns answers. */
static void compare_settings(struct draft *draft, const struct service *service,
	const struct observed_container *old)
{
	const struct node *label = label_of(draft->arena, old);
	const struct dns_choice *choice = NULL;

	for (size_t i = 0; i < service->nnetworks && !choice; i++)
		choice = choice_of(draft, &service->networks[i]);
	if (!choice || !label)
		return;
	note_setting(draft, service, "ttl",
		arena_printf(draft->arena, "%" PRId64, choice->ttl_s),
		node_get_text(label, "ttl"));
	note_setting(draft, service, "strict", choice->strict ? "true" : "false",
		node_get_text(label, "strict"));
	note_setting(
		draft, service, "domain", choice->domain, node_get_text(label, "domain"));
}

void note_dns_settings(struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service_state *state = &draft->services[i];
		size_t j = 0;

		while (j < state->nreplicas &&
			(!state->replicas[j].old ||
				state->replicas[j].fate == FATE_RECREATE))
			j++;
		if (state->selected && j < state->nreplicas)
			compare_settings(draft, state->service, state->replicas[j].old);
	}
}

/* ---- one host, one domain */

static const char *domain_of(const struct draft *draft, const struct node *container)
{
	return node_get_text(
		read_label(draft->arena, node_get(container, "Labels")), "domain");
}

struct strings dns_domains(const struct draft *draft, const char *own)
{
	const struct node *list = draft->observed->dns;
	struct strings out = {0};

	strings_push(draft->arena, &out, own);
	for (size_t i = 0; list && i < list->nitems; i++) {
		const char *domain = domain_of(draft, list->items[i]);

		if (domain && !strings_has(&out, domain))
			strings_push(draft->arena, &out, domain);
	}
	return out;
}

static void warn_of_domain(struct draft *draft, const char *own)
{
	const struct node *list = draft->observed->dns;

	for (size_t i = 0; list && i < list->nitems; i++) {
		const char *domain = domain_of(draft, list->items[i]);
		const char *id = node_get_text(list->items[i], "Id");

		if (!domain || map_has(&draft->dns_users, id) || text_eq(domain, own))
			continue;
		draft_note(draft, true,
			"dns domain %s: another project has %s, and netdns serves one, "
			"that of the container first by name",
			own, domain);
		return;
	}
}

void warn_of_domains(struct draft *draft)
{
	for (size_t i = 0; i < draft->project->nnetworks; i++) {
		const struct dns_choice *choice = &draft->networks[i].dns;

		if (choice->mode == DNS_OFF)
			continue;
		warn_of_domain(draft, choice->domain);
		return;
	}
}
