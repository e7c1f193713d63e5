/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that verbs are strung together from. Inside compose/planner/ only. Each works on the draft and may
 * rely on those before it in the order of this page. Steps that return bool fill err when they refuse.
 */
#pragma once

#include <stdbool.h>

struct draft;
struct err;
struct image_state;
struct observed_container;
struct replica;
struct service_state;

/* Refuses when the containers are those of another directory with the same name (compose.md 1.5). */
bool check_directory(const struct draft *draft, struct err *err);

/* Refuses two services with one container_name, and scaling one that has it. */
bool check_names(const struct draft *draft, struct err *err);

/* Marks the services that the wish is about, with what they need unless no_deps. */
void select_services(struct draft *draft);
void select_needs_of(
	struct draft *draft, const struct service_state *state); /* without itself */

/* Hands every container to its service, in the order of numbers. */
void collect_containers(struct draft *draft);
unsigned wanted_replicas(const struct draft *draft, const struct service_state *state);

/* Whether davit can build it; fails for the first build in the plan that it cannot. */
bool build_is_possible(const struct build *build);
bool builds_are_possible(const struct draft *draft, struct err *err);

/* Finishes or undoes what a killed run left (DESIGN.md). */
void recover_services(struct draft *draft);
bool has_temporary_name(const struct observed_container *container);

/* Finds networks and volumes of the selected services; makes what is missing. */
bool find_resources(struct draft *draft, struct err *err);
void replace_volumes(struct draft *draft);
void create_resources(struct draft *draft);

struct network_state;
void create_network(struct draft *draft, struct network_state *state, const char *reason);
/* What differs between the network that is there and the one that is wanted, in words. */
const char *diff_network(struct draft *draft, const struct network_state *state);
bool is_attached(const struct observed_container *container, const char *network_id);

/* Pulls and builds what the selected services need. */
bool ensure_images(struct draft *draft, struct err *err);
bool ensure_image(struct draft *draft, struct service_state *state, struct err *err);

/* What becomes of every container of the selected services. */
void decide_services(struct draft *draft);
void decide_starts(struct draft *draft);

/* Which services are recreated, or restarted, one replica after the other. After fates or selection are known. */
void decide_rolls(struct draft *draft);
void decide_restart_rolls(struct draft *draft);

/*
 * Hooks of the service that an action is about: those before a stop or restart need what `last` is, or links if that
 * is 0; those after a start or restart need `last`. The last one of them, or `last`.
 */
unsigned hooks_before(struct draft *draft, const struct action *action, unsigned last,
	const struct links *links);
unsigned hooks_after(struct draft *draft, const struct action *action, unsigned last);

/* A hook of the action's container; one that fails does to the plan what the action itself would do by failing. */
struct action hook_action(struct draft *draft, const struct action *of, const char *key,
	const struct hook *hook);

/* Is it on a network that is made anew? */
bool is_on_renewed(const struct draft *draft, const struct observed_container *container);

/* Takes away what is too much: beyond the scale, and orphans if that is wished, else a note. */
void remove_surplus(struct draft *draft);
void handle_orphans(struct draft *draft);

/* Makes networks anew: their users are stopped and let go first. */
void replace_networks(struct draft *draft);

/* Which recreates are undone together; then what makes the containers, and what swaps and starts them. */
void form_groups(struct draft *draft);
struct group *renewal_group(
	struct draft *draft); /* of all that is tied to networks made anew */
bool create_containers(struct draft *draft, struct err *err);
void start_containers(struct draft *draft);

/* The same for one container that is not one of its service's replicas. */
struct container_spec;
struct numbers;
bool create_prepared(struct draft *draft, struct service_state *state,
	struct replica *replica, const struct container_spec *spec, struct err *err);
void start_prepared(struct draft *draft, const struct service_state *state,
	struct replica *replica, const struct numbers *needs);
struct action;
void in_swap(const struct replica *replica, struct action *action);

/* Fills the undo lists, when all numbers are known. */
void write_undo_lists(struct draft *draft);

/* The two halves of "up", for verbs that do it for others: run, scale, refresh. */
bool converge(struct draft *draft, struct err *err);

/* What plan_make chooses from; each is one verb, or several that differ by flags. */
bool plan_up(struct draft *draft, struct err *err);
bool plan_run(struct draft *draft, struct err *err);
bool plan_start(struct draft *draft, struct err *err);
bool plan_stop(struct draft *draft, struct err *err);
bool plan_restart(struct draft *draft, struct err *err);
bool plan_down(struct draft *draft, struct err *err);
bool plan_rm(struct draft *draft, struct err *err);
bool plan_signal(struct draft *draft, struct err *err); /* kill, pause, unpause */
bool plan_pull(struct draft *draft, struct err *err);
bool plan_build(struct draft *draft, struct err *err);
bool plan_push(struct draft *draft, struct err *err);

/* Stops and removes one container; returns the number of the removal. */
unsigned remove_container(struct draft *draft, const struct observed_container *container,
	const struct numbers *after, const char *reason);

/* The action after which nothing of this container is in the way any more. */
unsigned stop_container(struct draft *draft, const struct observed_container *container,
	const struct numbers *after, const char *reason);

/* The readiness of what a service depends on, as needs of whoever starts after it. */
void add_dependencies(
	struct draft *draft, const struct service_state *state, struct numbers *out);

/* Why a container that does not run is started, in words. */
const char *idle_reason(struct draft *draft, const struct observed_container *container);

bool is_wanted(const struct draft *draft, const char *service);
