/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of compose.md 2.2: which attribute of a service goes where in a container's body. What can be
 * copied as it is has a member; the rest is made elsewhere and stands here for its name.
 */
#include <stddef.h>

#include "base/arena.h"
#include "base/node.h"
#include "compose/model/project.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"

/* The member's address must have the type of the row's kind, or this does not compile. */
#define AT(member, type)                    \
	(offsetof(struct service, member) + \
		0 * sizeof(_Generic(((struct service *)0)->member, type : 0)))
#define TEXT(key, name, flags, member)                               \
	{                                                            \
		key, name, ROW_TEXT, flags, AT(member, const char *) \
	}
#define TEXTS(key, name, flags, member)                                 \
	{                                                               \
		key, name, ROW_TEXTS, flags, AT(member, struct strings) \
	}
#define I64(key, name, flags, member)                                 \
	{                                                             \
		key, name, ROW_I64, flags, AT(member, struct opt_i64) \
	}
#define BOOL(key, name, flags, member)                       \
	{                                                    \
		key, name, ROW_BOOL, flags, AT(member, bool) \
	}
#define OPT_BOOL(key, name, flags, member)                                  \
	{                                                                   \
		key, name, ROW_OPT_BOOL, flags, AT(member, struct opt_bool) \
	}
#define PAIRS(key, name, flags, member)                               \
	{                                                             \
		key, name, ROW_PAIRS, flags, AT(member, struct pairs) \
	}
#define BUILT(key, name, flags)                \
	{                                      \
		key, name, ROW_BUILT, flags, 0 \
	}

static const struct body_row rows[] = {
	PAIRS("annotations", "Annotations", ROW_HOST | ROW_EACH, annotations),
	BUILT("blkio_config.weight", "BlkioWeight", ROW_HOST),
	BUILT("blkio_config.weight_device", "BlkioWeightDevice", ROW_HOST | ROW_LOOSE),
	BUILT("blkio_config.device_read_bps", "BlkioDeviceReadBps", ROW_HOST | ROW_LOOSE),
	BUILT("blkio_config.device_read_iops", "BlkioDeviceReadIOps",
		ROW_HOST | ROW_LOOSE),
	BUILT("blkio_config.device_write_bps", "BlkioDeviceWriteBps",
		ROW_HOST | ROW_LOOSE),
	BUILT("blkio_config.device_write_iops", "BlkioDeviceWriteIOps",
		ROW_HOST | ROW_LOOSE),
	TEXTS("cap_add", "CapAdd", ROW_HOST | ROW_UNORDERED, cap_add),
	TEXTS("cap_drop", "CapDrop", ROW_HOST | ROW_UNORDERED, cap_drop),
	TEXT("cgroup", "CgroupnsMode", ROW_HOST | ROW_IMAGE_MAY_SET, cgroup),
	TEXT("cgroup_parent", "CgroupParent", ROW_HOST, cgroup_parent),
	TEXTS("command", "Cmd", ROW_IMAGE_MAY_SET | ROW_SET_EMPTY, command),
	I64("cpu_count", "CpuCount", ROW_HOST, cpu_count),
	BUILT("cpu_percent", "CpuPercent", ROW_HOST),
	I64("cpu_period", "CpuPeriod", ROW_HOST, cpu_period),
	I64("cpu_quota", "CpuQuota", ROW_HOST, cpu_quota),
	I64("cpu_rt_period", "CpuRealtimePeriod", ROW_HOST, cpu_rt_period),
	I64("cpu_rt_runtime", "CpuRealtimeRuntime", ROW_HOST, cpu_rt_runtime),
	I64("cpu_shares", "CpuShares", ROW_HOST, cpu_shares),
	BUILT("cpus", "NanoCpus", ROW_HOST),
	TEXT("cpuset", "CpusetCpus", ROW_HOST, cpuset),
	TEXTS("device_cgroup_rules", "DeviceCgroupRules", ROW_HOST, device_cgroup_rules),
	BUILT("devices", "Devices", ROW_HOST | ROW_LOOSE),
	TEXTS("dns", "Dns", ROW_HOST, dns),
	TEXTS("dns_opt", "DnsOptions", ROW_HOST, dns_opt),
	TEXTS("dns_search", "DnsSearch", ROW_HOST, dns_search),
	TEXT("domainname", "Domainname", 0, domainname),
	TEXTS("entrypoint", "Entrypoint", ROW_IMAGE_MAY_SET | ROW_SET_EMPTY, entrypoint),
	BUILT("environment", "Env", ROW_EACH),
	BUILT("expose", "ExposedPorts", ROW_IMAGE_MAY_SET | ROW_LOOSE),
	BUILT("extra_hosts", "ExtraHosts", ROW_HOST | ROW_UNORDERED),
	BUILT("gpus", "DeviceRequests", ROW_HOST | ROW_LOOSE),
	TEXTS("group_add", "GroupAdd", ROW_HOST | ROW_UNORDERED, group_add),
	BUILT("healthcheck", "Healthcheck", ROW_IMAGE_MAY_SET | ROW_EACH),
	TEXT("hostname", "Hostname", ROW_IMAGE_MAY_SET, hostname),
	BUILT("image", "Image", 0),
	OPT_BOOL("init", "Init", ROW_HOST, init),
	BUILT("ipc", "IpcMode", ROW_HOST | ROW_IMAGE_MAY_SET),
	TEXT("isolation", "Isolation", ROW_HOST | ROW_IMAGE_MAY_SET, isolation),
	BUILT("labels", "Labels", ROW_EACH),
	BUILT("links", "Links", ROW_HOST | ROW_LOOSE | ROW_IMAGE_MAY_SET),
	BUILT("logging", "LogConfig", ROW_HOST | ROW_IMAGE_MAY_SET | ROW_EACH),
	BUILT("mem_limit", "Memory", ROW_HOST),
	BUILT("mem_reservation", "MemoryReservation", ROW_HOST),
	I64("mem_swappiness", "MemorySwappiness", ROW_HOST, mem_swappiness),
	I64("memswap_limit", "MemorySwap", ROW_HOST | ROW_IMAGE_MAY_SET,
		memswap_limit_bytes),
	BUILT("network_mode", "NetworkMode", ROW_HOST | ROW_IMAGE_MAY_SET),
	BOOL("oom_kill_disable", "OomKillDisable", ROW_HOST, oom_kill_disable),
	I64("oom_score_adj", "OomScoreAdj", ROW_HOST, oom_score_adj),
	BUILT("pid", "PidMode", ROW_HOST),
	BUILT("pids_limit", "PidsLimit", ROW_HOST),
	BUILT("ports", "PortBindings", ROW_HOST | ROW_EACH),
	BOOL("privileged", "Privileged", ROW_HOST, privileged),
	BOOL("read_only", "ReadonlyRootfs", ROW_HOST, read_only),
	BUILT("restart", "RestartPolicy", ROW_HOST | ROW_EACH),
	TEXT("runtime", "Runtime", ROW_HOST | ROW_IMAGE_MAY_SET, runtime),
	BUILT("security_opt", "SecurityOpt", ROW_HOST | ROW_LOOSE | ROW_IMAGE_MAY_SET),
	I64("shm_size", "ShmSize", ROW_HOST | ROW_IMAGE_MAY_SET, shm_size_bytes),
	BOOL("stdin_open", "OpenStdin", 0, stdin_open),
	BUILT("stop_grace_period", "StopTimeout", 0),
	TEXT("stop_signal", "StopSignal", ROW_IMAGE_MAY_SET, stop_signal),
	PAIRS("storage_opt", "StorageOpt", ROW_HOST | ROW_EACH, storage_opt),
	PAIRS("sysctls", "Sysctls", ROW_HOST | ROW_EACH, sysctls),
	BUILT("tmpfs", "Tmpfs", ROW_HOST | ROW_EACH),
	BOOL("tty", "Tty", 0, tty),
	BUILT("ulimits", "Ulimits", ROW_HOST | ROW_LOOSE | ROW_IMAGE_MAY_SET),
	TEXT("user", "User", ROW_IMAGE_MAY_SET, user),
	TEXT("userns_mode", "UsernsMode", ROW_HOST, userns_mode),
	TEXT("uts", "UTSMode", ROW_HOST, uts),
	BUILT("volumes", "Binds", ROW_HOST | ROW_UNORDERED),
	BUILT("volumes", "Mounts", ROW_HOST | ROW_LOOSE),
	BUILT("volumes_from", "VolumesFrom", ROW_HOST | ROW_LOOSE),
	TEXT("working_dir", "WorkingDir", ROW_IMAGE_MAY_SET, working_dir),
};

const struct body_row *body_rows(size_t *out_nrows)
{
	*out_nrows = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

struct node *texts_node(struct arena *arena, const struct strings *strings)
{
	struct node *list = node_list(arena);

	for (size_t i = 0; i < strings->n; i++)
		node_push(arena, list, node_text(arena, strings->items[i]));
	return list;
}

struct node *pairs_node(struct arena *arena, const struct pairs *pairs)
{
	struct node *map = node_map(arena);

	for (size_t i = 0; i < pairs->n; i++)
		node_set_text(arena, map, pairs->items[i].key,
			pairs->items[i].value ? pairs->items[i].value : "");
	return map;
}

/* NULL: the row's member is not set, and nothing is sent. */
static struct node *row_node(
	struct arena *arena, const struct body_row *row, const struct service *service)
{
	const void *member = (const char *)service + row->offset;

	switch (row->kind) {
	case ROW_TEXT: {
		const char *text = *(const char *const *)member;

		return text && *text ? node_text(arena, text) : NULL;
	}
	case ROW_TEXTS: {
		const struct strings *strings = member;

		if (strings->n == 0 && !(strings->set && row->flags & ROW_SET_EMPTY))
			return NULL;
		return texts_node(arena, strings);
	}
	case ROW_I64: {
		const struct opt_i64 *n = member;

		return n->set && n->value ? node_int(arena, n->value) : NULL;
	}
	case ROW_BOOL:
		return *(const bool *)member ? node_bool(arena, true) : NULL;
	case ROW_OPT_BOOL: {
		const struct opt_bool *yes = member;

		return yes->set ? node_bool(arena, yes->value) : NULL;
	}
	case ROW_PAIRS: {
		const struct pairs *pairs = member;

		return pairs->n ? pairs_node(arena, pairs) : NULL;
	}
	case ROW_BUILT:
		break;
	}
	return NULL;
}

void body_add_rows(struct body_parts *parts)
{
	struct arena *arena = parts->draft->arena;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct node *value = row_node(arena, &rows[i], parts->spec->service);

		if (value)
			node_set(arena,
				rows[i].flags & ROW_HOST ? parts->host : parts->config,
				rows[i].name, value);
	}
}
