/* SPDX-License-Identifier: Apache-2.0 */
/* The undo lists of recreates: away with the new ones, back with the old ones, and on with them. */
#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

static const char reason[] = "undo";

/* Adds an action that is carried out only if the plan's action was done; 0: there is none. */
static void undo_add(struct draft *draft, struct undo *undo, unsigned done,
	const struct action *action)
{
	struct action copy = *action;

	if (done == 0)
		return;
	copy.guard = (struct guard){.kind = GUARD_DONE, .action = done};
	copy.reason = reason;
	ARENA_PUSH(draft->arena, undo->actions, undo->nactions, copy);
}

static void remove_new(
	struct draft *draft, struct undo *undo, const struct replica *replica)
{
	undo_add(draft, undo, replica->create,
		&(struct action){
			.kind = ACTION_CONTAINER_REMOVE,
			.label = replica->name,
			.target = replica->id,
			.force = true,
		});
}

/* container_name may be what has changed; after a killed run recovery gave a name back. */
static const char *own_name(const struct replica *replica)
{
	return has_temporary_name(replica->old) ? replica->name : replica->old->name;
}

static void name_back(
	struct draft *draft, struct undo *undo, const struct replica *replica)
{
	undo_add(draft, undo, replica->rename_old,
		&(struct action){
			.kind = ACTION_CONTAINER_RENAME,
			.label = own_name(replica),
			.target = replica->old->id,
			.name = own_name(replica),
		});
}

static void hooks_again(struct draft *draft, struct undo *undo,
	const struct replica *replica, const struct action *start)
{
	const struct service_state *state = draft_service(draft, replica->old->service);

	for (size_t i = 0; state && i < state->service->npost_start; i++) {
		const struct action hook = hook_action(
			draft, start, "post_start", &state->service->post_start[i]);

		undo_add(draft, undo, replica->stop, &hook);
	}
}

static void start_again(
	struct draft *draft, struct undo *undo, const struct replica *replica)
{
	const struct action action = {
		.kind = ACTION_CONTAINER_START,
		.label = own_name(replica),
		.target = replica->old->id,
		.reason = reason,
	};

	if (replica->interrupted && !draft->wish->no_start)
		ARENA_PUSH(draft->arena, undo->actions, undo->nactions, action);
	else
		undo_add(draft, undo, replica->stop, &action);
	hooks_again(draft, undo, replica, &action);
}

static struct node *endpoint_again(struct arena *arena,
	const struct observed_container *container, const char *network)
{
	static const char *const kept[] = {
		"IPAMConfig", "Links", "Aliases", "DriverOpts", "GwPriority"};
	const struct node *endpoint = node_get(
		node_path(container->inspect, "NetworkSettings.Networks"), network);
	struct node *out = node_map(arena);
	struct node *aliases = node_list(arena);

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (node_get(endpoint, kept[i]) &&
			node_get(endpoint, kept[i])->kind != NODE_NULL)
			node_set(arena, out, kept[i], node_get(endpoint, kept[i]));
	if (node_get(out, "Aliases"))
		return out;
	node_push(arena, aliases, node_text(arena, container->name));
	if (container->service)
		node_push(arena, aliases, node_text(arena, container->service));
	node_set(arena, out, "Aliases", aliases);
	return out;
}

struct node *body_connect_again(struct arena *arena,
	const struct observed_container *container, const char *network)
{
	struct node *body = node_map(arena);

	node_set_text(arena, body, "Container", container->id);
	node_set(
		arena, body, "EndpointConfig", endpoint_again(arena, container, network));
	return body;
}

struct node *body_disconnect(
	struct arena *arena, const struct observed_container *container)
{
	struct node *body = node_map(arena);

	node_set_text(arena, body, "Container", container->id);
	node_set_bool(arena, body, "Force", true);
	return body;
}

static void leave_new(
	struct draft *draft, struct undo *undo, const struct network_state *state)
{
	for (size_t i = 0; i < state->nmoves; i++)
		undo_add(draft, undo, state->moves[i].take_in,
			&(struct action){
				.kind = ACTION_NETWORK_DISCONNECT,
				.label = state->network->name,
				.target = slot_text(draft->arena, state->create, SLOT_ID),
				.body = body_disconnect(
					draft->arena, state->moves[i].container),
				.force = true,
			});
}

/* By name: the old network may still be there, or be there again. */
static void join_old(
	struct draft *draft, struct undo *undo, const struct network_state *state)
{
	const char *network = state->network->name;

	for (size_t i = 0; i < state->nmoves; i++)
		undo_add(draft, undo, state->moves[i].let_go,
			&(struct action){
				.kind = ACTION_NETWORK_CONNECT,
				.label = network,
				.target = network,
				.body = body_connect_again(
					draft->arena, state->moves[i].container, network),
			});
}

static void network_back(
	struct draft *draft, struct undo *undo, const struct network_state *state)
{
	undo_add(draft, undo, state->create,
		&(struct action){
			.kind = ACTION_NETWORK_REMOVE,
			.label = state->network->name,
			.target = slot_text(draft->arena, state->create, SLOT_ID),
		});
	undo_add(draft, undo, state->remove,
		&(struct action){
			.kind = ACTION_NETWORK_CREATE,
			.label = state->network->name,
			.name = state->network->name,
			.body = body_network_again(draft->arena, state->observed->node),
		});
}

/* The old container knows the network by the id that is gone, so it has to join anew. */
static void join_again(struct draft *draft, struct undo *undo,
	const struct replica *replica, const struct network_state *state)
{
	const char *network = state->network->name;

	undo_add(draft, undo, state->remove,
		&(struct action){
			.kind = ACTION_NETWORK_DISCONNECT,
			.label = network,
			.target = network,
			.body = body_disconnect(draft->arena, replica->old),
			.force = true,
		});
	undo_add(draft, undo, state->remove,
		&(struct action){
			.kind = ACTION_NETWORK_CONNECT,
			.label = network,
			.target = network,
			.body = body_connect_again(draft->arena, replica->old, network),
		});
}

static void networks_back(
	struct draft *draft, struct undo *undo, const struct group *group)
{
	for (size_t i = 0; group->renews_networks && i < draft->project->nnetworks; i++)
		if (draft->networks[i].diverged) {
			leave_new(draft, undo, &draft->networks[i]);
			network_back(draft, undo, &draft->networks[i]);
			join_old(draft, undo, &draft->networks[i]);
		}
}

static void networks_again(struct draft *draft, struct undo *undo,
	const struct group *group, const struct replica *replica)
{
	for (size_t i = 0; group->renews_networks && i < draft->project->nnetworks; i++)
		if (draft->networks[i].diverged &&
			is_attached(replica->old, draft->networks[i].observed->id))
			join_again(draft, undo, replica, &draft->networks[i]);
}

static void write_list(struct draft *draft, struct group *group)
{
	struct undo *undo = group->undo;

	for (size_t i = group->nmembers; i-- > 0;)
		remove_new(draft, undo, group->members[i]);
	networks_back(draft, undo, group);
	for (size_t i = 0; i < group->nmembers; i++) {
		name_back(draft, undo, group->members[i]);
		networks_again(draft, undo, group, group->members[i]);
	}
	for (size_t i = 0; i < group->nmembers; i++)
		start_again(draft, undo, group->members[i]);
}

void write_undo_lists(struct draft *draft)
{
	for (size_t i = 0; i < draft->ngroups; i++)
		write_list(draft, draft->groups[i]);
}
