/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of every container: kept, started, made, made anew, taken away (compose.md 4.5, DESIGN.md). */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/body.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/labels.h"
#include "compose/planner/parts.h"

#define DIGEST_SHOWN 19 /* "sha256:" and 12 hex digits */

static enum recreate recreate_policy(
	const struct draft *draft, const struct service_state *state)
{
	const struct wish *wish = draft->wish;

	if (wish->recreate == RECREATE_NEVER)
		return RECREATE_NEVER;
	if (state->targeted)
		return wish->renew_anon_volumes ? RECREATE_FORCE : wish->recreate;
	return wish->always_recreate_deps ? RECREATE_FORCE : RECREATE_DIVERGED;
}

static void because(struct draft *draft, struct replica *replica, const char *cause)
{
	strings_push(draft->arena, &replica->causes, cause);
}

static const char *short_digest(struct arena *arena, const char *digest)
{
	return strlen(digest) > DIGEST_SHOWN
		? arena_printf(arena, "%.*s…", DIGEST_SHOWN, digest)
		: digest;
}

/* What the container was made from. */
static const char *made_from(const struct observed_container *container)
{
	return container->image_digest ? container->image_digest : container->image_id;
}

static void check_image(
	struct draft *draft, const struct service_state *state, struct replica *replica)
{
	const struct image_state *image = state->image;
	const char *old = made_from(replica->old);
	struct guard *guard;

	if (!image || !old)
		return;
	if (image->action) {
		guard = ARENA_NEW(draft->arena, struct guard);
		*guard = (struct guard){
			.kind = GUARD_DIFFERS,
			.action = image->action,
			.value = SLOT_DIGEST,
			.text = old,
		};
		replica->guard = guard;
		replica->if_text = "if the image changes";
		because(draft, replica,
			arena_printf(draft->arena, "image %s → %s",
				short_digest(draft->arena, old),
				slot_text(draft->arena, image->action, SLOT_DIGEST)));
		return;
	}
	if (image->digest && !text_eq(old, image->digest) &&
		!text_eq(old, image->observed->id))
		because(draft, replica,
			arena_printf(draft->arena, "image %s → %s",
				short_digest(draft->arena, old),
				short_digest(draft->arena, image->digest)));
}

static const struct observed_endpoint *endpoint_named(
	const struct observed_container *container, const char *network)
{
	for (size_t i = 0; i < container->nendpoints; i++)
		if (text_eq(container->endpoints[i].network, network) ||
			text_eq(container->endpoints[i].id, network))
			return &container->endpoints[i];
	return NULL;
}

static void check_network(
	struct draft *draft, const struct endpoint *wanted, struct replica *replica)
{
	const struct network_state *state = draft_network(draft, wanted->network);
	const struct observed_endpoint *endpoint;

	if (!state)
		return;
	if (!state->observed || state->diverged) {
		because(draft, replica,
			arena_printf(draft->arena, "network %s was recreated",
				wanted->network));
		return;
	}
	if (is_attached(replica->old, state->observed->id))
		return;
	endpoint = endpoint_named(replica->old, state->network->name);
	if (!endpoint)
		because(draft, replica,
			arena_printf(draft->arena, "not connected to network %s",
				wanted->network));
	else if (endpoint->id && *endpoint->id) /* a container that never ran has none */
		because(draft, replica,
			arena_printf(draft->arena, "network %s was recreated",
				wanted->network));
}

static void check_volume(
	struct draft *draft, const struct mount *wanted, struct replica *replica)
{
	const struct volume *volume = wanted->type == MOUNT_VOLUME && wanted->source
		? project_volume(draft->project, wanted->source)
		: NULL;

	if (!volume)
		return;
	for (size_t i = 0; i < replica->old->nmounts; i++)
		if (text_eq(replica->old->mounts[i].name, volume->name))
			return;
	because(draft, replica,
		arena_printf(draft->arena, "volume %s is not mounted", wanted->source));
}

/* The service whose container this one lives in; "what" is the key that says so. */
struct parent {
	const char *what;
	const char *service;
};

static size_t find_parents(
	struct arena *arena, const struct service *service, struct parent **out)
{
	const struct {
		const char *what;
		const char *mode;
	} modes[] = {
		{"network_mode", service->network_mode},
		{"ipc", service->ipc},
		{"pid", service->pid},
	};
	struct parent *parents = NULL;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (service_of_mode(modes[i].mode))
			ARENA_PUSH(arena, parents, n,
				((struct parent){
					modes[i].what, service_of_mode(modes[i].mode)}));
	for (size_t i = 0; i < service->volumes_from.n; i++) {
		const char *text = service->volumes_from.items[i];

		if (!text_starts(text, "container:"))
			ARENA_PUSH(arena, parents, n,
				((struct parent){"volumes_from",
					arena_strndup(arena, text, strcspn(text, ":"))}));
	}
	*out = parents;
	return n;
}

/* A guard that holds when one of two does. */
static const struct guard *either(
	struct arena *arena, const struct guard *a, const struct guard *b)
{
	struct guard *copy;

	if (!a)
		return b;
	copy = ARENA_NEW(arena, struct guard);
	*copy = *a;
	copy->either = either(arena, a->either, b);
	return copy;
}

/* True when the parent's id will certainly be another one. */
static bool check_parent(
	struct draft *draft, const struct parent *parent, struct replica *replica)
{
	const struct replica *first = draft_first(draft, parent->service);

	if (!first)
		return false;
	if (first->fate == FATE_CREATE ||
		(first->fate == FATE_RECREATE && !first->guard)) {
		because(draft, replica,
			arena_printf(draft->arena, "%s: %s was recreated", parent->what,
				parent->service));
		return true;
	}
	if (first->fate == FATE_RECREATE && !replica->causes.n) {
		replica->if_text = replica->guard
			? "if one of its parents is recreated"
			: arena_printf(
				  draft->arena, "if %s is recreated", parent->service);
		replica->guard = either(draft->arena, first->guard, replica->guard);
	}
	return false;
}

/* Everything that makes a container differ for certain. */
static void check_certain(
	struct draft *draft, const struct service_state *state, struct replica *replica)
{
	const struct service *service = state->service;
	struct parent *parents;
	size_t n = find_parents(draft->arena, service, &parents);
	bool moved = false;

	for (size_t i = 0; i < n; i++)
		moved |= check_parent(draft, &parents[i], replica);
	if (!moved && !hash_matches(draft, service, replica->old))
		replica->config_changed = true;
	contents_changes(draft, service, replica->old, &replica->causes);
	dns_changes(draft, service, replica->old, &replica->causes);
	for (size_t i = 0; i < service->nnetworks; i++)
		check_network(draft, &service->networks[i], replica);
	for (size_t i = 0; i < service->nvolumes; i++)
		check_volume(draft, &service->volumes[i], replica);
	if (replica->old->state == STATE_DEAD)
		because(draft, replica, "dead");
}

static void judge(struct draft *draft, const struct service_state *state,
	enum recreate policy, struct replica *replica)
{
	const struct guard *parent_guard;
	const char *parent_if;
	size_t ncertain;

	replica->id = replica->old->id;
	if (policy == RECREATE_NEVER)
		return;
	check_certain(draft, state, replica);
	if (policy == RECREATE_FORCE)
		because(draft, replica,
			draft->wish->renew_anon_volumes &&
					draft->wish->recreate != RECREATE_FORCE
				? "--renew-anon-volumes"
				: state->targeted ? "--force-recreate"
						  : "--always-recreate-deps");
	ncertain = replica->causes.n + replica->config_changed;
	parent_guard = replica->guard;
	parent_if = replica->if_text;
	check_image(draft, state, replica);
	if (ncertain) {
		replica->guard = NULL;
		replica->if_text = NULL;
	} else if (parent_guard) {
		because(draft, replica, parent_if + strlen("if "));
		replica->guard = either(draft->arena, parent_guard,
			replica->guard == parent_guard ? NULL : replica->guard);
		if (replica->causes.n > 1)
			replica->if_text = "if one of them changes";
	}
	if (ncertain || replica->causes.n)
		replica->fate = FATE_RECREATE;
}

/* Certainly outdated ones last, so that they go first when there are too many; then by number. */
static int compare_worth(const void *a, const void *b)
{
	const struct replica *x = a;
	const struct replica *y = b;
	bool x_old = x->fate == FATE_RECREATE && !x->guard;
	bool y_old = y->fate == FATE_RECREATE && !y->guard;

	if (x_old != y_old)
		return x_old ? 1 : -1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int compare_numbers(const void *a, const void *b)
{
	const struct replica *x = a;
	const struct replica *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static void add_missing(
	struct draft *draft, struct service_state *state, unsigned wanted, int64_t number)
{
	while (state->nreplicas < wanted) {
		number++;
		state->replicas[state->nreplicas++] = (struct replica){
			.name = container_name(
				draft->arena, draft->project, state->service, number),
			.number = number,
			.fate = FATE_CREATE,
			.id = "",
		};
	}
}

static void decide_service(struct draft *draft, struct service_state *state)
{
	unsigned wanted =
		state->selected ? wanted_replicas(draft, state) : (unsigned)state->nlive;
	enum recreate policy = recreate_policy(draft, state);
	size_t room = wanted > state->nlive ? wanted : state->nlive;
	int64_t highest = 0;

	state->replicas = ARENA_NEW_N(draft->arena, room, struct replica);
	for (size_t i = 0; i < state->nlive; i++) {
		struct replica *replica = &state->replicas[i];

		replica->old = state->live[i];
		replica->number = replica->old->number;
		replica->interrupted = strings_has(&state->interrupted, replica->old->id);
		replica->name = container_name(
			draft->arena, draft->project, state->service, replica->number);
		if (replica->number > highest)
			highest = replica->number;
		judge(draft, state, state->selected ? policy : RECREATE_NEVER, replica);
	}
	state->nreplicas = state->nlive;
	if (state->nlive > wanted) {
		qsort(state->replicas, state->nlive, sizeof(*state->replicas),
			compare_worth);
		for (size_t i = wanted; i < state->nlive; i++)
			ARENA_PUSH(draft->arena, state->surplus, state->nsurplus,
				state->replicas[i].old);
		state->nreplicas = wanted;
		if (wanted)
			qsort(state->replicas, wanted, sizeof(*state->replicas),
				compare_numbers);
	}
	add_missing(draft, state, wanted, highest);
}

void decide_services(struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++)
		decide_service(draft, &draft->services[draft->graph->start_order[i]]);
}

/* Whether a service is moved by this plan, and under which guard. */
struct movement {
	bool moves;
	const struct guard *guard; /* NULL: certainly */
};

static void add_movement(
	struct draft *draft, struct movement *out, const struct guard *guard)
{
	if (!out->moves)
		*out = (struct movement){true, guard};
	else if (out->guard)
		out->guard = guard ? either(draft->arena, out->guard, guard) : NULL;
}

static struct movement recreation_of(
	struct draft *draft, const struct service_state *state)
{
	struct movement out = {0};

	for (size_t i = 0; i < state->nreplicas; i++) {
		const struct replica *replica = &state->replicas[i];

		if (replica->fate == FATE_RECREATE)
			add_movement(draft, &out, replica->guard);
		else if (replica->bounced)
			add_movement(draft, &out, replica->bounce_guard);
	}
	return out;
}

static bool restarts_with(const struct graph_node *node, size_t dependency)
{
	for (size_t i = 0; i < node->nneeds; i++)
		if (node->need_nodes[i] == dependency)
			return node->needs[i]->restart;
	return false;
}

/* Dependents with restart: true are stopped before their dependency is recreated, and started after it. */
static void bounce(
	struct draft *draft, struct service_state *state, const struct movement *movement)
{
	for (size_t i = 0; i < state->nreplicas; i++) {
		struct replica *replica = &state->replicas[i];
		struct movement all = {replica->bounced, replica->bounce_guard};

		if (!replica->old || !container_runs(replica->old))
			continue;
		add_movement(draft, &all, movement->guard);
		replica->bounced = true;
		replica->bounce_guard = all.guard;
	}
}

static void decide_bounces(struct draft *draft)
{
	const struct graph *graph = draft->graph;

	for (size_t i = 0; i < graph->nnodes; i++) {
		size_t at = graph->start_order[i];
		const struct graph_node *node = &graph->nodes[at];
		struct movement movement = recreation_of(draft, &draft->services[at]);

		for (size_t j = 0; movement.moves && j < node->nneeded_by; j++) {
			struct service_state *dependent =
				&draft->services[node->needed_by[j]];

			if (restarts_with(&graph->nodes[node->needed_by[j]], at) &&
				(dependent->selected || !draft->wish->no_deps))
				bounce(draft, dependent, &movement);
		}
	}
}

static bool completes_for(const struct graph_node *node, size_t dependency)
{
	for (size_t i = 0; i < node->nneeds; i++)
		if (node->need_nodes[i] == dependency)
			return node->needs[i]->condition == CONDITION_COMPLETED;
	return false;
}

/* Will a dependent that waits for this one-shot be made or started? */
static struct movement demand_for(struct draft *draft, size_t at)
{
	const struct graph_node *node = &draft->graph->nodes[at];
	struct movement out = {0};

	for (size_t i = 0; i < node->nneeded_by; i++) {
		const struct service_state *dependent =
			&draft->services[node->needed_by[i]];

		if (!completes_for(&draft->graph->nodes[node->needed_by[i]], at))
			continue;
		if (draft->wish->run &&
			text_eq(draft->wish->run->service, dependent->service->name))
			add_movement(draft, &out, NULL);
		if (!dependent->selected)
			continue;
		for (size_t j = 0; j < dependent->nreplicas; j++) {
			const struct replica *replica = &dependent->replicas[j];

			if (replica->fate != FATE_KEEP)
				add_movement(draft, &out, replica->guard);
			else if (replica->bounced)
				add_movement(draft, &out, replica->bounce_guard);
		}
	}
	return out;
}

static bool has_finished(const struct observed_container *container)
{
	return container->state == STATE_EXITED && container->exit_code == 0;
}

static void decide_start(struct draft *draft, size_t at)
{
	struct service_state *state = &draft->services[at];
	struct movement demand = {0};

	if (state->one_shot)
		demand = demand_for(draft, at);
	for (size_t i = 0; i < state->nreplicas; i++) {
		struct replica *replica = &state->replicas[i];

		if (replica->fate != FATE_KEEP || container_runs(replica->old))
			continue;
		if (state->one_shot && has_finished(replica->old)) {
			if (!demand.moves)
				continue;
			replica->guard = demand.guard;
			replica->if_text =
				demand.guard ? "if what waits for it is recreated" : NULL;
		}
		replica->fate = FATE_START;
	}
}

static bool is_one_shot(const struct graph *graph, size_t at)
{
	for (size_t i = 0; i < graph->nodes[at].nneeded_by; i++)
		if (completes_for(&graph->nodes[graph->nodes[at].needed_by[i]], at))
			return true;
	return false;
}

void decide_starts(struct draft *draft)
{
	const struct graph *graph = draft->graph;

	for (size_t i = 0; i < graph->nnodes; i++)
		draft->services[i].one_shot = is_one_shot(graph, i);
	if (draft->wish->no_start)
		return;
	decide_bounces(draft);
	for (size_t i = graph->nnodes; i-- > 0;)
		if (draft->services[graph->start_order[i]].selected)
			decide_start(draft, graph->start_order[i]);
}
