/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of deploy; what only a swarm acts on is marked so. */
#include "base/schema.h"
#include "compose/model/project.h"
#include "compose/model/sections.h"

static const char *const rollout_orders[] = {"start-first", "stop-first", NULL};

static const struct field rollout_fields[] = {
	F_INT(struct rollout, "parallelism", parallelism, .flags = FIELD_KEEP_EMPTY,
		.help = "How many containers at once"),
	F_DURATION(struct rollout, "delay", delay_ns, .help = "Pause between them"),
	F_TEXT(struct rollout, "failure_action", failure_action,
		.help = "continue, pause or rollback"),
	F_DURATION(struct rollout, "monitor", monitor_ns,
		.help = "How long each is watched"),
	F_FLOAT32(struct rollout, "max_failure_ratio", max_failure_ratio,
		.help = "Share of failures that is tolerated"),
	F_TEXT(struct rollout, "order", order, .words = rollout_orders,
		.help = "Start the new one or stop the old one first"),
	F_END,
};

static const struct section rollout_section = {
	.name = "update_config",
	.fields = rollout_fields,
	SECTION_OF(struct rollout),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct rollout),
	NO_POS,
	KEEPS_X(struct rollout),
};

static const struct field discrete_fields[] = {
	F_TEXT(struct generic_resource, "kind", kind, .flags = FIELD_ALWAYS,
		.help = "Kind of resource"),
	F_I64(struct generic_resource, "value", value, .flags = FIELD_ALWAYS,
		.help = "How many"),
	F_END,
};

static const struct section discrete_section = {
	.name = "discrete_resource_spec",
	.fields = discrete_fields,
	SECTION_OF(struct generic_resource),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct generic_resource),
	NO_POS,
	KEEPS_X(struct generic_resource),
};

/* The list's items hold nothing but this one section, so both share a struct. */
static const struct field generic_resource_fields[] = {
	{.name = "discrete_resource_spec",
		.type = TYPE_SECTION,
		.offset = 0,
		.size = sizeof(struct generic_resource),
		.section = &discrete_section,
		.help = "A resource that is counted"},
	F_END,
};

static const struct section generic_resource_section = {
	.name = "generic_resources entry",
	.fields = generic_resource_fields,
	SECTION_OF(struct generic_resource),
	NO_KEY,
	NO_NODE,
	NO_SET,
	NO_POS,
	NO_X,
};

static const struct field limits_fields[] = {
	F_FLOAT32(struct resources, "cpus", cpus, .help = "CPUs it may use",
		.maps_to = "HostConfig.NanoCpus"),
	F_BYTES(struct resources, "memory", memory_bytes, .flags = FIELD_STRICT,
		.help = "Memory it may use", .maps_to = "HostConfig.Memory"),
	F_INT(struct resources, "pids", pids, .help = "How many processes",
		.maps_to = "HostConfig.PidsLimit"),
	F_END,
};

static const struct section limits_section = {
	.name = "limits",
	.fields = limits_fields,
	SECTION_OF(struct resources),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct resources),
	NO_POS,
	KEEPS_X(struct resources),
};

static const struct field reservations_fields[] = {
	F_FLOAT32(struct resources, "cpus", cpus, .flags = FIELD_SWARM,
		.help = "CPUs it is meant to get"),
	F_BYTES(struct resources, "memory", memory_bytes, .flags = FIELD_STRICT,
		.help = "Memory it is meant to get",
		.maps_to = "HostConfig.MemoryReservation"),
	F_LIST(struct resources, "devices", devices, ndevices, &device_request_section,
		.help = "GPUs and the like", .maps_to = "HostConfig.DeviceRequests"),
	F_LIST(struct resources, "generic_resources", generic_resources,
		ngeneric_resources, &generic_resource_section, .flags = FIELD_SWARM,
		.help = "Resources that nodes offer"),
	F_END,
};

static const struct section reservations_section = {
	.name = "reservations",
	.fields = reservations_fields,
	SECTION_OF(struct resources),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct resources),
	NO_POS,
	KEEPS_X(struct resources),
};

static const struct field deploy_resources_fields[] = {
	F_SECTION(struct deploy_resources, "limits", limits, &limits_section,
		.flags = FIELD_KEEP_EMPTY, .help = "What it may use at most"),
	F_SECTION(struct deploy_resources, "reservations", reservations,
		&reservations_section, .flags = FIELD_KEEP_EMPTY,
		.help = "What it is meant to get"),
	F_END,
};

static const struct section deploy_resources_section = {
	.name = "resources",
	.fields = deploy_resources_fields,
	SECTION_OF(struct deploy_resources),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct deploy_resources),
	NO_POS,
	KEEPS_X(struct deploy_resources),
};

static const struct field restart_policy_fields[] = {
	F_TEXT(struct restart_policy, "condition", condition,
		.help = "none, on-failure or any",
		.maps_to = "HostConfig.RestartPolicy.Name"),
	F_DURATION(struct restart_policy, "delay", delay_ns,
		.flags = FIELD_SWARM | FIELD_KEEP_EMPTY, .help = "Pause between tries"),
	F_INT(struct restart_policy, "max_attempts", max_attempts,
		.flags = FIELD_KEEP_EMPTY, .help = "How many tries",
		.maps_to = "HostConfig.RestartPolicy.MaximumRetryCount"),
	F_DURATION(struct restart_policy, "window", window_ns,
		.flags = FIELD_SWARM | FIELD_KEEP_EMPTY,
		.help = "How long a start must last to count"),
	F_END,
};

static const struct section restart_policy_section = {
	.name = "restart_policy",
	.fields = restart_policy_fields,
	SECTION_OF(struct restart_policy),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct restart_policy),
	NO_POS,
	KEEPS_X(struct restart_policy),
};

static const struct field spread_fields[] = {
	F_TEXT(struct spread, "spread", spread, .help = "Label to spread over"),
	F_END,
};

static const struct section spread_section = {
	.name = "preference",
	.fields = spread_fields,
	SECTION_OF(struct spread),
	NO_KEY,
	NO_NODE,
	NO_SET,
	NO_POS,
	KEEPS_X(struct spread),
};

static const struct field placement_fields[] = {
	F_STRINGS(struct placement, "constraints", constraints,
		.help = "What nodes must be like"),
	F_LIST(struct placement, "preferences", preferences, npreferences,
		&spread_section, .help = "How to spread over nodes"),
	F_INT(struct placement, "max_replicas_per_node", max_replicas_per_node,
		.help = "How many containers on one node"),
	F_END,
};

static const struct section placement_section = {
	.name = "placement",
	.fields = placement_fields,
	SECTION_OF(struct placement),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct placement),
	NO_POS,
	KEEPS_X(struct placement),
};

static const struct field deploy_fields[] = {
	F_TEXT(struct deploy, "mode", mode, .flags = FIELD_SWARM, .usual = "replicated",
		.help = "replicated or global"),
	F_INT(struct deploy, "replicas", replicas,
		.flags = FIELD_KEEP_EMPTY | FIELD_UNHASHED,
		.help = "How many containers"),
	F_PAIRS(struct deploy, "labels", labels, .form = FORM_LIST_OR_PAIRS,
		.merge = MERGE_PAIRS, .unique = UNIQUE_KEY, .flags = FIELD_SWARM,
		.help = "Labels of the swarm's service"),
	F_SECTION(struct deploy, "update_config", update_config, &rollout_section,
		.flags = FIELD_SWARM | FIELD_KEEP_EMPTY, .help = "How to update"),
	F_SECTION(struct deploy, "rollback_config", rollback_config, &rollout_section,
		.flags = FIELD_SWARM | FIELD_KEEP_EMPTY, .help = "How to go back"),
	F_SECTION(struct deploy, "resources", resources, &deploy_resources_section,
		.flags = FIELD_ALWAYS_JSON, .help = "Limits and reservations"),
	F_SECTION(struct deploy, "restart_policy", restart_policy,
		&restart_policy_section, .flags = FIELD_KEEP_EMPTY,
		.help = "When to restart; goes before restart",
		.maps_to = "HostConfig.RestartPolicy"),
	F_SECTION(struct deploy, "placement", placement, &placement_section,
		.flags = FIELD_SWARM | FIELD_ALWAYS_JSON, .help = "Which nodes"),
	F_TEXT(struct deploy, "endpoint_mode", endpoint_mode, .flags = FIELD_SWARM,
		.usual = "vip", .help = "vip or dnsrr"),
	F_END,
};

const struct section deploy_section = {
	.name = "deploy",
	.fields = deploy_fields,
	SECTION_OF(struct deploy),
	NO_KEY,
	KEEPS_NODE(struct deploy),
	NO_SET,
	NO_POS,
	KEEPS_X(struct deploy),
};
