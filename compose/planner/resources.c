/* SPDX-License-Identifier: Apache-2.0 */
/* Networks and volumes: which are there, which have to be made, which differ (compose.md 4.5). */
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/model/print.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"
#include "compose/planner/parts.h"

static void mark_used(struct draft *draft, const struct service *service)
{
	for (size_t i = 0; i < service->nnetworks; i++) {
		struct network_state *state =
			draft_network(draft, service->networks[i].network);

		if (state)
			state->used = true;
	}
	for (size_t i = 0; i < service->nvolumes; i++) {
		struct volume_state *state = service->volumes[i].type == MOUNT_VOLUME &&
				service->volumes[i].source
			? draft_volume(draft, service->volumes[i].source)
			: NULL;

		if (state)
			state->used = true;
	}
}

bool is_attached(const struct observed_container *container, const char *network_id)
{
	for (size_t i = 0; i < container->nendpoints; i++)
		if (text_eq(container->endpoints[i].id, network_id))
			return true;
	return false;
}

static size_t count_attached(const struct draft *draft, const char *network_id)
{
	size_t n = 0;

	for (size_t i = 0; i < draft->observed->ncontainers; i++)
		n += is_attached(&draft->observed->containers[i], network_id);
	return n;
}

static bool network_is_ours(const struct draft *draft, const struct network *network,
	const struct observed_network *observed)
{
	return text_eq(observed->project, draft->project->name) &&
		text_eq(observed->key, network->key);
}

/* Of two networks with one name (engine 20.10 makes them) ours, then the one in use, then the older one. */
static bool is_better(const struct draft *draft, const struct network *network,
	const struct observed_network *a, const struct observed_network *b)
{
	bool a_ours = network_is_ours(draft, network, a);
	bool b_ours = network_is_ours(draft, network, b);
	size_t a_users;
	size_t b_users;

	if (a_ours != b_ours)
		return a_ours;
	a_users = count_attached(draft, a->id);
	b_users = count_attached(draft, b->id);
	if (a_users != b_users)
		return a_users > b_users;
	if (a->created_s != b->created_s)
		return a->created_s < b->created_s;
	return strcmp(a->id, b->id) < 0;
}

static void remove_duplicate(struct draft *draft, const struct observed_network *observed)
{
	unsigned number = draft_add(draft,
		&(struct action){
			.kind = ACTION_NETWORK_REMOVE,
			.label = observed->name,
			.target = observed->id,
			.on_fail = FAIL_WARN,
			.reason = "empty second network of the same name",
		},
		NULL);

	numbers_add(draft->arena, &draft->twins_removed, number);
}

static const struct observed_network *choose_network(
	struct draft *draft, const struct network *network)
{
	const struct observed_network *best =
		observed_network(draft->observed, network->name);
	const struct observed *observed = draft->observed;

	if (!best || !text_eq(best->name, network->name))
		return NULL;
	for (size_t i = 0; i < observed->nnetworks; i++)
		if (&observed->networks[i] != best &&
			text_eq(observed->networks[i].name, network->name) &&
			is_better(draft, network, &observed->networks[i], best))
			best = &observed->networks[i];
	for (size_t i = 0; i < observed->nnetworks; i++) {
		const struct observed_network *other = &observed->networks[i];

		if (other != best && text_eq(other->name, network->name) &&
			network_is_ours(draft, network, other) &&
			count_attached(draft, other->id) == 0)
			remove_duplicate(draft, other);
	}
	return best;
}

static bool find_external_network(
	struct draft *draft, struct network_state *state, struct err *err)
{
	const struct network *network = state->network;

	state->observed = observed_network(draft->observed, network->name);
	if (!state->observed)
		return err_at(err, network->node ? network->node->pos : (struct pos){0},
			"networks.%s: external network \"%s\" not found; make it with: "
			"docker network "
			"create %s",
			network->key, network->name, network->name);
	state->ref = state->observed->id;
	return true;
}

static bool differs(const char *label, const char *hash)
{
	return label && *label && strcmp(label, hash) != 0;
}

static bool find_network(
	struct draft *draft, struct network_state *state, struct err *err)
{
	const struct network *network = state->network;
	char hash[DIGEST_HEX_BYTES];

	if (network->external)
		return find_external_network(draft, state, err);
	state->observed = choose_network(draft, network);
	if (!state->observed)
		return true;
	state->ref = state->observed->id;
	if (!text_eq(state->observed->project, draft->project->name)) {
		draft_note(draft, true,
			"network %s was not made for this project; it is used as it is "
			"(set external: true "
			"to say that this is meant)",
			network->name);
		return true;
	}
	network_hash(network, hash);
	state->diverged = draft->wish->recreate != RECREATE_NEVER &&
		differs(state->observed->config_hash, hash);
	return true;
}

static bool volume_differs(
	struct draft *draft, struct volume_state *state, struct err *err)
{
	const struct volume *volume = state->volume;
	char hash[DIGEST_HEX_BYTES];

	volume_hash(volume, hash);
	if (!differs(state->observed->config_hash, hash))
		return true;
	if (!draft->wish->assume_yes)
		return err_at(err, volume->node ? volume->node->pos : (struct pos){0},
			"volumes.%s: volume \"%s\" exists with another configuration; "
			"making it anew deletes "
			"its data, which happens only with -y (--yes)",
			volume->key, volume->name);
	state->diverged = true;
	return true;
}

static bool find_volume(struct draft *draft, struct volume_state *state, struct err *err)
{
	const struct volume *volume = state->volume;

	state->observed = observed_volume(draft->observed, volume->name);
	if (!state->observed && volume->external)
		return err_at(err, volume->node ? volume->node->pos : (struct pos){0},
			"volumes.%s: external volume \"%s\" not found; make it with: "
			"docker volume create %s",
			volume->key, volume->name, volume->name);
	if (!state->observed || volume->external)
		return true;
	if (!text_eq(state->observed->project, draft->project->name)) {
		draft_note(draft, true,
			"volume %s was not made for this project; it is used as it is "
			"(set external: true "
			"to say that this is meant)",
			volume->name);
		return true;
	}
	return volume_differs(draft, state, err);
}

static bool uses_diverged(const struct draft *draft, const struct service_state *state)
{
	for (size_t i = 0; i < draft->project->nnetworks; i++)
		for (size_t j = 0; draft->networks[i].diverged && j < state->nlive; j++)
			if (is_attached(state->live[j], draft->networks[i].observed->id))
				return true;
	return false;
}

/* A network that is made anew concerns all who are on it. True when somebody was added. */
static bool select_users(struct draft *draft)
{
	bool added = false;

	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		struct service_state *state = &draft->services[i];

		if (state->selected || !uses_diverged(draft, state))
			continue;
		state->selected = true;
		added = true;
		mark_used(draft, state->service);
	}
	return added;
}

static bool find_networks(struct draft *draft, struct err *err)
{
	for (size_t i = 0; i < draft->project->nnetworks; i++) {
		struct network_state *state = &draft->networks[i];

		if (!state->used || state->found)
			continue;
		state->found = true;
		if (!find_network(draft, state, err))
			return false;
	}
	return true;
}

bool find_resources(struct draft *draft, struct err *err)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++)
		if (draft->services[i].selected)
			mark_used(draft, draft->services[i].service);
	if (draft->wish->run && draft_service(draft, draft->wish->run->service))
		mark_used(
			draft, draft_service(draft, draft->wish->run->service)->service);
	do {
		if (!find_networks(draft, err))
			return false;
	} while (select_users(draft));
	for (size_t i = 0; i < draft->project->nvolumes; i++)
		if (draft->volumes[i].used &&
			!find_volume(draft, &draft->volumes[i], err))
			return false;
	return true;
}

static bool mounts_volume(const struct observed_container *container, const char *name)
{
	for (size_t i = 0; i < container->nmounts; i++)
		if (text_eq(container->mounts[i].name, name))
			return true;
	return false;
}

/* Every container of a service that has the volume goes; fresh ones are made. */
static void drop_users(struct draft *draft, struct service_state *state,
	const char *volume, struct numbers *removed)
{
	const char *reason = arena_printf(draft->arena, "volume %s is made anew", volume);
	size_t kept = 0;

	for (size_t i = 0; i < state->nlive; i++) {
		unsigned number;

		if (!mounts_volume(state->live[i], volume)) {
			state->live[kept++] = state->live[i];
			continue;
		}
		number = remove_container(draft, state->live[i], removed, reason);
		numbers_add(draft->arena, removed, number);
		numbers_add(draft->arena, &state->recovered, number);
		state->selected = true;
	}
	state->nlive = kept;
}

static void replace_volume(struct draft *draft, struct volume_state *state)
{
	const struct volume *volume = state->volume;
	struct links links = {0};

	for (size_t i = draft->graph->nnodes; i-- > 0;)
		drop_users(draft, &draft->services[draft->graph->start_order[i]],
			volume->name, &links.needs);
	for (size_t i = 0; i < draft->observed->ncontainers; i++)
		if (draft->observed->containers[i].oneoff &&
			mounts_volume(&draft->observed->containers[i], volume->name))
			numbers_add(draft->arena, &links.needs,
				remove_container(draft, &draft->observed->containers[i],
					NULL,
					arena_printf(draft->arena,
						"volume %s is made anew", volume->name)));
	state->create = draft_add(draft,
		&(struct action){
			.kind = ACTION_VOLUME_REMOVE,
			.label = volume->name,
			.target = volume->name,
			.reason = "differs from the configuration, --yes",
		},
		&links);
}

void replace_volumes(struct draft *draft)
{
	for (size_t i = 0; i < draft->project->nvolumes; i++)
		if (draft->volumes[i].diverged)
			replace_volume(draft, &draft->volumes[i]);
}

void create_network(struct draft *draft, struct network_state *state, const char *reason)
{
	struct links links = {0};

	numbers_add(draft->arena, &links.needs, state->remove);
	state->create = draft_add(draft,
		&(struct action){
			.kind = ACTION_NETWORK_CREATE,
			.label = state->network->name,
			.name = state->network->name,
			.body = body_network(
				draft->arena, draft->project, state->network),
			.reason = reason,
		},
		&links);
	state->ref = slot_text(draft->arena, state->create, SLOT_ID);
}

static void create_volume(
	struct draft *draft, struct volume_state *state, const char *reason)
{
	struct links links = {0};

	numbers_add(draft->arena, &links.needs,
		state->create); /* of a diverged one: its removal */
	state->create = draft_add(draft,
		&(struct action){
			.kind = ACTION_VOLUME_CREATE,
			.label = state->volume->name,
			.name = state->volume->name,
			.body = body_volume(draft->arena, draft->project, state->volume),
			.reason = reason,
		},
		&links);
}

void create_resources(struct draft *draft)
{
	for (size_t i = 0; i < draft->project->nnetworks; i++) {
		struct network_state *state = &draft->networks[i];

		if (state->used && !state->observed)
			create_network(draft, state, "missing");
	}
	for (size_t i = 0; i < draft->project->nvolumes; i++) {
		struct volume_state *state = &draft->volumes[i];

		if (state->used && (!state->observed || state->diverged))
			create_volume(
				draft, state, state->diverged ? "made anew" : "missing");
	}
}
