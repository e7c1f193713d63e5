/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One snapshot of what the engine has of a project: what the planner compares with.
 *
 * Made from the engine's list replies by observed_read (pure, so that tests make it from JSON), plus the few
 * inspects that observed_wants_inspect asks for. All in one arena, const afterwards.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compose/model/project.h"

struct arena;
struct map;
struct node;

enum container_state {
	STATE_CREATED,
	STATE_RUNNING,
	STATE_PAUSED,
	STATE_RESTARTING,
	STATE_REMOVING,
	STATE_EXITED,
	STATE_DEAD,
};

enum health {
	HEALTH_NONE, /* no healthcheck */
	HEALTH_STARTING,
	HEALTH_HEALTHY,
	HEALTH_UNHEALTHY,
};

struct observed_endpoint {
	const char *network; /* name */
	const char *id;
	const char *ip;
};

struct observed_mount {
	const char *type; /* "bind", "volume", "tmpfs" */
	const char *name; /* of a volume */
	const char *source;
	const char *destination;
	bool writable;
};

struct observed_container {
	const struct node *node; /* the list's entry */
	const char *id;
	const char *name; /* without the slash */
	const char *image;
	const char *image_id;
	const char *project;
	const char *service; /* label; NULL: none */
	int64_t number;      /* label container-number; 0: none */
	bool oneoff;
	const char *config_hash;  /* NULL: not one that Compose converges */
	const char *tool_version; /* label version */
	const char *image_digest; /* label image */
	const char *replaces;     /* label replace */
	const char *working_dir;
	const char *config_files;
	const char *depends_on;   /* label */
	const struct node *davit; /* label davit.state, parsed; NULL: none or broken */
	const struct node *labels;
	enum container_state state;
	enum health health; /* as the Status text tells */
	int exit_code;      /* of an exited one, from Status */
	const char *status; /* "Up 3 seconds (healthy)" */
	int64_t created_s;
	struct observed_endpoint *endpoints;
	size_t nendpoints;
	struct observed_mount *mounts;
	size_t nmounts;
	const struct node *inspect; /* NULL: was not asked for */
};

struct observed_network {
	const char *id;
	const char *name;
	const char *key;     /* label network; NULL: not ours */
	const char *project; /* label */
	const char *config_hash;
	const char *driver;
	bool internal;
	int64_t created_s;
	const struct node *node;
};

struct observed_volume {
	const char *name;
	const char *key;
	const char *project;
	const char *config_hash;
	const char *driver;
	const struct node *node;
};

struct observed_image {
	const char *id;
	const char *digest; /* what compose puts into the image label (reference 4.4) */
	struct strings tags;
	struct strings repo_digests;
	const struct node *labels;
	int64_t created_s;
	const struct node *node;
};

struct observed {
	const char *api_version; /* "1.41" */
	const char *engine_id;
	const char *platform; /* of the engine: "linux/amd64"; NULL: unknown */
	int64_t clock_s;      /* the engine's */
	struct observed_container
		*containers; /* of the project: one-offs and foreign-looking ones too */
	size_t ncontainers;
	/* Labelled as the project's, and by name whatever the project declares. */
	struct observed_network *networks;
	size_t nnetworks;
	struct observed_volume *volumes;
	size_t nvolumes;
	struct observed_image *images; /* all of the engine */
	size_t nimages;
	const struct node *image_inspects; /* a list; NULL: none was asked for */
	const struct node *
		dns; /* list entries with the label davit.dns, of all projects; NULL: not asked */
	const struct map *network_index; /* by name and id; behind the lookups below */
	const struct map *volume_index;
	const struct map *image_index;
};

/* The engine's answers, as they came; NULL: was not asked. */
struct observed_replies {
	const char *api_version;
	const struct node *info;
	const struct node *containers;
	const struct node *networks;
	const struct node *volumes; /* {"Volumes": [..]} */
	const struct node *images;
	const struct node *inspects;       /* a list of container inspects */
	const struct node *image_inspects; /* a list */
	const struct node *dns;            /* containers with the label davit.dns */
	int64_t clock_s;
};

const struct observed *observed_read(
	struct arena *arena, const struct observed_replies *replies);

bool observed_api_at_least(const struct observed *observed, int major, int minor);

/* Lookups; NULL when there is none. An image is found by tag (":latest" implied), digest or id. */
const struct observed_network *observed_network(
	const struct observed *observed, const char *name);
const struct observed_volume *observed_volume(
	const struct observed *observed, const char *name);
const struct observed_image *observed_image(
	const struct observed *observed, const char *ref);

/* What the image label of a container for this platform holds (4.4). platform NULL: the engine's own. */
const char *observed_image_digest(const struct observed *observed,
	const struct observed_image *image, const char *platform);

/* When a tag was last given to the image here, as its inspect tells; 0: that is not known. */
int64_t observed_image_tagged_s(
	const struct observed *observed, const struct observed_image *image);

/* A project as its containers' labels tell it, for commands that have only a name (compose.md 1.5, 8). */
const struct project *project_from_observed(
	struct arena *arena, const struct observed *observed, const char *name);
