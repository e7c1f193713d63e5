/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of a zone: each endpoint claims its own, then each name gets the endpoints that it answers.
 *
 * The index holds a name once a network (web, 1.web, all.web); the forms with .N, .N.P and the domain are
 * found by taking them off the question (zone-find.c), so a million names are a million entries.
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "netdns/siphash.h"
#include "netdns/zone-build.h"

/* An endpoint under a name; lives while the zone is built. */
struct claim {
	const struct zone_endpoint *endpoint;
	struct claim *next; /* an earlier one of the same set */
};

/* What an endpoint claims a name as. */
struct role {
	enum set_rule rule;
	bool complete;
	bool of_service;
	const void *subject;
	const uint8_t
		*kept; /* the name, where the zone has it already; NULL: it has not */
};

/* ---- the index */

struct zone_set **zone_slot(const struct zone *zone, const struct zone_network *network,
	const uint8_t *bytes, size_t len, uint32_t *out_hash)
{
	uint32_t hash =
		(uint32_t)siphash(zone->seed, bytes, len) ^ network->number * 0x9e3779b1u;
	uint8_t tag = tag_of(hash);
	size_t at = hash & (zone->nslots - 1);

	*out_hash = hash;
	for (; zone->tags[at]; at = (at + 1) & (zone->nslots - 1)) {
		const struct zone_set *set = zone->slots[at];

		if (zone->tags[at] == tag && set->hash == hash &&
			set->network == network->number && set->len == len &&
			!memcmp(set->bytes, bytes, len))
			break;
	}
	return &zone->slots[at];
}

static struct zone_set *new_set(struct build *build, const struct zone_project *project,
	const struct zone_set *like)
{
	struct zone_set *set = ARENA_NEW(build->arena, struct zone_set);

	set->bytes = like->bytes;
	set->len = like->len;
	set->hash = like->hash;
	set->network = like->network;
	set->project = project;
	set->ttl_s = ZONE_TTL_MAX_S;
	return set;
}

/* The room is an estimate. */
static void make_more_room(struct build *build)
{
	struct zone *zone = build->zone;
	struct zone_set **old = zone->slots;
	size_t nold = zone->nslots;

	zone->nslots *= 2;
	zone->slots = ARENA_NEW_N(build->arena, zone->nslots, struct zone_set *);
	zone->tags = ARENA_NEW_N(build->arena, zone->nslots, uint8_t);
	for (size_t i = 0; i < nold; i++) {
		size_t at = old[i] ? old[i]->hash & (zone->nslots - 1) : 0;

		if (!old[i])
			continue;
		while (zone->tags[at])
			at = (at + 1) & (zone->nslots - 1);
		zone->slots[at] = old[i];
		zone->tags[at] = tag_of(old[i]->hash);
	}
}

/* The set of a project's name on a network, made when it is new. */
static struct zone_set *take_set(struct build *build, const struct zone_network *network,
	const struct zone_project *project, const struct name *name, const uint8_t *kept)
{
	struct zone *zone = build->zone;
	struct name key = *name;
	struct zone_set fresh = {
		.len = (uint8_t)(name->len - 1), .network = network->number};
	struct zone_set **slot;
	struct zone_set *set;

	if (zone->nnames + zone->nnames / 2 >= zone->nslots)
		make_more_room(build);
	name_lower(&key);
	slot = zone_slot(zone, network, key.bytes, fresh.len, &fresh.hash);
	for (set = *slot; set; set = set->next)
		if (set->project == project)
			return set;
	if (!*slot)
		fresh.bytes = kept ? kept : labels_keep(build, &key).bytes;
	set = new_set(build, project, *slot ? *slot : &fresh);
	set->next = *slot;
	zone->nnames += !*slot;
	zone->tags[slot - zone->slots] = tag_of(set->hash);
	*slot = set;
	return set;
}

/* RFC 8020: names above a name exist. */
static void take_places(struct build *build, const struct zone_network *network,
	const struct zone_project *project, const struct name *name)
{
	size_t at = (size_t)name->bytes[0] + 1;
	struct name above;

	for (; name->bytes[at]; at += (size_t)name->bytes[at] + 1) {
		above.len = (uint8_t)(name->len - at);
		memcpy(above.bytes, name->bytes + at, above.len);
		take_set(build, network, project, &above, NULL);
	}
}

/* ---- claims */

/*
 * While it is built, a set of one endpoint holds it, and one of several a list of claims, the last one first,
 * where its endpoints will be.
 */
static struct claim *claims_of(const struct zone_set *set)
{
	return (struct claim *)(void *)set->many;
}

static const struct zone_endpoint *last_claim(const struct zone_set *set)
{
	return set->n > 1 ? claims_of(set)->endpoint : set->one;
}

/* Names of a service have the same endpoints, and so mostly the same lists. */
static struct claim *new_claim(
	struct build *build, const struct zone_endpoint *endpoint, struct claim *next)
{
	struct claim *claim;

	for (size_t i = 0; i < BUILD_RECENT; i++) {
		claim = build->recent[i];
		if (claim && claim->endpoint == endpoint && claim->next == next)
			return claim;
	}
	claim = ARENA_NEW(&build->scratch, struct claim);
	claim->endpoint = endpoint;
	claim->next = next;
	build->recent[build->nclaims++ % BUILD_RECENT] = claim;
	return claim;
}

static void add_claim(
	struct build *build, struct zone_set *set, const struct zone_endpoint *endpoint)
{
	struct claim *claims = set->n > 1 ? claims_of(set) : NULL;

	if (set->n == 1)
		claims = new_claim(build, set->one, NULL);
	if (set->n++ == 0)
		set->one = endpoint;
	else
		set->many = (const struct zone_endpoint **)(void *)new_claim(
			build, endpoint, claims);
}

static void claim(struct build *build, const struct zone_endpoint *endpoint,
	const struct name *name, struct role role)
{
	const struct zone_container *container = endpoint->container;
	struct zone_set *set =
		take_set(build, endpoint->network, container->project, name, role.kept);
	uint16_t ttl_s = role.complete ? ZONE_TTL_RUNNING_S : container->ttl_s;

	if (role.rule > set->rule) {
		set->rule = role.rule & 3;
		set->complete = role.complete;
	}
	set->strict = set->strict || container->strict;
	if (set->ttl_s > ttl_s)
		set->ttl_s = ttl_s;
	if (!set->n) {
		set->subject = role.subject;
		set->of_service = role.of_service;
	} else if (set->subject != role.subject && last_claim(set) != endpoint)
		set->subject = NULL;
	if (!set->n || last_claim(set) != endpoint)
		add_claim(build, set, endpoint);
}

static void claim_text(struct build *build, const struct zone_endpoint *endpoint,
	const char *text, struct role role)
{
	struct name name;

	if (!name_from_text(text, &name))
		return;
	claim(build, endpoint, &name, role);
	take_places(build, endpoint->network, endpoint->container->project, &name);
}

/* label.S */
static void claim_below(struct build *build, const struct zone_endpoint *endpoint,
	const char *label, struct role role)
{
	struct labels service = endpoint->container->service->label;
	struct name name;

	if (name_parse(label, &name) && name_add(&name, service.bytes, service.len))
		claim(build, endpoint, &name, role);
}

static void claim_service(struct build *build, const struct zone_endpoint *endpoint)
{
	const struct zone_container *container = endpoint->container;
	struct role role = {
		.rule = SET_READY, .of_service = true, .subject = container->service};
	char number[12];

	claim_text(build, endpoint, container->service->name, role);
	role.rule = SET_RUNNING;
	role.complete = true;
	claim_below(build, endpoint, "all", role);
	claim_below(build, endpoint, "tasks", role);
	if (!container->number)
		return;
	snprintf(number, sizeof(number), "%u", container->number);
	claim_below(build, endpoint, number,
		(struct role){.rule = SET_RUNNING, .subject = container});
}

static void claim_alias(
	struct build *build, const struct zone_endpoint *endpoint, const char *alias)
{
	const struct zone_container *container = endpoint->container;
	struct role role = {.rule = SET_READY};

	if (container_serves(container)) {
		role.of_service = true;
		role.subject = container->service;
	} else
		role.subject = container;
	claim_text(build, endpoint, alias, role);
}

static void mark_wildcards(struct build *build, const struct input_endpoint *at)
{
	struct zone_network *network = map_get(&build->networks, at->network);

	for (size_t i = 0; i < at->aliases.n; i++)
		if (text_starts(at->aliases.items[i], "*."))
			network->has_wildcards = true;
}

void build_claim(struct build *build, const struct zone_endpoint *endpoint,
	const struct input_container *in, const struct input_endpoint *at)
{
	const struct zone_container *container = endpoint->container;
	struct role as_engine = {.rule = SET_ENGINE, .subject = container};
	struct role by_name = {
		SET_ENGINE, .subject = container, .kept = container->name.bytes};

	if (container_serves(container))
		claim_service(build, endpoint);
	mark_wildcards(build, at);
	/* The engine lists the short id among the aliases, and docker compose the container's name. */
	for (size_t i = 0; i < at->aliases.n; i++)
		if (!text_eq(at->aliases.items[i], container->id) &&
			!text_eq(at->aliases.items[i], in->name))
			claim_alias(build, endpoint, at->aliases.items[i]);
	claim_text(build, endpoint, in->name, by_name);
	claim_text(build, endpoint, container->id, as_engine);
	claim_text(build, endpoint, in->hostname, as_engine);
}

/* ---- what a name answers */

static bool is_running(const struct zone_container *container)
{
	return container->state == INPUT_RUNNING;
}

static bool is_ready(const struct zone_container *container)
{
	return is_running(container) && !container->draining &&
		(container->health == INPUT_UNCHECKED ||
			container->health == INPUT_HEALTHY);
}

static bool is_open(const struct zone_container *container)
{
	return is_running(container) && !container->draining;
}

static bool is_up(const struct zone_container *container)
{
	return is_running(container) || container->state == INPUT_PAUSED;
}

typedef bool container_test(const struct zone_container *container);

static uint32_t count(const struct claim *claims, container_test *test)
{
	uint32_t n = 0;

	for (; claims; claims = claims->next)
		n += test(claims->endpoint->container);
	return n;
}

static container_test *rule_test(const struct zone_set *set)
{
	switch ((enum set_rule)set->rule) {
	case SET_READY:
		return set->nready || set->strict ? is_ready : is_open;
	case SET_RUNNING:
		return is_running;
	case SET_ENGINE:
	case SET_PLACE:
		break;
	}
	return is_up;
}

/* Turns claims into endpoints, in the order in which they came. */
static void settle_set(struct build *build, struct zone_set *set)
{
	struct claim only = {.endpoint = set->one};
	const struct claim *claims = set->n > 1 ? claims_of(set) : &only;
	container_test *test;
	uint32_t n;

	if (!set->n)
		return;
	set->nrunning = count(claims, is_running);
	set->nready = count(claims, is_ready);
	test = rule_test(set);
	n = count(claims, test);
	set->n = n;
	if (n > 1)
		set->many = ARENA_NEW_N(build->arena, n, const struct zone_endpoint *);
	for (; claims; claims = claims->next) {
		if (!test(claims->endpoint->container))
			continue;
		if (set->n == 1)
			set->one = claims->endpoint;
		else
			set->many[--n] = claims->endpoint;
	}
}

/* ---- names that several projects have */

static void join(struct build *build, struct zone_set *into, const struct zone_set *set)
{
	if (set->rule > into->rule) {
		into->rule = set->rule;
		into->complete = set->complete;
	}
	into->strict = into->strict || set->strict;
	into->ttl_s = set->ttl_s < into->ttl_s ? set->ttl_s : into->ttl_s;
	if (set->n == 1)
		add_claim(build, into, set->one);
	for (const struct claim *c = set->n > 1 ? claims_of(set) : NULL; c; c = c->next)
		add_claim(build, into, c->endpoint);
}

/* Puts the union first, where whoever is in none of the projects finds it. */
static void unite(struct build *build, struct zone_set **slot)
{
	struct zone_set *first = *slot;
	struct zone_set *all = new_set(build, NULL, first);

	all->is_union = true;
	all->next = first;
	for (const struct zone_set *set = first; set; set = set->next)
		join(build, all, set);
	*slot = all;
}

void build_settle(struct build *build)
{
	struct zone *zone = build->zone;

	for (size_t i = 0; i < zone->nslots; i++) {
		if (zone->slots[i] && zone->slots[i]->next)
			unite(build, &zone->slots[i]);
		for (struct zone_set *set = zone->slots[i]; set; set = set->next)
			settle_set(build, set);
	}
}
