/* SPDX-License-Identifier: Apache-2.0 */
/*
 * (project, graph, observed, wish) to a plan. Every command that changes anything is a function here and
 * nothing else; pure: no clock, no environment, no engine.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compose/model/project.h"

struct arena;
struct err;
struct graph;
struct node;
struct observed;
struct plan;

enum verb {
	VERB_UP,
	VERB_CREATE,
	VERB_START,
	VERB_STOP,
	VERB_RESTART,
	VERB_DOWN,
	VERB_RM,
	VERB_KILL,
	VERB_PAUSE,
	VERB_UNPAUSE,
	VERB_PULL,
	VERB_BUILD,
	VERB_PUSH,
	VERB_SCALE,
	VERB_NETDNS_START,
	VERB_NETDNS_STOP,
	VERB_RUN, /* the one container is wish.run; dependencies as up */
};

enum recreate {
	RECREATE_DIVERGED,
	RECREATE_FORCE,
	RECREATE_NEVER,
};

struct scale {
	const char *service;
	int64_t replicas;
};

/* What is wished of netdns, and what is known of it before the plan is made; zeroed: nothing. */
struct dns_wish {
	const char *asked;       /* --dns; NULL: not given */
	const char *fallback;    /* DAVIT_DNS; NULL: off */
	const char *unavailable; /* why it cannot run for this engine; NULL: it can */
	const char *version;     /* of the one that this davit would start */
	bool host;               /* start: it is to answer the host, too */
	bool listens; /* somebody does at its control socket: one in the foreground, perhaps */
	/* Has a probe from inside of that network been answered before? NULL: never. */
	bool (*probed)(void *ctx, const struct node *network);
	struct strings upstreams; /* the host's name servers that containers can reach */
	/* The host's address on a network (an entry of the engine's list); NULL: there is none. */
	const char *(*gateway)(
		void *ctx, struct arena *arena, const struct node *network);
};

/* What one invocation asks for: the flags of compose.md 1.3, already checked against each other. */
struct wish {
	enum verb verb;
	struct strings services; /* none: all; names were checked against the project */
	struct scale *scales;
	size_t nscales;
	enum recreate recreate;
	bool always_recreate_deps;
	bool no_deps;
	bool no_start;
	bool renew_anon_volumes;
	bool remove_orphans;
	bool ignore_orphans; /* no note about them */
	bool build;
	bool no_build;
	bool wait;
	int wait_timeout_s; /* <= 0: none */
	int timeout_s;      /* -t; < 0: each container's own */
	bool assume_yes;    /* -y */
	const char *pull;   /* policy for all; NULL: each service's own */
	bool volumes;       /* down -v, rm -v */
	const char *rmi;    /* "local", "all"; NULL: keep */
	bool stop;          /* rm -s */
	bool force;         /* rm -f */
	const char *signal; /* kill */
	bool include_deps;
	bool ignore_buildable;
	bool ignore_failures;
	const struct pairs *build_args;
	bool build_pull;
	bool no_cache;
	bool push;
	bool quiet;
	int64_t build_memory_bytes;
	const struct run_wish *run;
	struct dns_wish dns;
	const struct pairs *
		proxy_environment; /* what config.json gives every container and build; NULL: nothing */
	const char *
		random_hex; /* 64 hex digits: slugs and digest keys, so that planning stays pure */
	/* Directory labels may name another directory than this project's; compose.md 1.5, issue "same name". */
	bool (*dir_exists)(void *ctx, const char *path);
	/* Content of configs, secrets and seccomp profiles that are files; false: it cannot be read. */
	bool (*read_file)(void *ctx, struct arena *arena, const char *path,
		const char **out_text, size_t *out_len);
	void *ctx;
};

/*
 * `run`: how its container differs from the service's. The plan brings up the dependencies and waits for them,
 * then creates the container (the last ACTION_CONTAINER_CREATE); with detach it also starts it, else starting
 * and attaching is left to the command.
 */
struct run_wish {
	const char *service;
	struct strings command; /* set: replaces */
	struct strings entrypoint;
	struct strings environment; /* -e, "K=V" or "K", already resolved */
	struct strings labels;
	struct strings publish;
	struct strings volumes;
	struct strings cap_add;
	struct strings cap_drop;
	const char *name;
	const char *user;
	const char *workdir;
	bool service_ports;
	bool use_aliases;
	bool remove; /* --rm */
	bool tty;
	bool interactive;
	bool detach;
};

struct plan_input {
	const struct project *project;
	const struct graph *graph;
	const struct observed *observed;
	const struct wish *wish;
};

/* NULL: the wish cannot be granted (a volume differs, another directory owns the name, ...); err says why. */
const struct plan *plan_make(
	struct arena *arena, const struct plan_input *input, struct err *err);

/*
 * What has to be inspected before the plan is made. Containers that plan_make would recreate for a changed
 * configuration: for the old values in reasons. Those on a network that it would make anew: for how they are on it.
 * Images that are pulled when they are old: for their age. Ids.
 */
struct plan_wants {
	struct strings containers;
	struct strings images;
};
struct plan_wants plan_wants_inspect(struct arena *arena, const struct plan_input *input);
