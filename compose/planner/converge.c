/* SPDX-License-Identifier: Apache-2.0 */
/* From what is to what is wanted: the steps of up, create, scale and run, in their order (compose.md 4.5). */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compose/graph/graph.h"
#include "compose/planner/dns.h"
#include "compose/planner/draft.h"
#include "compose/planner/images.h"
#include "compose/planner/parts.h"

/* A network under another name than before: the old one goes when nobody is on it any more. */
static void remove_renamed(struct draft *draft)
{
	struct links links = {0};

	for (size_t i = 0; i < draft->ngroups; i++)
		numbers_add(draft->arena, &links.needs, draft->groups[i]->first_removal);
	for (size_t i = 0; i < draft->observed->nnetworks; i++) {
		const struct observed_network *network = &draft->observed->networks[i];
		const struct network_state *state =
			network->key && text_eq(network->project, draft->project->name)
			? draft_network(draft, network->key)
			: NULL;

		if (state && state->used && !state->network->external &&
			!text_eq(state->network->name, network->name))
			draft_add(draft,
				&(struct action){
					.kind = ACTION_NETWORK_REMOVE,
					.label = network->name,
					.target = network->id,
					.on_fail = FAIL_WARN,
					.reason = arena_printf(draft->arena,
						"renamed to %s", state->network->name),
				},
				&links);
	}
}

bool converge(struct draft *draft, struct err *err)
{
	collect_containers(draft);
	recover_services(draft);
	if (!find_resources(draft, err))
		return false;
	choose_dns(draft);
	replace_volumes(draft);
	create_resources(draft);
	if (!ensure_images(draft, err))
		return false;
	decide_services(draft);
	decide_starts(draft);
	decide_rolls(draft);
	note_dns_settings(draft);
	warn_of_domains(draft);
	remove_surplus(draft);
	handle_orphans(draft);
	form_groups(draft);
	replace_networks(draft);
	probe_dns(draft);
	if (!create_containers(draft, err))
		return false;
	start_dns(draft);
	start_containers(draft);
	remove_renamed(draft);
	write_undo_lists(draft);
	return true;
}

bool plan_up(struct draft *draft, struct err *err)
{
	if (!check_directory(draft, err) || !check_names(draft, err))
		return false;
	select_services(draft);
	return converge(draft, err);
}

static void want(struct arena *arena, struct strings *ids, const char *id)
{
	if (!strings_has(ids, id))
		strings_push(arena, ids, id);
}

static void want_changed(
	struct arena *arena, const struct draft *draft, struct strings *ids)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++)
		for (size_t j = 0; j < draft->services[i].nreplicas; j++) {
			const struct replica *replica = &draft->services[i].replicas[j];

			if (replica->config_changed)
				want(arena, ids, replica->old->id);
		}
}

/* Lists do not tell aliases, with which they join again what takes the network's place. */
static void want_on_diverged(
	struct arena *arena, const struct draft *draft, struct strings *ids)
{
	for (size_t i = 0; i < draft->project->nnetworks; i++)
		for (size_t j = 0;
			draft->networks[i].diverged && j < draft->observed->ncontainers;
			j++) {
			const struct observed_container *container =
				&draft->observed->containers[j];

			if (is_attached(container, draft->networks[i].observed->id))
				want(arena, ids, container->id);
		}
}

static bool converges(enum verb verb)
{
	return verb == VERB_UP || verb == VERB_CREATE || verb == VERB_SCALE ||
		verb == VERB_RUN;
}

static void want_aged(struct arena *arena, const struct draft *draft, struct strings *ids)
{
	for (size_t i = 0; i < draft->graph->nnodes; i++) {
		const struct service_state *state = &draft->services[i];

		if (state->selected && state->image && state->image->observed &&
			image_has_window(draft, state->service))
			want(arena, ids, state->image->observed->id);
	}
}

/* Only what decides, nothing that is made: cheap when all is up to date. */
static struct plan_wants decide(
	struct arena *arena, struct arena *scratch, const struct plan_input *input)
{
	struct plan_wants out = {0};
	struct draft draft;
	struct err err = {0};

	draft_init(&draft, scratch, input);
	select_services(&draft);
	collect_containers(&draft);
	recover_services(&draft);
	if (!find_resources(&draft, &err))
		return out;
	choose_dns(&draft);
	replace_volumes(&draft);
	if (!ensure_images(&draft, &err))
		return out;
	decide_services(&draft);
	want_changed(arena, &draft, &out.containers);
	want_on_diverged(arena, &draft, &out.containers);
	want_aged(arena, &draft, &out.images);
	return out;
}

struct plan_wants plan_wants_inspect(struct arena *arena, const struct plan_input *input)
{
	struct plan_wants out = {0};
	struct arena scratch = {0};

	if (converges(input->wish->verb))
		out = decide(arena, &scratch, input);
	arena_finish(&scratch);
	return out;
}
