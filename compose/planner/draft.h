/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan while it is being made: what is known of each network, volume, image and service, and the actions so
 * far. Inside compose/planner/ only. All memory is the plan's arena.
 *
 * The files of the planner each add their part: select, resources, images, decide, create, swap, start; the
 * verbs string them together.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "compose/planner/observed.h"
#include "compose/planner/plan.h"
#include "compose/planner/planner.h"

/* Numbers of actions, each once. */
struct numbers {
	unsigned *items;
	size_t n;
};

/* A container that nobody recreates, moved from a network to the one that takes its place. */
struct move {
	const struct observed_container *container;
	unsigned let_go;
	unsigned take_in;
};

/* What netdns does on a network of the project. */
struct dns_choice {
	enum dns_mode mode;
	bool asked; /* by a flag or the file: a container that has another mode is made anew */
	const char *
		gateway; /* of a network that is there and stays; NULL: its create tells */
	int64_t ttl_s;
	bool strict;
	const char *domain;
	unsigned answers; /* the wait for it; 0: none */
	unsigned probe;   /* with assist: the action that tries it first; 0: none */
};

struct network_state {
	const struct network *network;
	const struct observed_network *observed; /* the one in use; NULL: none yet */
	const char *ref; /* its id, a slot, or its name where no id is known */
	unsigned create; /* the action that makes it; 0: it is there */
	unsigned remove; /* the action that removes the one that differs */
	bool diverged;   /* is there, and has to be made anew */
	bool used;       /* by a selected service */
	bool found;      /* looked for already */
	struct move *moves;
	size_t nmoves;
	struct dns_choice dns;
};

struct volume_state {
	const struct volume *volume;
	const struct observed_volume *observed;
	unsigned create;
	bool diverged; /* is made anew, with -y */
	bool used;
};

struct image_state {
	const char *ref;
	const char *platform;
	const struct observed_image *observed; /* NULL: missing */
	const char *digest;                    /* what is there now; NULL: nothing */
	unsigned action;                       /* pull or build; 0: used as it is */
};

enum fate {
	FATE_KEEP,     /* runs, or nothing is to be started */
	FATE_START,    /* unchanged, has to be started */
	FATE_CREATE,   /* missing */
	FATE_RECREATE, /* differs */
};

/* One container as it is wanted. */
struct replica {
	const struct observed_container *old; /* NULL: missing */
	const char *name;
	int64_t number;
	enum fate fate;
	struct strings causes;     /* of RECREATE, in words */
	bool config_changed;       /* one of the causes; its words need the body */
	const struct guard *guard; /* RECREATE only if this holds; NULL: certainly */
	const char *if_text;
	bool interrupted; /* a killed run stopped the old one, and owes it its start */
	bool bounced; /* stopped before and started after a dependency that is recreated */
	const struct guard *bounce_guard;
	struct group *group; /* of RECREATE and bounced ones: whom it is put back with */

	const char *id; /* its id, or the slot of its create */
	unsigned create;
	struct numbers
		prepared; /* create, connect, put: what has to be there before the start */
	unsigned stop;    /* of the old one, or of a bounced one */
	unsigned rename_old;
	unsigned rename_new;
	unsigned last;          /* after this the old one has served its time */
	struct numbers running; /* after these it runs; none: it runs now */
	unsigned waits[3];      /* by enum wait_for: HEALTHY, COMPLETED, READY */
	unsigned soft_waits
		[2]; /* HEALTHY, COMPLETED for dependents with required: false */
};

/* Replicas whose recreates are undone together, with one list; those tied to networks made anew share one. */
struct group {
	struct undo *undo;
	struct replica **members;
	size_t nmembers;
	bool renews_networks;
	struct numbers lasts; /* after these the old ones may go */
	unsigned first_removal;
};

struct service_state {
	const struct service *service;
	bool selected; /* the plan brings it into its wanted state */
	bool targeted; /* named, or all were meant: the flags of recreation are for it */
	bool one_shot;
	bool rolls; /* its replicas are stopped and started one after the other */
	bool lasts; /* while some of it are stopped others answer, and clients are given time to ask again */
	struct image_state *image;
	const struct observed_container *
		*live; /* as observed, without what recovery takes away */
	size_t nlive;
	struct replica *replicas;
	size_t nreplicas;
	struct strings
		interrupted; /* ids of old ones that a killed run was about to replace */
	const struct observed_container **surplus; /* beyond the scale */
	size_t nsurplus;
	struct numbers
		recovered; /* what recovery did before anything is made; for stop and rm: what those below wait for */
};

struct draft {
	struct arena *arena;
	struct map *words; /* texts that bodies share, to their nodes */
	const struct project *project;
	const struct graph *graph;
	const struct observed *observed;
	const struct wish *wish;

	struct action *actions;
	size_t nactions;
	struct plan_note *notes;
	size_t nnotes;
	const char **untouched;
	size_t nuntouched;

	struct service_state *services; /* beside graph->nodes */
	struct network_state *networks; /* beside project->networks */
	struct volume_state *volumes;   /* beside project->volumes */
	const struct node *project_labels;
	struct map images; /* "ref|platform" to struct image_state */
	struct map freed;  /* name of a container to the number + 0 of what frees it */
	struct numbers orphans_removed;
	struct numbers twins_removed; /* second networks of one name */
	struct group **groups;
	size_t ngroups;
	struct group *renewal; /* of networks that are made anew; NULL: none */
	unsigned netdns_start; /* the action; 0: it runs, or nobody needs it yet */
	bool netdns_asked;     /* whether it runs was looked at */
	struct map dns_users;  /* ids of containers that netdns knows, to themselves */
};

void draft_init(struct draft *draft, struct arena *arena, const struct plan_input *input);
const struct plan *draft_finish(struct draft *draft);

/* Adds an action; its needs and after are copied, zeros and repeats left out. Returns its number. */
struct links {
	struct numbers needs;
	struct numbers after;
};
unsigned draft_add(
	struct draft *draft, const struct action *action, const struct links *links);
void draft_note(struct draft *draft, bool warning, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void numbers_add(struct arena *arena, struct numbers *numbers,
	unsigned number); /* 0 is left out */
void numbers_add_all(
	struct arena *arena, struct numbers *numbers, const struct numbers *more);

void strings_push(struct arena *arena, struct strings *strings, const char *text);

/* "<project>-<service>-<n>", or the service's container_name. */
const char *container_name(struct arena *arena, const struct project *project,
	const struct service *service, int64_t number);

/* The state of a service by name; NULL: it is not in the graph. */
struct service_state *draft_service(const struct draft *draft, const char *name);
struct network_state *draft_network(const struct draft *draft, const char *key);
struct volume_state *draft_volume(const struct draft *draft, const char *key);

/* The container that stands for a service in network_mode, ipc, pid and volumes_from; NULL: none. */
const struct replica *draft_first(const struct draft *draft, const char *service);

/* "service:x" gives "x", else NULL. */
const char *service_of_mode(const char *mode);

bool container_runs(const struct observed_container *container);
