/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a service, in the order in which docker compose prints and hashes them. */
#include "base/node.h"
#include "base/schema.h"
#include "compose/model/fields.h"
#include "compose/model/project.h"
#include "compose/model/sections.h"

static const char *const condition_words[] = {
	[CONDITION_STARTED] = "service_started",
	[CONDITION_HEALTHY] = "service_healthy",
	[CONDITION_COMPLETED] = "service_completed_successfully",
	NULL,
};

const char *condition_name(enum condition condition)
{
	return condition_words[condition];
}

static const struct field dependency_fields[] = {
	F_WORD(struct dependency, "condition", condition, enum condition, condition_words,
		.flags = FIELD_REQUIRED, .fallback = "service_started",
		.help = "What the other service must have reached before this one starts"),
	F_BOOL(struct dependency, "restart", restart, .flags = FIELD_CAST,
		.help = "Restart this service when the other one is restarted"),
	F_BOOL(struct dependency, "required", required, .flags = FIELD_CAST | FIELD_STRICT | FIELD_ALWAYS,
		.fallback = "true", .help = "Fail when the other service is missing or fails"),
	F_END,
};

static const struct section dependency_section = {
	.name = "depends_on entry",
	.fields = dependency_fields,
	SECTION_OF(struct dependency),
	KEEPS_KEY(struct dependency, service),
	NO_NODE,
	NO_SET,
	KEEPS_POS(struct dependency),
	NO_X,
};

static const struct field throttle_weight_fields[] = {
	F_TEXT(struct throttle, "path", path, .json_name = "Path", .help = "Device on the host",
		.maps_to = "HostConfig.BlkioWeightDevice[].Path"),
	F_INT(struct throttle, "weight", value, .json_name = "Weight", .help = "Share of its time, 10 to 1000",
		.maps_to = "HostConfig.BlkioWeightDevice[].Weight"),
	F_END,
};

static const struct section throttle_weight_section = {
	.name = "weight",
	.fields = throttle_weight_fields,
	SECTION_OF(struct throttle),
	NO_KEY,
	NO_NODE,
	NO_SET,
	NO_POS,
	NO_X,
	.no_extensions = true,
};

static const struct field throttle_rate_fields[] = {
	F_TEXT(struct throttle, "path", path, .json_name = "Path", .help = "Device on the host",
		.maps_to = "HostConfig.BlkioDeviceReadBps[].Path"),
	F_BYTES(struct throttle, "rate", value, .json_name = "Rate",
		.help = "Bytes or operations per second", .maps_to = "HostConfig.BlkioDeviceReadBps[].Rate"),
	F_END,
};

static const struct section throttle_rate_section = {
	.name = "rate",
	.fields = throttle_rate_fields,
	SECTION_OF(struct throttle),
	NO_KEY,
	NO_NODE,
	NO_SET,
	NO_POS,
	NO_X,
	.no_extensions = true,
};

static const struct field blkio_fields[] = {
	F_INT(struct blkio, "weight", weight, .help = "Share of block I/O time, 10 to 1000",
		.maps_to = "HostConfig.BlkioWeight"),
	F_LIST(struct blkio, "weight_device", weight_device, nweight_device, &throttle_weight_section,
		.help = "Weight per device", .maps_to = "HostConfig.BlkioWeightDevice"),
	F_LIST(struct blkio, "device_read_bps", device_read_bps, ndevice_read_bps, &throttle_rate_section,
		.help = "Bytes per second read from a device", .maps_to = "HostConfig.BlkioDeviceReadBps"),
	F_LIST(struct blkio, "device_read_iops", device_read_iops, ndevice_read_iops,
		&throttle_rate_section, .help = "Reads per second from a device",
		.maps_to = "HostConfig.BlkioDeviceReadIOps"),
	F_LIST(struct blkio, "device_write_bps", device_write_bps, ndevice_write_bps,
		&throttle_rate_section, .help = "Bytes per second written to a device",
		.maps_to = "HostConfig.BlkioDeviceWriteBps"),
	F_LIST(struct blkio, "device_write_iops", device_write_iops, ndevice_write_iops,
		&throttle_rate_section, .help = "Writes per second to a device",
		.maps_to = "HostConfig.BlkioDeviceWriteIOps"),
	F_END,
};

static const struct section blkio_section = {
	.name = "blkio_config",
	.fields = blkio_fields,
	SECTION_OF(struct blkio),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct blkio),
	NO_POS,
	NO_X,
	.no_extensions = true,
};

static const struct field credential_spec_fields[] = {
	F_TEXT(struct credential_spec, "config", config, .help = "Key of a config that holds the spec"),
	F_TEXT(struct credential_spec, "file", file, .help = "File in the engine's directory"),
	F_TEXT(struct credential_spec, "registry", registry, .help = "Entry of the Windows registry"),
	F_END,
};

static const struct section credential_spec_section = {
	.name = "credential_spec",
	.fields = credential_spec_fields,
	SECTION_OF(struct credential_spec),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct credential_spec),
	NO_POS,
	KEEPS_X(struct credential_spec),
};

static const char *const watch_actions[] = {
	"rebuild", "sync", "restart", "sync+restart", "sync+exec", NULL};

static const struct field watch_fields[] = {
	F_TEXT(struct watch, "path", path, .path = PATH_ALWAYS, .flags = FIELD_REQUIRED,
		.help = "Directory or file to watch"),
	F_TEXT(struct watch, "action", action, .flags = FIELD_REQUIRED, .words = watch_actions,
		.help = "What a change does"),
	F_TEXT(struct watch, "target", target, .help = "Where changes go in the container"),
	F_POINTER(struct watch, "exec", exec, &hook_section, .flags = FIELD_ALWAYS_JSON,
		.help = "Command that is run after a sync"),
	F_STRINGS(struct watch, "include", include, .form = FORM_TEXT_LIST, .merge = MERGE_TEXT_LIST,
		.help = "Patterns of the files that count"),
	F_STRINGS(struct watch, "ignore", ignore, .form = FORM_TEXT_LIST, .merge = MERGE_TEXT_LIST,
		.help = "Patterns of the files that do not count"),
	F_BOOL(struct watch, "initial_sync", initial_sync, .flags = FIELD_STRICT,
		.help = "Bring the container up to date first"),
	F_END,
};

static const struct section watch_section = {
	.name = "watch",
	.fields = watch_fields,
	SECTION_OF(struct watch),
	NO_KEY,
	KEEPS_NODE(struct watch),
	NO_SET,
	NO_POS,
	KEEPS_X(struct watch),
};

static const struct field develop_fields[] = {
	F_LIST(struct develop, "watch", watch, nwatch, &watch_section,
		.help = "What to do when files change"),
	F_END,
};

static const struct section develop_section = {
	.name = "develop",
	.fields = develop_fields,
	SECTION_OF(struct develop),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct develop),
	NO_POS,
	KEEPS_X(struct develop),
};

static const struct field device_fields[] = {
	F_TEXT(struct device, "source", source, .flags = FIELD_REQUIRED,
		.help = "Device on the host, or a CDI name",
		.maps_to = "HostConfig.Devices[].PathOnHost"),
	F_TEXT(struct device, "target", target, .help = "Where it is in the container",
		.maps_to = "HostConfig.Devices[].PathInContainer"),
	F_TEXT(struct device, "permissions", permissions, .help = "Any of r, w and m",
		.maps_to = "HostConfig.Devices[].CgroupPermissions"),
	F_END,
};

static const struct section device_section = {
	.name = "device",
	.fields = device_fields,
	SECTION_OF(struct device),
	NO_KEY,
	NO_NODE,
	NO_SET,
	KEEPS_POS(struct device),
	KEEPS_X(struct device),
};

static const struct field provider_fields[] = {
	F_TEXT(struct provider, "type", type, .flags = FIELD_REQUIRED,
		.help = "Name of the program that provides the service"),
	F_ANY(struct provider, "options", options, .form = FORM_TEXT_LIST, .help = "What it is told"),
	F_END,
};

static const struct section provider_section = {
	.name = "provider",
	.fields = provider_fields,
	SECTION_OF(struct provider),
	NO_KEY,
	NO_NODE,
	KEEPS_SET(struct provider),
	NO_POS,
	KEEPS_X(struct provider),
};

static const struct field env_file_fields[] = {
	F_TEXT(struct env_file, "path", path, .flags = FIELD_REQUIRED, .path = PATH_ALWAYS,
		.help = "File of variables"),
	F_BOOL(struct env_file, "required", required, .fallback = "true", .flags = FIELD_ALWAYS,
		.help = "Fail when the file is missing"),
	F_TEXT(struct env_file, "format", format, .help = "raw: no quotes and no interpolation"),
	F_END,
};

/* The short form, where it says all. */
static struct node *env_file_encode(struct arena *arena, const void *in)
{
	const struct env_file *file = in;

	return file->required ? node_text(arena, file->path) : NULL;
}

static const struct section env_file_section = {
	.name = "env_file",
	.encode = env_file_encode,
	.fields = env_file_fields,
	SECTION_OF(struct env_file),
	NO_KEY,
	NO_NODE,
	NO_SET,
	KEEPS_POS(struct env_file),
	NO_X,
	.no_extensions = true,
};

static const struct field extends_fields[] = {
	F_LOADER("service", TYPE_TEXT, .help = "The service to start from"),
	F_LOADER("file", TYPE_TEXT, .help = "The file that has it"),
	F_END,
};

static const struct section extends_section = {
	.name = "extends",
	.fields = extends_fields,
	NO_KEY,
	NO_NODE,
	NO_SET,
	NO_POS,
	NO_X,
	.no_extensions = true,
};

static const struct field healthcheck_fields[] = {
	F_STRINGS(struct healthcheck, "test", test, .form = FORM_SHELL_TEST, .merge = MERGE_REPLACE,
		.help = "Command that tells whether the container is well",
		.maps_to = "Healthcheck.Test"),
	F_DURATION(struct healthcheck, "timeout", timeout_ns, .flags = FIELD_KEEP_EMPTY,
		.help = "How long one check may take", .maps_to = "Healthcheck.Timeout"),
	F_DURATION(struct healthcheck, "interval", interval_ns, .flags = FIELD_KEEP_EMPTY,
		.help = "Time between checks", .maps_to = "Healthcheck.Interval"),
	F_INT(struct healthcheck, "retries", retries, .flags = FIELD_CAST | FIELD_NUMBER | FIELD_KEEP_EMPTY,
		.help = "Failures in a row that make a container unhealthy",
		.maps_to = "Healthcheck.Retries"),
	F_DURATION(struct healthcheck, "start_period", start_period_ns, .flags = FIELD_KEEP_EMPTY,
		.help = "Time after the start in which failures do not count",
		.maps_to = "Healthcheck.StartPeriod"),
	F_DURATION(struct healthcheck, "start_interval", start_interval_ns, .flags = FIELD_KEEP_EMPTY,
		.help = "Time between checks during start_period",
		.maps_to = "Healthcheck.StartInterval"),
	F_BOOL(struct healthcheck, "disable", disable, .flags = FIELD_CAST,
		.help = "Switch off the image's check", .maps_to = "Healthcheck.Test"),
	F_END,
};

static const struct section healthcheck_section = {
	.name = "healthcheck",
	.fields = healthcheck_fields,
	SECTION_OF(struct healthcheck),
	NO_KEY,
	KEEPS_NODE(struct healthcheck),
	NO_SET,
	NO_POS,
	KEEPS_X(struct healthcheck),
};

static const struct field logging_fields[] = {
	F_TEXT(struct logging, "driver", driver, .help = "Where the logs go",
		.maps_to = "HostConfig.LogConfig.Type"),
	F_PAIRS(struct logging, "options", options, .flags = FIELD_NUMBER | FIELD_NULL,
		.help = "Options of the driver", .maps_to = "HostConfig.LogConfig.Config"),
	F_END,
};

static const struct section logging_section = {
	.name = "logging",
	.fields = logging_fields,
	SECTION_OF(struct logging),
	NO_KEY,
	KEEPS_NODE(struct logging),
	NO_SET,
	NO_POS,
	KEEPS_X(struct logging),
};

static const struct field model_ref_fields[] = {
	F_TEXT(struct model_ref, "endpoint_var", endpoint_var,
		.help = "Variable that gets the model's address"),
	F_TEXT(struct model_ref, "model_var", model_var, .help = "Variable that gets the model's name"),
	F_END,
};

static const struct section model_ref_section = {
	.name = "model of a service",
	.fields = model_ref_fields,
	SECTION_OF(struct model_ref),
	KEEPS_KEY(struct model_ref, model),
	KEEPS_NODE(struct model_ref),
	NO_SET,
	KEEPS_POS(struct model_ref),
	KEEPS_X(struct model_ref),
};

static const char *const cgroup_words[] = {"host", "private", NULL};

static const struct field service_fields[] = {
	F_STRINGS(struct service, "profiles", profiles, .unique = UNIQUE_KEY,
		.flags = FIELD_UNIQUE_ITEMS | FIELD_UNHASHED,
		.help = "The service is only there when one of these is asked for"),
	F_PAIRS(struct service, "annotations", annotations, .form = FORM_LIST_OR_PAIRS,
		.merge = MERGE_PAIRS, .unique = UNIQUE_KEY, .help = "Annotations of the container",
		.maps_to = "HostConfig.Annotations"),
	F_OPT_BOOL(struct service, "attach", attach, .flags = FIELD_KEEP_EMPTY,
		.help = "false: up does not show its logs"),
	F_POINTER(struct service, "build", build, &build_section, .form = FORM_TEXT_AS,
		.form_key = "context", .merge = MERGE_LONG, .flags = FIELD_UNHASHED,
		.help = "How the image is built"),
	F_SECTION(struct service, "develop", develop, &develop_section, .flags = FIELD_NULL | FIELD_UNUSED | FIELD_KEEP_EMPTY,
		.help = "What to do while people edit the sources"),
	F_SECTION(struct service, "blkio_config", blkio, &blkio_section, .flags = FIELD_KEEP_EMPTY,
		.help = "Limits of block I/O",
		.maps_to = "HostConfig.Blkio*"),
	F_STRINGS(struct service, "cap_add", cap_add, .unique = UNIQUE_KEY, .flags = FIELD_UNIQUE_ITEMS,
		.help = "Capabilities to add", .maps_to = "HostConfig.CapAdd"),
	F_STRINGS(struct service, "cap_drop", cap_drop, .unique = UNIQUE_KEY, .flags = FIELD_UNIQUE_ITEMS,
		.help = "Capabilities to take away", .maps_to = "HostConfig.CapDrop"),
	F_TEXT(struct service, "cgroup_parent", cgroup_parent, .help = "Cgroup above the container's",
		.maps_to = "HostConfig.CgroupParent"),
	F_TEXT(struct service, "cgroup", cgroup, .words = cgroup_words, .help = "Whose cgroup namespace",
		.maps_to = "HostConfig.CgroupnsMode"),
	F_INT(struct service, "cpu_count", cpu_count, .flags = FIELD_CAST, .max = INT64_MAX,
		.help = "Usable CPUs (Windows)", .maps_to = "HostConfig.CpuCount"),
	F_FLOAT32(struct service, "cpu_percent", cpu_percent, .flags = FIELD_CAST, .max = 100,
		.help = "Usable share of the CPUs (Windows)", .maps_to = "HostConfig.CpuPercent"),
	F_INT(struct service, "cpu_period", cpu_period, .flags = FIELD_CAST | FIELD_NUMBER,
		.help = "Length of a CFS period in microseconds", .maps_to = "HostConfig.CpuPeriod"),
	F_INT(struct service, "cpu_quota", cpu_quota, .flags = FIELD_CAST | FIELD_NUMBER,
		.help = "CPU time in a CFS period, in microseconds", .maps_to = "HostConfig.CpuQuota"),
	F_INT(struct service, "cpu_rt_period", cpu_rt_period, .flags = FIELD_CAST | FIELD_NUMBER,
		.help = "Length of a real-time period in microseconds",
		.maps_to = "HostConfig.CpuRealtimePeriod"),
	F_INT(struct service, "cpu_rt_runtime", cpu_rt_runtime, .flags = FIELD_CAST | FIELD_NUMBER,
		.help = "CPU time in a real-time period, in microseconds",
		.maps_to = "HostConfig.CpuRealtimeRuntime"),
	F_FLOAT32(struct service, "cpus", cpus, .flags = FIELD_CAST, .help = "CPUs it may use, 0.5 is half a one",
		.maps_to = "HostConfig.NanoCpus"),
	F_TEXT(struct service, "cpuset", cpuset, .help = "CPUs it may run on: 0-3 or 0,1",
		.maps_to = "HostConfig.CpusetCpus"),
	F_INT(struct service, "cpu_shares", cpu_shares, .flags = FIELD_CAST | FIELD_NUMBER,
		.help = "Weight against other containers", .maps_to = "HostConfig.CpuShares"),
	F_COMMAND(struct service, "command", command, .merge = MERGE_REPLACE,
		.flags = FIELD_NULL | FIELD_KEEP_EMPTY | FIELD_ALWAYS_JSON,
		.help = "Command in place of the image's", .maps_to = "Cmd"),
	F_LIST(struct service, "configs", configs, nconfigs, &file_ref_section, .form = FORM_TEXT_AS,
		.form_key = "source", .unique = UNIQUE_CONFIG, .help = "Configs that the service can read"),
	F_TEXT(struct service, "container_name", container_name, .help = "Name in place of the made one",
		.maps_to = "?name="),
	F_SECTION(struct service, "credential_spec", credential_spec, &credential_spec_section,
		.flags = FIELD_SWARM | FIELD_KEEP_EMPTY, .help = "Credentials of a managed service account (Windows)"),
	F_MAP(struct service, "depends_on", depends_on, ndepends_on, &dependency_section,
		.form = FORM_DEPENDS, .merge = MERGE_LONG, .flags = FIELD_NAMES | FIELD_UNHASHED,
		.help = "Services that have to be there first"),
	F_SECTION(struct service, "deploy", deploy, &deploy_section, .flags = FIELD_NULL | FIELD_KEEP_EMPTY,
		.help = "Replicas, resources and restart policy"),
	F_STRINGS(struct service, "device_cgroup_rules", device_cgroup_rules,
		.flags = FIELD_UNIQUE_ITEMS, .help = "Rules for devices: c 1:3 mr",
		.maps_to = "HostConfig.DeviceCgroupRules"),
	F_LIST(struct service, "devices", devices, ndevices, &device_section, .form = FORM_DEVICE,
		.unique = UNIQUE_DEVICE, .help = "Devices of the host", .maps_to = "HostConfig.Devices"),
	F_STRINGS(struct service, "dns", dns, .form = FORM_TEXT_LIST, .merge = MERGE_TEXT_LIST,
		.unique = UNIQUE_KEY, .flags = FIELD_UNIQUE_ITEMS, .help = "DNS servers",
		.maps_to = "HostConfig.Dns"),
	F_STRINGS(struct service, "dns_opt", dns_opt, .merge = MERGE_TEXT_LIST, .unique = UNIQUE_KEY,
		.flags = FIELD_UNIQUE_ITEMS, .help = "Options of the resolver",
		.maps_to = "HostConfig.DnsOptions"),
	F_STRINGS(struct service, "dns_search", dns_search, .form = FORM_TEXT_LIST,
		.merge = MERGE_TEXT_LIST, .unique = UNIQUE_KEY, .flags = FIELD_UNIQUE_ITEMS,
		.help = "Domains that short names are searched in", .maps_to = "HostConfig.DnsSearch"),
	F_TEXT(struct service, "domainname", domainname, .help = "Domain of the container",
		.maps_to = "Domainname"),
	F_COMMAND(struct service, "entrypoint", entrypoint, .merge = MERGE_REPLACE,
		.flags = FIELD_NULL | FIELD_KEEP_EMPTY | FIELD_ALWAYS_JSON,
		.help = "Entrypoint in place of the image's", .maps_to = "Entrypoint"),
	F_SECTION(struct service, "provider", provider, &provider_section, .flags = FIELD_UNUSED,
		.help = "A program that stands in for containers"),
	F_PAIRS(struct service, "environment", environment, .form = FORM_LIST_OR_PAIRS,
		.merge = MERGE_PAIRS, .unique = UNIQUE_KEY, .flags = FIELD_NULL_VALUES,
		.help = "Variables of the container; null takes the project's", .maps_to = "Env"),
	F_LIST(struct service, "env_file", env_files, nenv_files, &env_file_section, .form = FORM_ENV_FILE,
		.merge = MERGE_TEXT_LIST, .unique = UNIQUE_PATH, .flags = FIELD_MERGED,
		.help = "Files of variables, under environment"),
	F_STRINGS(struct service, "expose", expose, .unique = UNIQUE_TEXT,
		.flags = FIELD_NUMBER | FIELD_UNIQUE_ITEMS, .help = "Ports for other containers only",
		.maps_to = "ExposedPorts"),
	F_LOADER("extends", TYPE_SECTION, .section = &extends_section, .form = FORM_TEXT_AS,
		.form_key = "service", .help = "The service that this one starts from"),
	F_STRINGS(struct service, "external_links", external_links, .flags = FIELD_UNIQUE_ITEMS,
		.help = "Names for containers outside the project", .maps_to = "HostConfig.Links"),
	F_PAIRS(struct service, "extra_hosts", extra_hosts, .form = FORM_HOSTS, .merge = MERGE_HOSTS,
		.help = "Lines for /etc/hosts", .maps_to = "HostConfig.ExtraHosts"),
	F_STRINGS(struct service, "group_add", group_add, .flags = FIELD_NUMBER | FIELD_UNIQUE_ITEMS,
		.help = "More groups of the user", .maps_to = "HostConfig.GroupAdd"),
	F_LIST(struct service, "gpus", gpus, ngpus, &device_request_section, .form = FORM_GPUS,
		.help = "GPUs", .maps_to = "HostConfig.DeviceRequests"),
	F_TEXT(struct service, "hostname", hostname, .help = "Host name of the container",
		.maps_to = "Hostname"),
	F_POINTER(struct service, "healthcheck", healthcheck, &healthcheck_section,
		.help = "How it is told whether a container is well", .maps_to = "Healthcheck"),
	F_TEXT(struct service, "image", image, .help = "Image of the containers", .maps_to = "Image"),
	F_OPT_BOOL(struct service, "init", init, .flags = FIELD_CAST | FIELD_KEEP_EMPTY,
		.help = "Run an init that reaps processes", .maps_to = "HostConfig.Init"),
	F_TEXT(struct service, "ipc", ipc, .help = "Whose IPC namespace: service:x, container:x, host and others",
		.maps_to = "HostConfig.IpcMode"),
	F_TEXT(struct service, "isolation", isolation, .help = "Isolation (Windows)",
		.maps_to = "HostConfig.Isolation"),
	F_PAIRS(struct service, "labels", labels, .form = FORM_LIST_OR_PAIRS, .merge = MERGE_PAIRS,
		.unique = UNIQUE_KEY, .help = "Labels of the containers", .maps_to = "Labels"),
	F_STRINGS(struct service, "label_file", label_files, .form = FORM_TEXT_LIST,
		.merge = MERGE_TEXT_LIST, .path = PATH_ALWAYS, .flags = FIELD_HIDDEN,
		.help = "Files of labels, under labels"),
	F_STRINGS(struct service, "links", links, .unique = UNIQUE_KEY, .flags = FIELD_UNIQUE_ITEMS,
		.help = "Services, with more names for them", .maps_to = "HostConfig.Links"),
	F_SECTION(struct service, "logging", logging, &logging_section, .merge = MERGE_DRIVER,
		.flags = FIELD_KEEP_EMPTY,
		.help = "Where the logs go", .maps_to = "HostConfig.LogConfig"),
	F_BYTES(struct service, "mem_limit", mem_limit_bytes, .help = "Memory it may use",
		.maps_to = "HostConfig.Memory"),
	F_BYTES(struct service, "mem_reservation", mem_reservation_bytes,
		.help = "Memory it is meant to get", .maps_to = "HostConfig.MemoryReservation"),
	F_BYTES(struct service, "memswap_limit", memswap_limit_bytes,
		.help = "Memory and swap together; -1: no limit", .maps_to = "HostConfig.MemorySwap"),
	F_BYTES(struct service, "mem_swappiness", mem_swappiness, .help = "How soon to swap, 0 to 100",
		.maps_to = "HostConfig.MemorySwappiness"),
	F_TEXT(struct service, "mac_address", mac_address, .help = "MAC address on its main network",
		.maps_to = "NetworkingConfig.EndpointsConfig[].MacAddress"),
	F_MAP(struct service, "models", models, nmodels, &model_ref_section, .form = FORM_LIST_NULLS,
		.merge = MERGE_LONG, .flags = FIELD_NULL | FIELD_NAMES | FIELD_UNUSED,
		.help = "Models that the service talks to"),
	F_TEXT(struct service, "network_mode", network_mode,
		.help = "none, host, bridge, service:x or container:x in place of networks",
		.maps_to = "HostConfig.NetworkMode"),
	F_MAP(struct service, "networks", networks, nnetworks, &endpoint_section,
		.form = FORM_LIST_NULLS, .merge = MERGE_LONG, .flags = FIELD_NULL | FIELD_NAMES,
		.help = "Networks it is on; default when there is none",
		.maps_to = "NetworkingConfig.EndpointsConfig"),
	F_BOOL(struct service, "oom_kill_disable", oom_kill_disable, .flags = FIELD_CAST,
		.help = "Never kill it when memory runs out", .maps_to = "HostConfig.OomKillDisable"),
	F_INT(struct service, "oom_score_adj", oom_score_adj, .flags = FIELD_CAST, .min = -1000,
		.max = 1000, .help = "How soon to kill it when memory runs out, -1000 to 1000",
		.maps_to = "HostConfig.OomScoreAdj"),
	F_TEXT(struct service, "pid", pid, .flags = FIELD_NULL,
		.help = "Whose PID namespace: service:x, container:x or host",
		.maps_to = "HostConfig.PidMode"),
	F_INT(struct service, "pids_limit", pids_limit, .flags = FIELD_CAST | FIELD_NUMBER,
		.help = "How many processes; -1: no limit", .maps_to = "HostConfig.PidsLimit"),
	F_TEXT(struct service, "platform", platform, .help = "os[/arch[/variant]] of the image",
		.maps_to = "?platform="),
	F_LIST(struct service, "ports", ports, nports, &port_section, .form = FORM_PORT,
		.unique = UNIQUE_PORT, .flags = FIELD_UNIQUE_ITEMS, .help = "Ports on the host",
		.maps_to = "HostConfig.PortBindings"),
	F_BOOL(struct service, "privileged", privileged, .flags = FIELD_CAST,
		.help = "All capabilities and devices", .maps_to = "HostConfig.Privileged"),
	F_TEXT(struct service, "pull_policy", pull_policy, .flags = FIELD_UNHASHED,
		.help = "When to pull: always, never, missing, build, daily, weekly, every_12h"),
	F_LOADER("pull_refresh_after", TYPE_TEXT, .help = "Without effect in any tool"),
	F_BOOL(struct service, "read_only", read_only, .flags = FIELD_CAST,
		.help = "Root file system is read-only", .maps_to = "HostConfig.ReadonlyRootfs"),
	F_TEXT(struct service, "restart", restart,
		.help = "When to restart: no, always, on-failure[:N], unless-stopped",
		.maps_to = "HostConfig.RestartPolicy"),
	F_TEXT(struct service, "runtime", runtime, .help = "OCI runtime", .maps_to = "HostConfig.Runtime"),
	F_INT(struct service, "scale", scale, .flags = FIELD_CAST | FIELD_KEEP_EMPTY | FIELD_UNHASHED,
		.help = "How many containers"),
	F_LIST(struct service, "secrets", secrets, nsecrets, &file_ref_section, .form = FORM_TEXT_AS,
		.form_key = "source", .unique = UNIQUE_SECRET, .help = "Secrets that the service can read"),
	F_STRINGS(struct service, "security_opt", security_opt, .flags = FIELD_UNIQUE_ITEMS,
		.help = "Labels and profiles of security modules", .maps_to = "HostConfig.SecurityOpt"),
	F_BYTES(struct service, "shm_size", shm_size_bytes, .help = "Size of /dev/shm",
		.maps_to = "HostConfig.ShmSize"),
	F_BOOL(struct service, "stdin_open", stdin_open, .flags = FIELD_CAST,
		.help = "Keep standard input open", .maps_to = "OpenStdin"),
	F_DURATION(struct service, "stop_grace_period", stop_grace_period_ns, .flags = FIELD_KEEP_EMPTY,
		.help = "Time to stop before it is killed", .maps_to = "StopTimeout"),
	F_TEXT(struct service, "stop_signal", stop_signal, .help = "Signal that asks it to stop",
		.maps_to = "StopSignal"),
	F_PAIRS(struct service, "storage_opt", storage_opt, .flags = FIELD_SCALAR | FIELD_NULL,
		.help = "Options of the storage driver", .maps_to = "HostConfig.StorageOpt"),
	F_PAIRS(struct service, "sysctls", sysctls, .form = FORM_LIST_OR_PAIRS, .merge = MERGE_PAIRS,
		.unique = UNIQUE_KEY, .help = "Kernel parameters of its namespaces",
		.maps_to = "HostConfig.Sysctls"),
	F_STRINGS(struct service, "tmpfs", tmpfs, .form = FORM_TEXT_LIST, .merge = MERGE_TEXT_LIST,
		.unique = UNIQUE_KEY, .flags = FIELD_UNIQUE_ITEMS, .help = "File systems in memory: path[:opts]",
		.maps_to = "HostConfig.Tmpfs"),
	F_BOOL(struct service, "tty", tty, .flags = FIELD_CAST, .help = "Give it a terminal",
		.maps_to = "Tty"),
	F_MAP(struct service, "ulimits", ulimits, nulimits, &ulimit_section, .form = FORM_ULIMIT,
		.merge = MERGE_REPLACE_ITEM, .help = "Limits of processes", .maps_to = "HostConfig.Ulimits"),
	F_BOOL(struct service, "use_api_socket", use_api_socket, .flags = FIELD_STRICT | FIELD_UNUSED,
		.help = "Let it talk to the engine, with the user's credentials"),
	F_TEXT(struct service, "user", user, .help = "User, or user:group", .maps_to = "User"),
	F_TEXT(struct service, "userns_mode", userns_mode, .help = "Whose user namespace",
		.maps_to = "HostConfig.UsernsMode"),
	F_TEXT(struct service, "uts", uts, .help = "Whose UTS namespace", .maps_to = "HostConfig.UTSMode"),
	F_LIST(struct service, "volumes", volumes, nvolumes, &mount_section, .form = FORM_MOUNT,
		.unique = UNIQUE_MOUNT, .flags = FIELD_UNIQUE_ITEMS,
		.help = "Volumes and directories of the host", .maps_to = "HostConfig.Mounts"),
	F_STRINGS(struct service, "volumes_from", volumes_from, .flags = FIELD_UNIQUE_ITEMS,
		.help = "Services and containers whose volumes it gets too",
		.maps_to = "HostConfig.VolumesFrom"),
	F_TEXT(struct service, "working_dir", working_dir, .help = "Directory that it starts in",
		.maps_to = "WorkingDir"),
	F_LIST(struct service, "pre_start", pre_start, npre_start, &pre_start_section, .flags = FIELD_UNUSED,
		.help = "Containers that run to their end before it starts"),
	F_LIST(struct service, "post_start", post_start, npost_start, &hook_section,
		.flags = FIELD_UNUSED, .help = "Commands run in it after its start"),
	F_LIST(struct service, "pre_stop", pre_stop, npre_stop, &hook_section, .flags = FIELD_UNUSED,
		.help = "Commands run in it before it is stopped"),
	F_END,
};

const struct section service_section = {
	.name = "service",
	.fields = service_fields,
	SECTION_OF(struct service),
	KEEPS_KEY(struct service, name),
	KEEPS_NODE(struct service),
	NO_SET,
	NO_POS,
	KEEPS_X(struct service),
};
