/* SPDX-License-Identifier: Apache-2.0 */
/* Making containers: as soon as what they use is there, whatever their place in the order of starting. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/body.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

#define ID_PREFIX 12

static struct group *new_group(struct draft *draft)
{
	struct group *group = ARENA_NEW(draft->arena, struct group);

	group->undo = ARENA_NEW(draft->arena, struct undo);
	ARENA_PUSH(draft->arena, draft->groups, draft->ngroups, group);
	return group;
}

struct group *renewal_group(struct draft *draft)
{
	if (!draft->renewal) {
		draft->renewal = new_group(draft);
		draft->renewal->renews_networks = true;
	}
	return draft->renewal;
}

/* Containers that live in one another's namespaces are put back together, and in order. */
static struct group *parents_group(struct draft *draft, const struct service *service)
{
	const char *const modes[] = {service->network_mode, service->ipc, service->pid};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		const char *name = service_of_mode(modes[i]);
		const struct replica *first = name ? draft_first(draft, name) : NULL;

		if (first && first->group)
			return first->group;
	}
	return NULL;
}

bool is_on_renewed(const struct draft *draft, const struct observed_container *container)
{
	for (size_t i = 0; i < draft->project->nnetworks; i++)
		if (draft->networks[i].diverged &&
			is_attached(container, draft->networks[i].observed->id))
			return true;
	return false;
}

static struct group *group_for(struct draft *draft, const struct service_state *state,
	const struct replica *replica)
{
	struct group *group;

	if (is_on_renewed(draft, replica->old)) {
		return renewal_group(draft);
	}
	group = parents_group(draft, state->service);
	return group ? group : new_group(draft);
}

/* In the order of starting, so that putting back starts parents before their children. */
void form_groups(struct draft *draft)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state =
			&draft->services[draft->graph->start_order[i]];

		for (size_t j = 0; j < state->nreplicas; j++) {
			struct replica *replica = &state->replicas[j];

			if (replica->fate != FATE_RECREATE && !replica->bounced)
				continue;
			replica->group = replica->fate == FATE_RECREATE
				? group_for(draft, state, replica)
				: new_group(draft);
			/* What a killed run stopped for its network looks like what people
			 * stopped. */
			if (replica->group->renews_networks && !state->one_shot &&
				replica->old->state == STATE_EXITED)
				replica->interrupted = true;
			ARENA_PUSH(draft->arena, replica->group->members,
				replica->group->nmembers, replica);
		}
	}
}

static void need_parent(struct draft *draft, const char *service, struct numbers *needs)
{
	const struct replica *first = service ? draft_first(draft, service) : NULL;

	if (first)
		numbers_add(draft->arena, needs, first->create);
}

static void need_links(
	struct draft *draft, const struct service *service, struct numbers *needs)
{
	for (size_t i = 0; service->network_mode && i < service->links.n; i++) {
		const char *link = service->links.items[i];
		struct service_state *state = draft_service(
			draft, arena_strndup(draft->arena, link, strcspn(link, ":")));

		for (size_t j = 0; state && j < state->nreplicas; j++)
			numbers_add(draft->arena, needs, state->replicas[j].create);
	}
}

/* What the create call itself refers to. */
static void need_things(
	struct draft *draft, const struct service *service, struct numbers *needs)
{
	size_t nnetworks = body_connects_later(draft, service) ? 1 : service->nnetworks;

	for (size_t i = 0; i < nnetworks; i++) {
		const struct network_state *state =
			draft_network(draft, service->networks[i].network);

		if (state)
			numbers_add(draft->arena, needs, state->create);
	}
	for (size_t i = 0; i < service->nnetworks; i++) {
		const struct network_state *state =
			draft_network(draft, service->networks[i].network);

		if (state &&
			state->dns.mode != DNS_OFF) { /* its address is in the body */
			numbers_add(draft->arena, needs, state->create);
			numbers_add(draft->arena, needs, state->dns.probe);
		}
	}
	for (size_t i = 0; i < service->nvolumes; i++) {
		const struct volume_state *state =
			service->volumes[i].type == MOUNT_VOLUME &&
				service->volumes[i].source
			? draft_volume(draft, service->volumes[i].source)
			: NULL;

		if (state)
			numbers_add(draft->arena, needs, state->create);
	}
	need_parent(draft, service_of_mode(service->network_mode), needs);
	need_parent(draft, service_of_mode(service->ipc), needs);
	need_parent(draft, service_of_mode(service->pid), needs);
	for (size_t i = 0; i < service->volumes_from.n; i++) {
		const char *from = service->volumes_from.items[i];

		need_parent(draft, arena_strndup(draft->arena, from, strcspn(from, ":")),
			needs);
	}
	need_links(draft, service, needs);
}

static const char *join_causes(
	struct draft *draft, const struct replica *replica, const struct node *body)
{
	auto_str text = {0};

	if (replica->config_changed) {
		diff_container(&text, draft, body, replica->old);
		if (!text.len)
			str_add(&text, "configuration changed");
	}
	for (size_t i = 0; i < replica->causes.n; i++)
		str_printf(&text, "%s%s", text.len ? "; " : "", replica->causes.items[i]);
	return arena_strndup(draft->arena, str_text(&text), text.len);
}

/* The guard and the undo list that all actions of one recreate share. */
void in_swap(const struct replica *replica, struct action *action)
{
	if (replica->fate != FATE_RECREATE)
		return;
	if (replica->guard)
		action->guard = *replica->guard;
	action->if_text = replica->guard ? replica->if_text : NULL;
	action->on_fail = FAIL_UNDO;
	action->undo = replica->group->undo;
}

static unsigned add_create(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct node *body, unsigned resolv)
{
	const char *name = replica->name;
	struct action action = {
		.kind = ACTION_CONTAINER_CREATE,
		.label = replica->name,
		.service = state->service->name,
		.platform = state->service->platform,
		.body = body,
		.reason = "missing",
	};
	struct links links = {0};

	if (replica->fate == FATE_RECREATE) {
		name = arena_printf(
			draft->arena, "%.*s_%s", ID_PREFIX, replica->old->id, name);
		action.reason = join_causes(draft, replica, body);
		action.if_skipped = replica->old->id;
		in_swap(replica, &action);
	}
	action.name = name;
	need_things(draft, state->service, &links.needs);
	numbers_add(draft->arena, &links.needs, resolv);
	if (state->image)
		numbers_add(draft->arena, &links.needs, state->image->action);
	numbers_add_all(draft->arena, &links.needs, &state->recovered);
	numbers_add(draft->arena, &links.needs,
		(unsigned)(uintptr_t)map_get(&draft->freed, replica->name));
	return draft_add(draft, &action, &links);
}

/* Below API 1.44 every network but the first is joined by a call of its own. */
static void add_connects(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct container_spec *spec)
{
	const struct service *service = state->service;

	for (size_t i = 1; body_connects_later(draft, service) && i < service->nnetworks;
		i++) {
		const struct network_state *network =
			draft_network(draft, service->networks[i].network);
		struct node *body = body_connect(draft, spec, &service->networks[i]);
		struct action action = {
			.kind = ACTION_NETWORK_CONNECT,
			.label = network->network->name,
			.service = service->name,
			.target = network->ref,
			.body = body,
			.reason = arena_printf(
				draft->arena, "created by %u", replica->create),
		};
		struct links links = {0};

		node_set(draft->arena, body, "Container",
			slot_node(draft->arena, replica->id));
		numbers_add(draft->arena, &links.needs, replica->create);
		numbers_add(draft->arena, &links.needs, network->create);
		in_swap(replica, &action);
		numbers_add(draft->arena, &replica->prepared,
			draft_add(draft, &action, &links));
	}
}

static bool add_put(struct draft *draft, const struct service_state *state,
	struct replica *replica, struct err *err)
{
	struct action action = {
		.kind = ACTION_CONTAINER_PUT,
		.label = replica->name,
		.service = state->service->name,
		.target = replica->id,
		.reason = "configs and secrets",
	};
	struct links links = {0};

	if (!contents_files(draft, state->service, &action.files, &action.nfiles, err))
		return false;
	if (action.nfiles == 0)
		return true;
	numbers_add(draft->arena, &links.needs, replica->create);
	numbers_add_all(draft->arena, &links.needs, &state->recovered);
	in_swap(replica, &action);
	numbers_add(draft->arena, &replica->prepared, draft_add(draft, &action, &links));
	return true;
}

static const char *digest_for(struct draft *draft, const struct service_state *state)
{
	const struct image_state *image = state->image;

	if (!image)
		return NULL;
	return image->action ? slot_text(draft->arena, image->action, SLOT_DIGEST)
			     : image->digest;
}

bool create_prepared(struct draft *draft, struct service_state *state,
	struct replica *replica, const struct container_spec *spec, struct err *err)
{
	unsigned resolv = write_resolv(draft, spec->service);
	struct container_spec own = *spec;
	const struct node *body;

	if (resolv)
		own.resolv = slot_text(draft->arena, resolv, SLOT_ID);
	body = body_container(draft, &own, err);
	if (!body)
		return false;
	replica->create = add_create(draft, state, replica, body, resolv);
	replica->id = slot_text(draft->arena, replica->create, SLOT_ID);
	numbers_add(draft->arena, &replica->prepared, replica->create);
	add_connects(draft, state, replica, spec);
	return add_put(draft, state, replica, err);
}

static bool create_one(struct draft *draft, struct service_state *state,
	struct replica *replica, struct err *err)
{
	const struct container_spec spec = {
		.service = state->service,
		.name = replica->name,
		.number = replica->number,
		.old = replica->old,
		.inherit_volumes = !draft->wish->renew_anon_volumes,
		.image_digest = digest_for(draft, state),
	};

	return create_prepared(draft, state, replica, &spec, err);
}

bool create_containers(struct draft *draft, struct err *err)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state =
			&draft->services[draft->graph->start_order[i]];

		for (size_t j = 0; j < state->nreplicas; j++) {
			struct replica *replica = &state->replicas[j];
			bool made = replica->fate == FATE_CREATE ||
				replica->fate == FATE_RECREATE;
			/* A run that was killed before it put files into it left it like this. */
			bool unfinished = replica->fate == FATE_START &&
				replica->old->state == STATE_CREATED;

			if (made && !create_one(draft, state, replica, err))
				return false;
			if (unfinished && !add_put(draft, state, replica, err))
				return false;
		}
	}
	return true;
}
