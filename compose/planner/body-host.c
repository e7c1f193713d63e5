/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of HostConfig and Config that are more than a copy: resources, ports, health, restart, ... */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"

#define NANO 1000000000

static void set_i64(
	struct arena *arena, struct node *map, const char *key, struct opt_i64 n)
{
	if (n.set && n.value)
		node_set_int(arena, map, key, n.value);
}

/* docker compose keeps cpus in 32 bits, and so does the engine's number come out. */
static int64_t nano_cpus(double cpus)
{
	return (int64_t)((float)cpus * 1e9f);
}

static struct node *throttles_node(struct arena *arena, const struct throttle *items,
	size_t n, const char *value_key)
{
	struct node *list = node_list(arena);

	for (size_t i = 0; i < n; i++) {
		struct node *map = node_map(arena);

		node_set_text(arena, map, "Path", items[i].path);
		node_set_int(arena, map, value_key, opt_i64_or(items[i].value, 0));
		node_push(arena, list, map);
	}
	return list;
}

static void add_blkio(struct arena *arena, struct node *host, const struct blkio *blkio)
{
	const struct {
		const char *name;
		const char *value;
		const struct throttle *items;
		size_t n;
	} lists[] = {
		{"BlkioWeightDevice", "Weight", blkio->weight_device,
			blkio->nweight_device},
		{"BlkioDeviceReadBps", "Rate", blkio->device_read_bps,
			blkio->ndevice_read_bps},
		{"BlkioDeviceReadIOps", "Rate", blkio->device_read_iops,
			blkio->ndevice_read_iops},
		{"BlkioDeviceWriteBps", "Rate", blkio->device_write_bps,
			blkio->ndevice_write_bps},
		{"BlkioDeviceWriteIOps", "Rate", blkio->device_write_iops,
			blkio->ndevice_write_iops},
	};

	set_i64(arena, host, "BlkioWeight", blkio->weight);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (lists[i].n)
			node_set(arena, host, lists[i].name,
				throttles_node(arena, lists[i].items, lists[i].n,
					lists[i].value));
}

/* "vendor/class=name", as the Container Device Interface names devices. */
static bool is_cdi_name(const struct device *device)
{
	const char *slash = strchr(device->source, '/');

	return text_eq(device->source, device->target) && slash &&
		slash != device->source && strchr(slash, '=');
}

static struct node *request_node(
	struct arena *arena, const struct device_request *request, const char *capability)
{
	struct node *map = node_map(arena);
	struct node *capabilities = texts_node(arena, &request->capabilities);
	struct node *outer = node_list(arena);

	if (capability)
		node_push(arena, capabilities, node_text(arena, capability));
	node_push(arena, outer, capabilities);
	node_set_text_opt(arena, map, "Driver", request->driver);
	set_i64(arena, map, "Count", request->count);
	if (request->device_ids.n)
		node_set(
			arena, map, "DeviceIDs", texts_node(arena, &request->device_ids));
	node_set(arena, map, "Capabilities", outer);
	if (request->options.n)
		node_set(arena, map, "Options", pairs_node(arena, &request->options));
	return map;
}

static void add_devices(
	struct arena *arena, struct node *host, const struct service *service)
{
	const struct resources *reserved =
		&service_deploy(service)->resources.reservations;
	struct node *devices = node_list(arena);
	struct node *requests = node_list(arena);
	struct node *cdi = node_list(arena);

	for (size_t i = 0; i < reserved->ndevices; i++)
		node_push(arena, requests,
			request_node(arena, &reserved->devices[i], NULL));
	for (size_t i = 0; i < service->ndevices; i++) {
		const struct device *device = &service->devices[i];
		struct node *map = node_map(arena);

		if (is_cdi_name(device)) {
			node_push(arena, cdi, node_text(arena, device->source));
			continue;
		}
		node_set_text(arena, map, "PathOnHost", device->source);
		node_set_text(arena, map, "PathInContainer",
			device->target ? device->target : device->source);
		node_set_text(arena, map, "CgroupPermissions",
			device->permissions ? device->permissions : "rwm");
		node_push(arena, devices, map);
	}
	if (cdi->nitems) {
		struct node *map = node_map(arena);

		node_set_text(arena, map, "Driver", "cdi");
		node_set(arena, map, "DeviceIDs", cdi);
		node_push(arena, requests, map);
	}
	for (size_t i = 0; i < service->ngpus; i++)
		node_push(arena, requests, request_node(arena, &service->gpus[i], "gpu"));
	if (devices->nitems)
		node_set(arena, host, "Devices", devices);
	if (requests->nitems)
		node_set(arena, host, "DeviceRequests", requests);
}

static void add_ulimits(
	struct arena *arena, struct node *host, const struct service *service)
{
	struct node *list = node_list(arena);

	for (size_t i = 0; i < service->nulimits; i++) {
		struct node *map = node_map(arena);

		node_set_text(arena, map, "Name", service->ulimits[i].name);
		node_set_int(arena, map, "Soft", service->ulimits[i].soft);
		node_set_int(arena, map, "Hard", service->ulimits[i].hard);
		node_push(arena, list, map);
	}
	node_set(arena, host, "Ulimits", list);
}

/* deploy.resources wins over the older keys. */
static void add_resources(
	struct arena *arena, struct node *host, const struct service *service)
{
	const struct resources *limits = &service_deploy(service)->resources.limits;
	const struct resources *reserved =
		&service_deploy(service)->resources.reservations;
	double cpus = limits->cpus.set && limits->cpus.value != 0 ? limits->cpus.value
		: service->cpus.set                               ? service->cpus.value
								  : 0;

	set_i64(arena, host, "Memory",
		limits->memory_bytes.set ? limits->memory_bytes
					 : service->mem_limit_bytes);
	set_i64(arena, host, "MemoryReservation",
		reserved->memory_bytes.set ? reserved->memory_bytes
					   : service->mem_reservation_bytes);
	set_i64(arena, host, "PidsLimit",
		limits->pids.set ? limits->pids : service->pids_limit);
	if (cpus != 0)
		node_set_int(arena, host, "NanoCpus", nano_cpus(cpus));
	if (service->cpu_percent.set && service->cpu_percent.value != 0)
		node_set_int(arena, host, "CpuPercent",
			(int64_t)((float)service->cpu_percent.value * 100));
	if (service->blkio)
		add_blkio(arena, host, service->blkio);
	if (service->ndevices || service->ngpus || reserved->ndevices)
		add_devices(arena, host, service);
	if (service->nulimits)
		add_ulimits(arena, host, service);
}

static const char *restart_name(struct arena *arena, const char *text, size_t len)
{
	if (len == 0 || (len == 4 && !strncmp(text, "none", 4)))
		return "no";
	if (len == 3 && !strncmp(text, "any", 3))
		return "always";
	return arena_strndup(arena, text, len);
}

static void add_restart(
	struct arena *arena, struct node *host, const struct service *service)
{
	const char *text = service->restart ? service->restart : "";
	size_t len = strcspn(text, ":");
	int64_t attempts = text[len] ? strtoll(text + len + 1, NULL, 10) : 0;
	struct node *map = node_map(arena);
	const struct restart_policy *policy = &service_deploy(service)->restart_policy;

	if (policy->set) {
		text = policy->condition ? policy->condition : "any";
		len = strlen(text);
		attempts = opt_i64_or(policy->max_attempts, 0);
	}
	if (len == 0)
		return;
	node_set_text(arena, map, "Name", restart_name(arena, text, len));
	if (attempts)
		node_set_int(arena, map, "MaximumRetryCount", attempts);
	node_set(arena, host, "RestartPolicy", map);
}

static void expose(
	struct arena *arena, struct node *exposed, int64_t port, const char *protocol)
{
	const char *key = arena_printf(arena, "%" PRId64 "/%s", port, protocol);

	if (!node_get(exposed, key))
		node_set(arena, exposed, key, node_map(arena));
}

/* "80", "80/udp", "8000-8010/tcp" */
static void expose_range(struct arena *arena, struct node *exposed, const char *text)
{
	const char *slash = strchr(text, '/');
	char *end;
	int64_t first = strtoll(text, &end, 10);
	int64_t last = *end == '-' ? strtoll(end + 1, NULL, 10) : first;

	for (int64_t port = first; port <= last && port <= 65535; port++)
		expose(arena, exposed, port, slash ? slash + 1 : "tcp");
}

static void bind_port(struct arena *arena, struct node *bindings, const struct port *port)
{
	const char *key = arena_printf(arena, "%" PRId64 "/%s", port->target,
		port->protocol ? port->protocol : "tcp");
	struct node *list = node_get(bindings, key);
	struct node *map = node_map(arena);

	if (!list) {
		list = node_list(arena);
		node_set(arena, bindings, key, list);
	}
	node_set_text(arena, map, "HostIp", port->host_ip ? port->host_ip : "");
	node_set_text(arena, map, "HostPort", port->published ? port->published : "");
	node_push(arena, list, map);
}

static void add_ports(struct body_parts *parts)
{
	struct arena *arena = parts->draft->arena;
	const struct service *service = parts->spec->service;
	struct node *exposed = node_map(arena);
	struct node *bindings = node_map(arena);

	for (size_t i = 0; i < service->expose.n; i++)
		expose_range(arena, exposed, service->expose.items[i]);
	for (size_t i = 0; i < service->nports; i++) {
		expose(arena, exposed, service->ports[i].target,
			service->ports[i].protocol ? service->ports[i].protocol : "tcp");
		bind_port(arena, bindings, &service->ports[i]);
	}
	if (exposed->npairs)
		node_set(arena, parts->config, "ExposedPorts", exposed);
	if (bindings->npairs)
		node_set(arena, parts->host, "PortBindings", bindings);
}

static void add_health(
	struct arena *arena, struct node *config, const struct healthcheck *health)
{
	struct node *map = node_map(arena);
	struct node *none = node_list(arena);

	if (health->disable) {
		node_push(arena, none, node_text(arena, "NONE"));
		node_set(arena, map, "Test", none);
	} else {
		if (health->test.n)
			node_set(arena, map, "Test", texts_node(arena, &health->test));
		set_i64(arena, map, "Interval", health->interval_ns);
		set_i64(arena, map, "Timeout", health->timeout_ns);
		set_i64(arena, map, "StartPeriod", health->start_period_ns);
		set_i64(arena, map, "StartInterval", health->start_interval_ns);
		set_i64(arena, map, "Retries", health->retries);
	}
	node_set(arena, config, "Healthcheck", map);
}

struct node *assignments_node(struct arena *arena, const struct pairs *pairs)
{
	struct node *list = node_list(arena);

	for (size_t i = 0; i < pairs->n; i++) {
		const struct pair *pair = &pairs->items[i];

		node_push(arena, list,
			node_text(arena,
				pair->value ? arena_printf(arena, "%s=%s", pair->key,
						      pair->value)
					    : pair->key));
	}
	return list;
}

/* config.json's proxies come first; the service's own variables win. */
static void add_environment(struct body_parts *parts)
{
	struct arena *arena = parts->draft->arena;
	const struct pairs *proxies = parts->draft->wish->proxy_environment;
	const struct pairs *own = &parts->spec->service->environment;
	struct node *list = assignments_node(arena, own);

	for (size_t i = 0; proxies && i < proxies->n; i++) {
		bool overridden = false;

		for (size_t j = 0; j < own->n && !overridden; j++)
			overridden = !strcmp(own->items[j].key, proxies->items[i].key);
		if (!overridden)
			node_push(arena, list,
				node_text(arena,
					arena_printf(arena, "%s=%s",
						proxies->items[i].key,
						proxies->items[i].value)));
	}
	if (list->nitems)
		node_set(arena, parts->config, "Env", list);
}

static void add_extra_hosts(
	struct arena *arena, struct node *host, const struct pairs *hosts)
{
	struct node *list = node_list(arena);

	for (size_t i = 0; i < hosts->n; i++)
		node_push(arena, list,
			node_text(arena,
				arena_printf(arena, "%s:%s", hosts->items[i].key,
					hosts->items[i].value ? hosts->items[i].value
							      : "")));
	node_set(arena, host, "ExtraHosts", list);
}

static void add_logging(
	struct arena *arena, struct node *host, const struct logging *logging)
{
	struct node *map = node_map(arena);

	if (!logging->node && !logging->driver && !logging->options.n)
		return;
	node_set_text(arena, map, "Type", logging->driver ? logging->driver : "");
	if (logging->options.n)
		node_set(arena, map, "Config", pairs_node(arena, &logging->options));
	node_set(arena, host, "LogConfig", map);
}

/* seccomp=<file>: the profile itself is sent, compacted. */
static bool seccomp_text(const struct draft *draft, const struct service *service,
	const char *path, const char **out, struct err *err)
{
	const char *text = NULL;
	size_t len = 0;
	struct node *node = NULL;
	struct err why = {0};
	auto_str str = {0};
	struct pos pos = pos_of(service->node, "security_opt");

	if (path[0] != '/')
		path = arena_printf(
			draft->arena, "%s/%s", draft->project->working_dir, path);
	if (!draft->wish->read_file ||
		!draft->wish->read_file(
			draft->wish->ctx, draft->arena, path, &text, &len))
		return err_at(err, pos,
			"services.%s.security_opt: cannot read the seccomp profile %s",
			service->name, path);
	if (!json_parse(draft->arena, text, len, &node, &why))
		return err_at(err, pos,
			"services.%s.security_opt: seccomp profile %s: %s", service->name,
			path, why.text);
	str_add(&str, "seccomp=");
	json_print(&str, node, JSON_COMPACT);
	*out = arena_strndup(draft->arena, str_text(&str), str.len);
	return true;
}

static bool add_security(struct body_parts *parts, struct err *err)
{
	struct arena *arena = parts->draft->arena;
	const struct strings *opts = &parts->spec->service->security_opt;
	struct node *list = node_list(arena);

	for (size_t i = 0; i < opts->n; i++) {
		const char *opt = opts->items[i];
		const char *path =
			text_starts(opt, "seccomp=") || text_starts(opt, "seccomp:")
			? opt + strlen("seccomp=")
			: NULL;

		if (!strcmp(opt, "systempaths=unconfined")) {
			node_set(arena, parts->host, "MaskedPaths", node_list(arena));
			node_set(arena, parts->host, "ReadonlyPaths", node_list(arena));
			continue;
		}
		if (path && strcmp(path, "unconfined") != 0 &&
			strcmp(path, "builtin") != 0 &&
			!seccomp_text(
				parts->draft, parts->spec->service, path, &opt, err))
			return false;
		node_push(arena, list, node_text(arena, opt));
	}
	if (list->nitems)
		node_set(arena, parts->host, "SecurityOpt", list);
	return true;
}

/* A namespace of another service is its first container's. */
static bool add_namespace(
	struct body_parts *parts, const char *name, const char *mode, struct err *err)
{
	struct arena *arena = parts->draft->arena;
	const char *service = service_of_mode(mode);
	const struct replica *first = service ? draft_first(parts->draft, service) : NULL;

	if (!mode || !*mode)
		return true;
	if (service && !first)
		return err_at(err,
			parts->spec->service->node ? parts->spec->service->node->pos
						   : (struct pos){0},
			"services.%s: %s: service %s has no container",
			parts->spec->service->name, mode, service);
	node_set(arena, parts->host, name,
		first ? slot_node(arena, arena_printf(arena, "container:%s", first->id))
		      : node_text(arena, mode));
	return true;
}

/* "db:ro" gives the container of db; docker compose loses the mode, and so must we (compose.md 2.2). */
static bool add_volumes_from(struct body_parts *parts, struct err *err)
{
	struct arena *arena = parts->draft->arena;
	const struct strings *from = &parts->spec->service->volumes_from;
	struct node *list = node_list(arena);

	for (size_t i = 0; i < from->n; i++) {
		const char *text = from->items[i];
		const struct replica *first;
		const char *name;

		if (text_starts(text, "container:")) {
			name = text + strlen("container:");
			node_push(arena, list,
				node_text(arena,
					arena_strndup(arena, name, strcspn(name, ":"))));
			continue;
		}
		name = arena_strndup(arena, text, strcspn(text, ":"));
		first = draft_first(parts->draft, name);
		if (!first)
			return err_at(err,
				pos_of(parts->spec->service->node, "volumes_from"),
				"services.%s.volumes_from: service %s has no container",
				parts->spec->service->name, name);
		node_push(arena, list, slot_node(arena, first->id));
	}
	if (list->nitems)
		node_set(arena, parts->host, "VolumesFrom", list);
	return true;
}

static void add_tmpfs(struct arena *arena, struct node *host, const struct strings *tmpfs)
{
	struct node *map = node_map(arena);

	for (size_t i = 0; i < tmpfs->n; i++) {
		const char *text = tmpfs->items[i];
		size_t len = strcspn(text, ":");

		node_set_text(arena, map, arena_strndup(arena, text, len),
			text[len] ? text + len + 1 : "");
	}
	node_set(arena, host, "Tmpfs", map);
}

bool body_add_host(struct body_parts *parts, struct err *err)
{
	struct arena *arena = parts->draft->arena;
	const struct service *service = parts->spec->service;

	add_environment(parts);
	if (service->nports || service->expose.n)
		add_ports(parts);
	if (service->healthcheck)
		add_health(arena, parts->config, service->healthcheck);
	if (service->stop_grace_period_ns.set)
		node_set_int(arena, parts->config, "StopTimeout",
			service->stop_grace_period_ns.value / NANO);
	add_resources(arena, parts->host, service);
	add_restart(arena, parts->host, service);
	if (service->extra_hosts.n)
		add_extra_hosts(arena, parts->host, &service->extra_hosts);
	add_logging(arena, parts->host, &service->logging);
	if (service->tmpfs.n)
		add_tmpfs(arena, parts->host, &service->tmpfs);
	return add_security(parts, err) &&
		add_namespace(parts, "IpcMode", service->ipc, err) &&
		add_namespace(parts, "PidMode", service->pid, err) &&
		add_namespace(parts, "NetworkMode", service->network_mode, err) &&
		add_volumes_from(parts, err);
}
