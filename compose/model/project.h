/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Compose project as it is after loading: compose-spec, in the order of the specification.
 *
 * All of it lives in one arena and is const for everyone but the loader. NULL and a zeroed struct mean "not
 * set"; a list that is set but empty has `set` and n == 0 where the difference matters. Every struct keeps
 * the node that it was read from, so that later stages can complain at the right place: `pos_of(node, "key")`.
 * Bytes are bytes, durations nanoseconds unless the name says otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "base/texts.h"

struct map;
struct node;

/* x-* keys, at any level. */
struct extensions {
	const struct node *node; /* a map of only the x-* keys; NULL: none */
};

enum condition {
	CONDITION_STARTED,
	CONDITION_HEALTHY,
	CONDITION_COMPLETED,
};

struct dependency {
	const char *service;
	enum condition condition;
	bool restart;
	bool required;
	bool implicit; /* from links, volumes_from, network_mode, ipc, pid, ... */
	struct pos pos;
};

struct healthcheck {
	const struct node *node;
	struct strings test; /* "CMD", "CMD-SHELL" or "NONE" first */
	struct opt_i64 timeout_ns;
	struct opt_i64 interval_ns;
	struct opt_i64 retries;
	struct opt_i64 start_period_ns;
	struct opt_i64 start_interval_ns;
	bool disable;
	struct extensions x;
};

struct port {
	const struct node *node;
	const char *name;
	const char *mode; /* "ingress" */
	const char *host_ip;
	int64_t target;
	const char *published; /* a number or a range "a-b"; NULL: the engine chooses */
	const char *protocol;  /* "tcp" */
	const char *app_protocol;
	struct extensions x;
};

enum mount_type {
	MOUNT_BIND,
	MOUNT_VOLUME,
	MOUNT_TMPFS,
	MOUNT_IMAGE,
	MOUNT_NPIPE,
	MOUNT_CLUSTER,
};

struct mount_bind {
	bool set;
	const char *selinux;
	const char *propagation;
	struct opt_bool create_host_path;
	const char *recursive;
	struct extensions x;
};

struct mount_volume {
	bool set;
	struct pairs labels;
	bool nocopy;
	const char *subpath;
	struct extensions x;
};

struct mount_tmpfs {
	bool set;
	struct opt_i64 size_bytes;
	struct opt_i64 mode;
	struct extensions x;
};

struct mount_image {
	bool set;
	const char *subpath;
	struct extensions x;
};

struct mount {
	const struct node *node;
	enum mount_type type;
	const char
		*source; /* a path, a key of project.volumes, an image; NULL: anonymous */
	const char *target;
	bool read_only;
	const char *consistency;
	struct mount_bind bind;
	struct mount_volume volume;
	struct mount_tmpfs tmpfs;
	struct mount_image image;
	struct extensions x;
};

/* A service's use of a network. */
struct endpoint {
	const struct node *node;
	const char *network; /* key of project.networks */
	struct strings aliases;
	const char *interface_name;
	const char *ipv4_address;
	const char *ipv6_address;
	struct strings link_local_ips;
	const char *mac_address;
	struct pairs driver_opts;
	struct opt_i64 gw_priority;
	struct opt_i64 priority;
	struct extensions x;
};

/* A service's use of a config or secret. */
struct file_ref {
	const struct node *node;
	const char *source; /* key of project.configs or .secrets */
	const char *target; /* as written; NULL: the default place */
	const char *uid;
	const char *gid;
	struct opt_i64 mode;
	struct extensions x;
};

struct build {
	const struct node *node;
	const char *context; /* absolute path or URL */
	const char *dockerfile;
	const char *dockerfile_inline;
	struct strings entitlements;
	struct pairs args;
	const char *provenance;
	const char *sbom;
	struct pairs ssh;
	struct pairs labels;
	struct strings cache_from;
	struct strings cache_to;
	bool no_cache;
	struct strings no_cache_filter;
	struct pairs additional_contexts;
	bool pull;
	struct pairs extra_hosts;
	const char *isolation;
	const char *network;
	const char *target;
	struct file_ref *secrets;
	size_t nsecrets;
	struct opt_i64 shm_size_bytes;
	struct strings tags;
	struct ulimit *ulimits;
	size_t nulimits;
	struct strings platforms;
	bool privileged;
	struct extensions x;
};

struct device_request {
	const struct node *node;
	struct strings capabilities;
	const char *driver;
	struct opt_i64 count; /* -1: all */
	struct strings device_ids;
	struct pairs options;
	struct extensions x;
};

struct generic_resource {
	bool set;
	const char *kind;
	int64_t value;
	struct extensions x;
};

struct resources {
	bool set;
	struct opt_double cpus;
	struct opt_i64 memory_bytes;
	struct opt_i64 pids;
	struct device_request *devices;
	size_t ndevices;
	struct generic_resource *generic_resources;
	size_t ngeneric_resources;
	struct extensions x;
};

/* update_config and rollback_config: for a swarm only. */
struct rollout {
	bool set;
	struct opt_i64 parallelism;
	struct opt_i64 delay_ns;
	const char *failure_action;
	struct opt_i64 monitor_ns;
	struct opt_double max_failure_ratio;
	const char *order;
	struct extensions x;
};

struct spread {
	const char *spread;
	struct extensions x;
};

/* For a swarm only. */
struct placement {
	bool set;
	struct strings constraints;
	struct spread *preferences;
	size_t npreferences;
	struct opt_i64 max_replicas_per_node;
	struct extensions x;
};

struct restart_policy {
	bool set;
	const char *condition;
	struct opt_i64 max_attempts;
	struct opt_i64 delay_ns;
	struct opt_i64 window_ns;
	struct extensions x;
};

struct deploy_resources {
	bool set;
	struct resources limits;
	struct resources reservations;
	struct extensions x;
};

struct deploy {
	const struct node *node; /* NULL: no deploy section */
	const char *mode;
	struct opt_i64 replicas;
	struct pairs labels;
	struct rollout update_config;
	struct rollout rollback_config;
	struct deploy_resources resources;
	struct restart_policy restart_policy;
	struct placement placement;
	const char *endpoint_mode;
	struct extensions x;
};

struct ulimit {
	const char *name;
	bool single; /* one number for both */
	int64_t soft;
	int64_t hard;
	struct extensions x;
};

struct device {
	const char *source;
	const char *target;
	const char *permissions;
	struct pos pos;
	struct extensions x;
};

struct throttle { /* blkio: weight_device and device_* rates */
	const char *path;
	struct opt_i64 value;
};

struct blkio {
	bool set;
	struct opt_i64 weight;
	struct throttle *weight_device, *device_read_bps, *device_read_iops,
		*device_write_bps, *device_write_iops;
	size_t nweight_device, ndevice_read_bps, ndevice_read_iops, ndevice_write_bps,
		ndevice_write_iops;
};

struct logging {
	const struct node *node; /* NULL: no logging section */
	const char *driver;
	struct pairs options;
	struct extensions x;
};

/* post_start and pre_stop: a command in the running container; pre_start: a container of its own before it. */
struct hook {
	const struct node *node;
	struct strings command;
	const char *image; /* pre_start; NULL: the service's */
	const char *user;
	bool privileged;
	const char *working_dir;
	struct pairs environment;
	bool per_replica; /* pre_start */
	struct extensions x;
};

/* develop.watch */
struct watch {
	const struct node *node;
	const char *path; /* absolute */
	const char *action;
	const char *target;
	const struct hook *exec; /* NULL: none */
	struct strings include;
	struct strings ignore;
	bool initial_sync;
	struct extensions x;
};

struct develop {
	bool set;
	struct watch *watch;
	size_t nwatch;
	struct extensions x;
};

/* A program that stands in for containers. */
struct provider {
	bool set;
	const char *type;
	const struct node *options; /* a map of scalars and lists of scalars */
	struct extensions x;
};

struct credential_spec {
	bool set;
	const char *config;
	const char *file;
	const char *registry;
	struct extensions x;
};

/* A service's use of a model. */
struct model_ref {
	const struct node *node;
	const char *model; /* key of project.models */
	const char *endpoint_var;
	const char *model_var;
	struct pos pos;
	struct extensions x;
};

struct env_file {
	const char *path; /* absolute */
	bool required;
	const char *format; /* NULL: dotenv; "raw" */
	struct pos pos;
};

struct service {
	const struct node *node;
	const char *name;

	/* Alphabetical, as in the specification's reference. */
	struct pairs annotations;
	struct opt_bool attach;
	const struct blkio *blkio; /* NULL: none */
	const struct build *build;
	struct strings cap_add;
	struct strings cap_drop;
	const char *cgroup; /* "host" or "private" */
	const char *cgroup_parent;
	struct strings command; /* set with n == 0 clears the image's */
	struct file_ref *configs;
	size_t nconfigs;
	const char *container_name;
	struct opt_i64 cpu_count;
	struct opt_double cpu_percent;
	struct opt_i64 cpu_period;
	struct opt_i64 cpu_quota;
	struct opt_i64 cpu_rt_period;
	struct opt_i64 cpu_rt_runtime;
	struct opt_i64 cpu_shares;
	struct opt_double cpus; /* float32 in docker compose */
	const char *cpuset;
	struct credential_spec credential_spec;
	struct dependency *depends_on; /* explicit and implied, in the order of names */
	size_t ndepends_on;
	const struct deploy *deploy; /* NULL: none; see service_deploy */
	struct develop develop;
	struct strings device_cgroup_rules;
	struct device *devices;
	size_t ndevices;
	struct strings dns;
	struct strings dns_opt;
	struct strings dns_search;
	const char *domainname;
	struct strings entrypoint;
	struct env_file *
		env_files; /* already merged into environment; kept for complaints and display */
	size_t nenv_files;
	struct pairs
		environment; /* with env_file merged in; value NULL: unset everywhere */
	struct strings expose;
	struct strings external_links;
	struct pairs
		extra_hosts; /* host to address; a host with two addresses stands twice */
	struct device_request *gpus;
	size_t ngpus;
	struct strings group_add;
	const struct healthcheck *healthcheck; /* NULL: the image's */
	const char *hostname;
	const char *image; /* NULL: only build */
	struct opt_bool init;
	const char *ipc;
	const char *isolation;
	struct strings label_files; /* already merged into labels; absolute */
	struct pairs labels;        /* with label_file merged in */
	struct strings links;
	struct logging logging;
	const char *mac_address;
	struct opt_i64 mem_limit_bytes;
	struct opt_i64 mem_reservation_bytes;
	struct opt_i64 mem_swappiness;
	struct opt_i64 memswap_limit_bytes;
	struct model_ref *models;
	size_t nmodels;
	const char *network_mode;
	struct endpoint *
		networks; /* in attach order: priority, then name; none with network_mode */
	size_t nnetworks;
	bool oom_kill_disable;
	struct opt_i64 oom_score_adj;
	const char *pid;
	struct opt_i64 pids_limit;
	const char *platform;
	struct port *ports;
	size_t nports;
	struct hook *post_start;
	size_t npost_start;
	struct hook *pre_start;
	size_t npre_start;
	struct hook *pre_stop;
	size_t npre_stop;
	bool privileged;
	struct strings profiles;
	struct provider provider;
	const char *
		pull_policy; /* as written, if_not_present already missing; NULL: unset */
	bool read_only;
	const char *restart;
	const char *runtime;
	struct opt_i64 scale; /* use service_replicas() */
	struct file_ref *secrets;
	size_t nsecrets;
	struct strings security_opt;
	struct opt_i64 shm_size_bytes;
	bool stdin_open;
	struct opt_i64 stop_grace_period_ns;
	const char *stop_signal;
	struct pairs storage_opt;
	struct pairs sysctls;
	struct strings tmpfs;
	bool tty;
	struct ulimit *ulimits;
	size_t nulimits;
	bool use_api_socket;
	const char *user;
	const char *userns_mode;
	const char *uts;
	struct mount *volumes;
	size_t nvolumes;
	struct strings volumes_from;
	const char *working_dir;
	struct extensions x;
};

struct ipam_pool {
	const char *subnet;
	const char *ip_range;
	const char *gateway;
	struct pairs aux_addresses;
	struct extensions x;
};

struct ipam {
	bool set;
	const char *driver;
	struct pairs options;
	struct ipam_pool *pools;
	size_t npools;
	struct extensions x;
};

/* Who answers the names of services on a network: doc/dns.md. */
enum dns_mode {
	DNS_OFF,           /* the engine, as docker compose has it */
	DNS_ASSIST,        /* the engine, and netdns what the engine does not know */
	DNS_AUTHORITATIVE, /* netdns, behind the engine's own resolver */
	DNS_DIRECT,        /* netdns, asked by the containers themselves */
};

/* x-davit.dns, as written; what is not said is NULL or not set. doc/dns.md tells what it does. */
struct dns_settings {
	const struct node *node; /* NULL: nothing was written */
	const char *mode;        /* one of dns_modes */
	struct opt_i64 ttl_s;
	struct opt_bool strict;
	const char *domain;
};

struct network {
	const struct node *node;
	const char *key;
	const char *name; /* as the engine knows it; always set */
	bool external;
	const char *driver;
	struct pairs driver_opts;
	struct ipam ipam;
	bool attachable;
	bool internal;
	struct opt_bool enable_ipv4;
	struct opt_bool enable_ipv6;
	struct pairs labels;
	struct extensions x;
	struct dns_settings dns;
};

struct volume {
	const struct node *node;
	const char *key;
	const char *name;
	bool external;
	const char *driver;
	struct pairs driver_opts;
	struct pairs labels;
	struct extensions x;
};

/* A config or secret. content is what a container gets, read or looked up when the project was loaded. */
struct content {
	const struct node *node;
	const char *key;
	const char *name;
	bool external;
	const char *file;        /* absolute */
	const char *environment; /* the variable's name */
	const char *inline_text; /* `content:` */
	const char *
		value; /* of environment or content; NULL with file, or when the variable is unset */
	const char *driver;
	struct pairs driver_opts;
	const char *template_driver;
	struct pairs labels;
	struct extensions x;
};

/* An entry of the top-level `models`. */
struct model {
	const struct node *node;
	const char *key;
	const char *name;
	const char *model;
	struct opt_i64 context_size;
	struct strings runtime_flags;
	struct extensions x;
};

/* Where the project's name came from: only a name taken from the directory can be an accident. */
enum name_source {
	NAME_FLAG,
	NAME_ENVIRONMENT,
	NAME_FILE,
	NAME_DIRECTORY,
};

/* What !reset or !override took away from what was there before. */
struct removal {
	const char *path;        /* "services.web.ports" */
	const struct node *mark; /* the value with the mark */
	const struct node *old;
};

struct removals {
	struct removal *items;
	size_t n;
};

struct project {
	const struct node *node; /* the merged tree after all passes */
	struct removals removals;
	const char *name;
	enum name_source name_source;
	const char *
		separator; /* in names of containers and images: "-", "_" with --compatibility */
	const char *working_dir;     /* absolute */
	struct strings config_files; /* absolute, in order */
	struct strings env_files;    /* only what --env-file named */
	struct pairs
		environment; /* what interpolation saw: the shell's over .env; sorted by key */
	struct strings profiles; /* active ones */

	struct service *services; /* active ones, sorted by name */
	size_t nservices;
	struct service *disabled; /* switched off by their profiles, sorted by name */
	size_t ndisabled;
	struct network *
		networks; /* sorted by key; only those in use unless all were asked for */
	size_t nnetworks;
	struct volume *volumes;
	size_t nvolumes;
	struct content *configs;
	size_t nconfigs;
	struct content *secrets;
	size_t nsecrets;
	struct model *models;
	size_t nmodels;
	struct extensions x;
	struct dns_settings dns;
	bool env_unresolved; /* env_file is printed, not merged: --no-env-resolution */
	const struct map *service_index; /* name to struct service */
};

/* Lookups by key; NULL when there is none. */
const struct service *project_service(const struct project *project, const char *name);
const struct network *project_network(const struct project *project, const char *key);
const struct volume *project_volume(const struct project *project, const char *key);
const struct content *project_config(const struct project *project, const char *key);
const struct content *project_secret(const struct project *project, const char *key);

/* Is a name what somebody wrote, literally or as a shell glob? */
bool service_matches(const char *pattern, const char *name);

/* A variable of the project's environment, or NULL. */
const char *project_variable(const struct project *project, const char *name);

/* How many containers: scale, deploy.replicas, or 1. */
unsigned service_replicas(const struct service *service);

/* Whether the engine fetches the context itself: it is a URL, of a repository or a tar. */
bool build_is_remote(const struct build *build);

/* Its deploy section; an empty one when there is none. */
const struct deploy *service_deploy(const struct service *service);

/* "image" or the default name of what is built: "<project>-<service>". In the arena or the project. */
struct arena;
const char *service_image(struct arena *arena, const struct project *project,
	const struct service *service);

/* Where a key stands inside the node of a struct, else where the node stands. */
struct pos pos_of(const struct node *node, const char *key);

/* The words of x-davit.dns.mode by enum dns_mode, NULL at the end; which of them it is, or -1. */
extern const char *const dns_modes[];
int dns_mode_of(const char *word);

/* What may stand for the domain: labels of letters, digits, "-" and "_", at least one. */
bool dns_domain_valid(const char *text);

/* The words of the specification: "service_healthy". */
const char *condition_name(enum condition condition);
