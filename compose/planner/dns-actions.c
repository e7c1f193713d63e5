/* SPDX-License-Identifier: Apache-2.0 */
/* The actions about netdns: it is started, waited for, told whom to give out no more, and taken away. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/body.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

#define ANSWERS_TIMEOUT_S 10
#define PROBE_TIMEOUT_S \
	2 /* with assist, which can do without; less than the engine's own 4 s */
#define DRAINED_MIN_S 2  /* for clients that keep names longer than they are told to */
#define DRAINED_MAX_S 55 /* netdns lets a drain go after 60 s */

/* ---- starting */

static bool is_netdns(const struct node *container)
{
	return node_get(node_get(container, "Labels"), NETDNS_LABEL) != NULL;
}

static bool runs(const struct node *container)
{
	return node_is_text(node_get(container, "State"), "running");
}

static bool is_ours(const struct draft *draft, const struct node *container)
{
	const char *version = node_get_text(node_get(container, "Labels"), NETDNS_LABEL);

	return !draft->wish->dns.version || text_eq(version, draft->wish->dns.version);
}

/* Its own container: of several, which a davit that was killed may have left, the one that is of most use; NULL: none. */
static const struct node *netdns_of(const struct draft *draft)
{
	const struct node *list = draft->observed->dns;
	const struct node *best = NULL;
	int most = -1;

	for (size_t i = 0; list && i < list->nitems; i++) {
		const struct node *container = list->items[i];
		int use = 2 * runs(container) + is_ours(draft, container);

		if (is_netdns(container) && use > most) {
			best = container;
			most = use;
		}
	}
	return best;
}

static bool does_answer_host(const struct node *netdns)
{
	return node_get(node_get(netdns, "Labels"), NETDNS_HOST_LABEL) != NULL;
}

/* Once asked for, it goes on in those that take its place, until it is stopped by hand. */
static bool answers_host(const struct draft *draft)
{
	return draft->wish->dns.host || does_answer_host(netdns_of(draft));
}

/* Why it has to be started; NULL: it runs. */
static const char *why_start(const struct draft *draft)
{
	const struct node *netdns = netdns_of(draft);

	if (!netdns)
		return draft->wish->dns.listens ? NULL : "missing";
	if (!runs(netdns))
		return "not running";
	if (!is_ours(draft, netdns))
		return "another version";
	return draft->wish->dns.host && !does_answer_host(netdns)
		? "to answer the host, too"
		: NULL;
}

static bool is_on(const struct draft *draft, const struct service *service,
	const struct network_state *network)
{
	for (size_t i = 0; i < service->nnetworks; i++)
		if (draft_network(draft, service->networks[i].network) == network)
			return true;
	return false;
}

static bool is_made(const struct replica *replica)
{
	return replica->fate == FATE_CREATE || replica->fate == FATE_RECREATE;
}

/* Those that are made are told of it, and those that stay if they were. */
static bool knows_dns(const struct draft *draft, const struct replica *replica)
{
	return is_made(replica) || map_has(&draft->dns_users, replica->old->id);
}

typedef bool replica_test(const struct draft *draft, const struct service_state *state,
	const struct replica *replica);

/* Whether a replica on the network passes; a one-off that is run there always does. */
static bool any_on(const struct draft *draft, const struct network_state *network,
	replica_test *test)
{
	const struct run_wish *run = draft->wish->run;

	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service_state *state = &draft->services[i];

		if (!is_on(draft, state->service, network))
			continue;
		if (run && text_eq(run->service, state->service->name))
			return true;
		for (size_t j = 0; j < state->nreplicas; j++)
			if (test(draft, state, &state->replicas[j]))
				return true;
	}
	return false;
}

static bool uses(const struct draft *draft, const struct service_state *state,
	const struct replica *replica)
{
	return state->selected && knows_dns(draft, replica);
}

/* One that runs serves on where another cannot take its place. */
static bool must_start(const struct draft *draft, bool running)
{
	for (size_t i = 0; !running && i < draft->project->nnetworks; i++)
		if (draft->networks[i].dns.mode >= DNS_AUTHORITATIVE)
			return true;
	return draft->wish->verb == VERB_NETDNS_START;
}

/* All of its own containers but for one, if that is given. */
static struct numbers remove_netdns(struct draft *draft, const struct node *kept,
	const struct links *links, const char *reason)
{
	const struct node *list = draft->observed->dns;
	struct numbers removed = {0};

	for (size_t i = 0; list && i < list->nitems; i++) {
		const struct action action = {
			.kind = ACTION_NETDNS_REMOVE,
			.label = NETDNS_NAME,
			.target = node_get_text(list->items[i], "Id"),
			.force = true,
			.on_fail = FAIL_WARN,
			.reason = reason,
		};

		if (is_netdns(list->items[i]) && list->items[i] != kept)
			numbers_add(
				draft->arena, &removed, draft_add(draft, &action, links));
	}
	return removed;
}

/* Of the one before; it was packed by a davit, and this one packs its own. */
static void remove_image(struct draft *draft, const struct node *netdns)
{
	const char *image = node_get_text(netdns, "Image");
	struct links links = {0};

	if (!image || !text_starts(image, NETDNS_NAME ":") ||
		text_ends(image, draft->wish->dns.version))
		return;
	numbers_add(draft->arena, &links.needs, draft->netdns_start);
	draft_add(draft,
		&(struct action){
			.kind = ACTION_IMAGE_REMOVE,
			.label = image,
			.target = image,
			.on_fail = FAIL_WARN,
			.reason = arena_printf(
				draft->arena, "replaced by %u", draft->netdns_start),
		},
		&links);
}

static void replace_netdns(
	struct draft *draft, const char *reason, const struct numbers *others)
{
	const struct node *netdns = netdns_of(draft);
	const struct links links = {.after = *others};
	bool running = netdns && runs(netdns);

	draft->netdns_start = draft_add(draft,
		&(struct action){
			.kind = ACTION_NETDNS_START,
			.label = NETDNS_NAME,
			.target = node_get_text(netdns, "Id"),
			.version = draft->wish->dns.version,
			.host = answers_host(draft),
			.running = running,
			.on_fail = must_start(draft, running) ? FAIL_STOP : FAIL_WARN,
			.reason = reason,
		},
		&links);
	remove_image(draft, netdns);
}

/* Once a plan; 0: it runs. */
static unsigned start_netdns(struct draft *draft)
{
	const char *reason = why_start(draft);
	struct numbers others;

	if (draft->netdns_asked)
		return draft->netdns_start;
	draft->netdns_asked = true;
	others = remove_netdns(draft, netdns_of(draft), NULL, "left over");
	if (reason)
		replace_netdns(draft, reason, &others);
	return draft->netdns_start;
}

/* ---- assist: nobody is sent to somebody who does not answer */

static bool makes(const struct draft *draft, const struct service_state *state,
	const struct replica *replica)
{
	(void)draft;
	(void)state;
	return is_made(replica);
}

static bool was_probed(const struct draft *draft, const struct network_state *state)
{
	return !state->create && state->observed && draft->wish->dns.probed &&
		draft->wish->dns.probed(draft->wish->ctx, state->observed->node);
}

/* What it gives is the address, or with assist nothing, where nobody answered. */
static unsigned probe_network(struct draft *draft, struct network_state *state)
{
	bool assist = state->dns.mode == DNS_ASSIST;
	const struct strings domains = dns_domains(draft, state->dns.domain);
	struct node *body = node_map(draft->arena);
	struct links links = {0};

	node_set_text(draft->arena, body, "network", state->network->name);
	node_set(draft->arena, body, "domains", texts_node(draft->arena, &domains));
	node_set(draft->arena, body, "address",
		slot_node(draft->arena, dns_gateway(draft, state)));
	numbers_add(draft->arena, &links.needs, state->create);
	numbers_add(draft->arena, &links.needs, start_netdns(draft));
	return draft_add(draft,
		&(struct action){
			.kind = ACTION_NETDNS_PROBE,
			.label = state->network->name,
			.target = state->ref,
			.body = body,
			.version = draft->wish->dns.version,
			.timeout_s = assist ? PROBE_TIMEOUT_S : ANSWERS_TIMEOUT_S,
			.if_skipped = "",
			.on_fail = assist ? FAIL_WARN : FAIL_STOP,
			.reason = arena_printf(
				draft->arena, "dns %s", dns_modes[state->dns.mode]),
		},
		&links);
}

void probe_dns(struct draft *draft)
{
	for (size_t i = 0; i < draft->project->nnetworks; i++) {
		struct network_state *state = &draft->networks[i];

		if (state->dns.mode == DNS_ASSIST && any_on(draft, state, makes) &&
			!was_probed(draft, state))
			state->dns.probe = probe_network(draft, state);
	}
}

/* ---- the others wait */

/*
 * Somebody on it that this plan starts and who asks netdns. netdns knows a network from the first container that was
 * made for it.
 */
static bool starts_on(
	struct draft *draft, const struct network_state *network, struct numbers *needs)
{
	bool starts = false;

	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service_state *state = &draft->services[i];
		bool on = is_on(draft, state->service, network);

		for (size_t j = 0; on && j < state->nreplicas; j++) {
			const struct replica *replica = &state->replicas[j];

			starts |= knows_dns(draft, replica) &&
				(replica->fate != FATE_KEEP || replica->bounced);
			if (!needs->n)
				numbers_add(draft->arena, needs, replica->create);
		}
	}
	return starts;
}

/* Once containers have been heard there, it is enough that it listens. */
static void wait_for_answers(struct draft *draft, struct network_state *state)
{
	struct links links = {0};

	if (!starts_on(draft, state, &links.needs))
		return;
	if (!was_probed(draft, state)) {
		state->dns.answers = probe_network(draft, state);
		return;
	}
	numbers_add(draft->arena, &links.needs, draft->netdns_start);
	numbers_add(draft->arena, &links.needs, state->create);
	state->dns.answers = draft_add(draft,
		&(struct action){
			.kind = ACTION_WAIT,
			.label = state->network->name,
			.target = state->ref,
			.wait = WAIT_ANSWERS,
			.timeout_s = ANSWERS_TIMEOUT_S,
			.reason = arena_printf(
				draft->arena, "dns %s", dns_modes[state->dns.mode]),
		},
		&links);
}

static unsigned written(const struct draft *draft, const char *text)
{
	for (size_t i = 0; i < draft->nactions; i++)
		if (draft->actions[i].kind == ACTION_FILE_WRITE &&
			text_eq(node_get_text(draft->actions[i].body, "text"), text))
			return (unsigned)i + 1;
	return 0;
}

unsigned write_resolv(struct draft *draft, const struct service *service)
{
	const char *text = resolv_text(draft, service);
	struct links links = {0};
	struct node *body;

	if (!text || written(draft, text))
		return text ? written(draft, text) : 0;
	body = node_map(draft->arena);
	node_set(draft->arena, body, "text", slot_node(draft->arena, text));
	for (size_t i = 0; i < service->nnetworks; i++) {
		const struct network_state *state =
			draft_network(draft, service->networks[i].network);

		if (!state || state->dns.mode == DNS_OFF)
			continue;
		numbers_add(draft->arena, &links.needs, state->create);
		numbers_add(draft->arena, &links.needs, state->dns.probe);
	}
	return draft_add(draft,
		&(struct action){
			.kind = ACTION_FILE_WRITE,
			.label = "resolv.conf",
			.service = service->name,
			.body = body,
			.reason = "dns direct",
		},
		&links);
}

void start_dns(struct draft *draft)
{
	for (size_t i = 0; !draft->wish->no_start && i < draft->project->nnetworks; i++) {
		struct network_state *state = &draft->networks[i];

		if (state->dns.mode == DNS_OFF || !any_on(draft, state, uses))
			continue;
		start_netdns(draft);
		if (state->dns.mode >= DNS_AUTHORITATIVE)
			wait_for_answers(draft, state);
	}
}

static bool is_given_out(const struct draft *draft, const struct service_state *state)
{
	for (size_t i = 0; i < state->nreplicas; i++)
		if (state->replicas[i].old &&
			dns_answers_alone(draft, state->replicas[i].old))
			return true;
	return false;
}

/* As they are: what is there tells who asks netdns. */
void start_dns_again(struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service_state *state = &draft->services[i];

		for (size_t j = 0; j < state->nreplicas; j++)
			if (state->replicas[j].fate == FATE_START &&
				knows_dns(draft, &state->replicas[j]) &&
				!draft->wish->dns.unavailable)
				start_netdns(draft);
	}
}

void need_answers(
	struct draft *draft, const struct service *service, struct numbers *needs)
{
	for (size_t i = 0; i < service->nnetworks; i++) {
		const struct network_state *state =
			draft_network(draft, service->networks[i].network);

		if (state)
			numbers_add(draft->arena, needs, state->dns.answers);
	}
	if (draft->wish->verb == VERB_START &&
		is_given_out(draft, draft_service(draft, service->name)))
		numbers_add(draft->arena, needs, draft->netdns_start);
}

/* ---- stopping */

/* Clients that know its address from before have to ask again first. */
static unsigned wait_drained(struct draft *draft, const struct action *drain,
	const struct observed_container *user, unsigned drained)
{
	const struct service_state *state = draft_service(draft, user->service);
	const struct links links = {.needs = {&drained, 1}};
	struct action wait = *drain;
	int ttl_s = dns_ttl_s(draft, user);

	if (!state || !state->lasts || !dns_answers_alone(draft, user))
		return drained;
	wait.kind = ACTION_WAIT;
	wait.wait = WAIT_DRAINED;
	wait.timeout_s = ttl_s < DRAINED_MIN_S ? DRAINED_MIN_S
		: ttl_s > DRAINED_MAX_S        ? DRAINED_MAX_S
					       : ttl_s;
	wait.reason = arena_printf(
		draft->arena, "clients may know it for %d s", wait.timeout_s);
	return draft_add(draft, &wait, &links);
}

unsigned drain_first(
	struct draft *draft, const struct action *action, const struct links *links)
{
	const struct observed_container *user;
	struct action drain;

	if (draft->dns_users.nentries == 0 ||
		(action->kind != ACTION_CONTAINER_STOP &&
			action->kind != ACTION_CONTAINER_RESTART))
		return 0;
	user = map_get(&draft->dns_users, action->target);
	if (!user || user->state != STATE_RUNNING)
		return 0;
	drain = (struct action){
		.kind = ACTION_NETDNS_DRAIN,
		.label = action->label,
		.service = action->service,
		.target = action->target,
		.guard = action->guard,
		.if_text = action->if_text,
		.on_fail = action->on_fail,
		.undo = action->undo,
		.reason = action->reason,
	};
	return wait_drained(draft, &drain, user, draft_add(draft, &drain, links));
}

/* Somebody whom this plan leaves, of any project. */
static bool is_needed(const struct draft *draft)
{
	const struct node *list = draft->observed->dns;

	for (size_t i = 0; list && i < list->nitems; i++) {
		const char *id = node_get_text(list->items[i], "Id");
		const struct observed_container *own = map_get(&draft->dns_users, id);

		if (is_netdns(list->items[i]))
			continue;
		if (!own || !map_has(&draft->freed, own->name))
			return true;
	}
	return false;
}

void remove_dns(struct draft *draft, const struct numbers *removed)
{
	const struct links links = {.needs = *removed};

	if (draft->dns_users.nentries && !answers_host(draft) && !is_needed(draft))
		remove_netdns(draft, NULL, &links, "nobody needs it any more");
}

bool plan_netdns_start(struct draft *draft, struct err *err)
{
	if (draft->wish->dns.unavailable)
		return err_set(err, ERR_STATE, "netdns cannot run: %s",
			draft->wish->dns.unavailable);
	if (!start_netdns(draft))
		draft_note(draft, false, "It runs already");
	return true;
}

bool plan_netdns_stop(struct draft *draft, struct err *err)
{
	const struct node *netdns = netdns_of(draft);

	(void)err;
	remove_netdns(draft, NULL, NULL, "asked for");
	if (!netdns)
		draft_note(draft, false, "It does not run");
	return true;
}
