/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan is a value: what would be done, in which order, and why. doc/plan.md is its manual for people.
 *
 * A plan is an array of actions. Each is one changing call to the engine (or one wait), names the earlier
 * actions that it needs, and says why it is there. Since an action needs only earlier ones, no cycle can
 * be written. Whoever carries a plan out decides nothing: everything that depends on results is written down
 * as a slot (fill in a value), a guard (do it or not) or an undo list.
 *
 * Actions are numbered from 1, as they are printed; 0 is no action.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct node;
struct str;
struct build;
struct pairs;

enum action_kind {
	ACTION_NETWORK_CREATE,
	ACTION_NETWORK_CONNECT,
	ACTION_NETWORK_DISCONNECT,
	ACTION_NETWORK_REMOVE,
	ACTION_VOLUME_CREATE,
	ACTION_VOLUME_REMOVE,
	ACTION_IMAGE_PULL,
	ACTION_IMAGE_BUILD,
	ACTION_IMAGE_PUSH,
	ACTION_IMAGE_REMOVE,
	ACTION_CONTAINER_CREATE,
	ACTION_CONTAINER_PUT, /* unpack files into a container that has not been started */
	ACTION_CONTAINER_START,
	ACTION_CONTAINER_STOP,
	ACTION_CONTAINER_RESTART,
	ACTION_CONTAINER_EXEC, /* a hook: body's command in it, to its end */
	ACTION_CONTAINER_KILL,
	ACTION_CONTAINER_PAUSE,
	ACTION_CONTAINER_UNPAUSE,
	ACTION_CONTAINER_RENAME,
	ACTION_CONTAINER_REMOVE,
	ACTION_NETDNS_START, /* the name server of the engine's host, from its image on */
	ACTION_NETDNS_PROBE, /* does it answer inside of a network? its address there is the id */
	ACTION_NETDNS_DRAIN, /* it gives out a container no more; done too when it does not run */
	ACTION_NETDNS_REMOVE,
	ACTION_FILE_WRITE, /* body.text, on the engine's host; its path is the id */
	ACTION_WAIT, /* no call: until a container is as wanted, or netdns answers */
};

/*
 * What later actions may ask of an earlier one. In text: "$3.id". Slots stand in target and name as the whole
 * text, and inside bodies where NODE_SLOT marks them: there a text may hold more than the slot
 * ("container:$3.id"), "$$" is a dollar, and "$sha256:TEXT" is the digest of the filled TEXT in hex.
 * An item of a list that is filled to nothing is left out. slots_fill and slots_fill_node know all of this.
 */
enum slot_value {
	SLOT_ID,      /* of what was created */
	SLOT_DIGEST,  /* of an image after pull or build: what the image label holds */
	SLOT_GATEWAY, /* of a network */
};

enum wait_for {
	WAIT_HEALTHY,   /* depends_on: service_healthy */
	WAIT_COMPLETED, /* depends_on: service_completed_successfully */
	WAIT_READY,  /* --wait: healthy, or has run for 1 s since StartedAt (DESIGN.md) */
	WAIT_EXITED, /* ended, with whatever status */
	WAIT_ANSWERS, /* netdns answers on the network that target is */
	WAIT_DRAINED, /* for timeout_s, while clients may still know a container that is drained */
};

enum on_fail {
	FAIL_STOP,  /* nothing new is started; calls that run finish, waits end */
	FAIL_GO_ON, /* only what needs this one is given up; the exit is not 0 */
	FAIL_WARN, /* as if it had gone well, with a warning (required: false, a network still in use) */
	FAIL_UNDO, /* as FAIL_STOP, and the undo list is carried out: see struct undo */
};

enum guard_kind {
	GUARD_NONE,
	/* Only if $action.value != text. A value that nobody knows differs: then the action is
	 * tried, and says what is wrong, instead of being left out in silence. */
	GUARD_DIFFERS,
	GUARD_DONE, /* only if the action was really carried out, not skipped */
	GUARD_NOT_DONE,
	GUARD_WENT_WELL, /* done, skipped or warned: what needs the action may go on */
};

/* A skipped action counts as done for whoever needs it. */
struct guard {
	enum guard_kind kind;
	unsigned action;
	enum slot_value value;
	const char *text;
	/* One that has to hold as well; its either does not count. */
	const struct guard *also;
	const struct guard *either; /* another one that is enough; NULL: none */
};

/* A file for ACTION_CONTAINER_PUT. */
struct plan_file {
	const char *path; /* absolute, inside the container */
	const char *text;
	size_t len;
	int64_t mode;
	int64_t uid;
	int64_t gid;
};

struct action {
	enum action_kind kind;
	const char *
		label; /* the thing's name for people: "app-web-1", "app_default", "mysql:5.7" */
	const char *service; /* whom it is for; NULL: nobody's in particular */

	/* The existing thing: its id, name or image reference, or a slot ("$3.id"). NULL for creates. */
	const char *target;
	const char *name;     /* the new name: create, rename */
	const char *platform; /* create, pull, build; NULL: the engine's */
	const struct node
		*body; /* create, exec, connect, disconnect; may hold slots (NODE_SLOT) */
	const char *signal; /* kill */
	int timeout_s; /* of netdns: probe, too; stop, restart: < 0 is the container's own; waits: <= 0 is none */
	bool force;    /* remove, disconnect */
	bool volumes;  /* remove a container with its anonymous volumes */
	enum wait_for wait;
	bool no_healthcheck_fails; /* WAIT_HEALTHY: a container without one is an error (4.6) */
	const struct plan_file *files;
	size_t nfiles;
	const struct plan_build *build;
	const char *version; /* of netdns: start */
	bool host;           /* of netdns: start; it answers the host, too */
	bool running; /* start of netdns: the target does, and hands over to the new one */

	const unsigned *needs; /* must have succeeded */
	size_t nneeds;
	const unsigned *after; /* must have ended, however */
	size_t nafter;
	struct guard guard;
	/* What slots of this action hold when its guard said no, or when it failed with a warning: an id, a digest,
	 * or an earlier slot. */
	const char *if_skipped;
	enum on_fail on_fail;
	const struct undo *undo; /* of FAIL_UNDO; shared by all actions of one recreate */

	const char *reason; /* in words, one line */
	const char *
		if_text; /* what the guard means, in words: "if the image changes"; NULL: no guard */
};

/* Everything that one image build needs besides the context's files. */
struct plan_build {
	const struct build *build;       /* the project's section */
	const char *tag;                 /* the image's name */
	const struct pairs *environment; /* the project's, for args without a value */
	const struct node *labels;       /* what davit adds */
	bool pull;
	bool no_cache;
	bool quiet;
	const char *platform;
	const struct pairs *extra_args; /* --build-arg */
	const struct pairs *proxies;    /* config.json's; args of the same name win */
	int64_t memory_bytes;           /* classic only; 0: no limit */
};

/*
 * Carried out once, as soon as one of the actions that share the list failed or was given up and none of them
 * is in flight; in order, each whatever became of the others. Guards make it right for every moment: they
 * name actions of the plan, and where nothing was done, nothing is undone.
 */
struct undo {
	struct action *actions; /* their needs are empty */
	size_t nactions;
};

/* What people should know before, or beside, the actions: orphans, ignored things, unmanaged resources. */
struct plan_note {
	const char *text;
	bool warning;
};

struct plan {
	const char *command; /* "up" */
	const char *project;
	struct action *actions;
	size_t nactions;
	struct plan_note *notes;
	size_t nnotes;
	/* Running and up to date: named in the output as "Running". */
	const char **untouched;
	size_t nuntouched;
};

/* "create", "start", .. and "container", "network", ..: the words of the printed plan. */
const char *action_verb(enum action_kind kind);
const char *action_noun(enum action_kind kind);

/* Reads a slot's text; false if it is none. */
bool slot_parse(const char *text, unsigned *out_action, enum slot_value *out_value);
const char *slot_text(struct arena *arena, unsigned action, enum slot_value value);

/* The value of a slot; NULL: there is none, and the text keeps the slot. */
typedef const char *slot_lookup(void *ctx, unsigned action, enum slot_value value);

/* The text with its slots filled; of a node: a tree without slots, which shares what had none. */
const char *slots_fill(
	struct arena *arena, const char *text, slot_lookup *lookup, void *ctx);
struct node *slots_fill_node(
	struct arena *arena, const struct node *node, slot_lookup *lookup, void *ctx);

/* Does the engine tell of it? netdns and time do of the others. */
bool wait_is_on_container(enum wait_for wait);

/* Would anything be changed? Waits alone change nothing. */
bool plan_changes(const struct plan *plan);

/* Is netdns started, asked or told anything? */
bool plan_asks_netdns(const struct plan *plan);

/* As in DESIGN.md: a line an action; one line of JSON schema in doc/plan.md. */
void plan_print_text(struct str *str, const struct plan *plan);
void plan_print_json(struct str *str, const struct plan *plan);

/* Panics (assert) when an action needs a later one, or a slot names one that it does not need. For tests. */
bool plan_check(const struct plan *plan, struct err *err);
