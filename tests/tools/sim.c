/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the model, and each action on it with the reasons for which an engine would refuse. */
#include "tests/tools/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/observed.h"
#include "compose/planner/plan.h"
#include "tests/tools/sim-read.h"

struct node *sim_list(const struct sim *sim, const char *name)
{
	struct node *list = node_get(sim->state, name);

	if (!list) {
		list = node_list(sim->arena);
		node_set(sim->arena, sim->state, name, list);
	}
	return list;
}

const char *sim_new_id(struct sim *sim, const char *kind)
{
	int64_t next = node_get_int(sim->state, "next", 1);
	const char *text = arena_printf(sim->arena, "%s %" PRId64, kind, next);
	char hex[DIGEST_HEX_BYTES];

	node_set_int(sim->arena, sim->state, "next", next + 1);
	digest_sha256_hex(text, strlen(text), hex);
	return arena_strdup(sim->arena, hex);
}

static const char *name_of(const struct node *container)
{
	const struct node *names = node_get(container, "Names");

	return names && names->nitems ? names->items[0]->text + 1 : "";
}

static struct node *find(const struct sim *sim, const char *list_name, const char *ref)
{
	const struct node *list = sim_list(sim, list_name);

	for (size_t i = 0; ref && i < list->nitems; i++)
		if (text_eq(node_get_text(list->items[i], "Id"), ref) ||
			text_eq(node_get_text(list->items[i], "Name"), ref) ||
			text_eq(name_of(list->items[i]), ref))
			return list->items[i];
	return NULL;
}

static void drop(const struct sim *sim, const char *list_name, const struct node *item)
{
	struct node *list = sim_list(sim, list_name);
	size_t kept = 0;

	for (size_t i = 0; i < list->nitems; i++)
		if (list->items[i] != item)
			list->items[kept++] = list->items[i];
	list->nitems = kept;
}

static bool runs(const struct node *container)
{
	return node_is_text(node_get(container, "State"), "running");
}

static struct node *find_image(const struct sim *sim, const char *ref)
{
	const struct node *list = sim_list(sim, "images");

	for (size_t i = 0; i < list->nitems; i++) {
		const struct node *tags = node_get(list->items[i], "RepoTags");
		const char *latest = arena_printf(sim->arena, "%s:latest", ref);

		for (size_t j = 0; tags && j < tags->nitems; j++)
			if (node_is_text(tags->items[j], ref) ||
				node_is_text(tags->items[j], latest))
				return list->items[i];
	}
	return NULL;
}

static bool no(struct err *err, const char *what, const char *which)
{
	return err_set(err, ERR_ENGINE, "%s: %s", what, which);
}

static void join(struct sim *sim, struct node *container, const struct node *network,
	const struct node *settings)
{
	struct node *networks = node_path(container, "NetworkSettings.Networks");
	struct node *endpoint =
		settings ? node_copy(sim->arena, settings) : node_map(sim->arena);

	node_set_text(sim->arena, endpoint, "NetworkID", node_get_text(network, "Id"));
	node_set_text_opt(sim->arena, endpoint, "IPAddress",
		node_path(settings, "IPAMConfig.IPv4Address")
			? node_path(settings, "IPAMConfig.IPv4Address")->text
			: NULL);
	node_set(sim->arena, networks, node_get_text(network, "Name"), endpoint);
}

static bool join_all(
	struct sim *sim, struct node *container, const struct node *body, struct err *err)
{
	const struct node *endpoints =
		node_path(body, "NetworkingConfig.EndpointsConfig");

	for (size_t i = 0; endpoints && i < endpoints->npairs; i++) {
		const struct node *network =
			find(sim, "networks", endpoints->pairs[i].key);

		if (!network)
			return no(err, "no such network", endpoints->pairs[i].key);
		join(sim, container, network, endpoints->pairs[i].value);
	}
	return true;
}

static void add_mount(struct sim *sim, struct node *container, const char *type,
	const char *source, const char *target)
{
	struct node *map = node_map(sim->arena);

	node_set_text(sim->arena, map, "Type", type);
	node_set_text_opt(
		sim->arena, map, "Name", !strcmp(type, "volume") ? source : NULL);
	node_set_text_opt(sim->arena, map, "Source", source);
	node_set_text(sim->arena, map, "Destination", target);
	node_set_bool(sim->arena, map, "RW", true);
	node_push(sim->arena, node_get(container, "Mounts"), map);
}

static void mount_all(struct sim *sim, struct node *container, const struct node *body)
{
	const struct node *binds = node_path(body, "HostConfig.Binds");
	const struct node *mounts = node_path(body, "HostConfig.Mounts");

	for (size_t i = 0; binds && i < binds->nitems; i++) {
		char *source = arena_strdup(sim->arena, binds->items[i]->text);
		char *target = strchr(source, ':');

		*target++ = '\0';
		target[strcspn(target, ":")] = '\0';
		add_mount(sim, container, source[0] == '/' ? "bind" : "volume", source,
			target);
	}
	for (size_t i = 0; mounts && i < mounts->nitems; i++) {
		const char *source = node_get_text(mounts->items[i], "Source");
		const char *type = node_get_text(mounts->items[i], "Type");

		if (!source && !strcmp(type, "volume"))
			source = sim_new_id(sim, "anonymous");
		add_mount(sim, container, type, source,
			node_get_text(mounts->items[i], "Target"));
	}
}

static void set_state(
	struct sim *sim, struct node *container, const char *state, const char *status)
{
	node_set_text(sim->arena, container, "State", state);
	node_set_text(sim->arena, container, "Status", status);
}

static bool create_container(struct sim *sim, const char *name, const struct node *body,
	const char **out_id, struct err *err)
{
	struct node *container = node_map(sim->arena);
	struct node *names = node_list(sim->arena);
	struct node *settings = node_map(sim->arena);
	const struct node *image = find_image(sim, node_get_text(body, "Image"));

	if (find(sim, "containers", name))
		return no(err, "the name is in use", name);
	if (!image)
		return no(err, "no such image", node_get_text(body, "Image"));
	*out_id = sim_new_id(sim, "container");
	node_push(sim->arena, names,
		node_text(sim->arena, arena_printf(sim->arena, "/%s", name)));
	node_set(sim->arena, settings, "Networks", node_map(sim->arena));
	node_set_text(sim->arena, container, "Id", *out_id);
	node_set(sim->arena, container, "Names", names);
	node_set_text(sim->arena, container, "Image", node_get_text(body, "Image"));
	node_set_text(sim->arena, container, "ImageID", node_get_text(image, "Id"));
	node_set_int(
		sim->arena, container, "Created", node_get_int(sim->state, "next", 0));
	node_set(sim->arena, container, "Labels", node_get(body, "Labels"));
	node_set(sim->arena, container, "NetworkSettings", settings);
	node_set(sim->arena, container, "Mounts", node_list(sim->arena));
	node_set(sim->arena, container, "Body", node_copy(sim->arena, body));
	set_state(sim, container, "created", "Created");
	if (!join_all(sim, container, body, err))
		return false;
	mount_all(sim, container, body);
	node_push(sim->arena, sim_list(sim, "containers"), container);
	return true;
}

/* What only one running container can have. */
static bool clashes(const struct node *a, const struct node *b, struct err *err)
{
	const struct node *ports = node_path(a, "Body.HostConfig.PortBindings");
	const struct node *networks = node_path(a, "NetworkSettings.Networks");

	for (size_t i = 0; ports && i < ports->npairs; i++) {
		const struct node *bound =
			node_get(node_path(b, "Body.HostConfig.PortBindings"),
				ports->pairs[i].key);

		if (bound && bound->nitems &&
			*node_get_text(bound->items[0], "HostPort") &&
			node_equal(bound, ports->pairs[i].value))
			return !no(err, "port is taken by", name_of(b));
	}
	for (size_t i = 0; networks && i < networks->npairs; i++) {
		const char *ip = node_get_text(networks->pairs[i].value, "IPAddress");
		const struct node *other = node_get(
			node_path(b, "NetworkSettings.Networks"), networks->pairs[i].key);

		if (ip && *ip && text_eq(ip, node_get_text(other, "IPAddress")))
			return !no(err, "address is taken by", name_of(b));
	}
	return false;
}

static bool parent_runs(
	const struct sim *sim, const struct node *container, struct err *err)
{
	const char *mode = node_path(container, "Body.HostConfig.NetworkMode")
		? node_path(container, "Body.HostConfig.NetworkMode")->text
		: "";
	const struct node *parent;

	if (!text_starts(mode, "container:"))
		return true;
	parent = find(sim, "containers", mode + strlen("container:"));
	return parent && runs(parent)
		? true
		: no(err, "its parent does not run", name_of(container));
}

static bool networks_exist(
	const struct sim *sim, const struct node *container, struct err *err)
{
	const struct node *networks = node_path(container, "NetworkSettings.Networks");

	for (size_t i = 0; networks && i < networks->npairs; i++)
		if (!find(sim, "networks",
			    node_get_text(networks->pairs[i].value, "NetworkID")))
			return no(err, "its network is gone", networks->pairs[i].key);
	return true;
}

static bool start(struct sim *sim, struct node *container, struct err *err)
{
	const struct node *all = sim_list(sim, "containers");
	bool probed = node_path(container, "Body.Healthcheck") != NULL;

	if (runs(container))
		return true;
	if (!networks_exist(sim, container, err) || !parent_runs(sim, container, err))
		return false;
	for (size_t i = 0; i < all->nitems; i++)
		if (all->items[i] != container && runs(all->items[i]) &&
			clashes(container, all->items[i], err))
			return false;
	set_state(sim, container, "running",
		probed ? "Up 5 minutes (healthy)" : "Up 5 minutes");
	return true;
}

static bool wait_for(
	struct sim *sim, struct node *container, enum wait_for wait, struct err *err)
{
	const char *status = node_get_text(container, "Status");

	switch (wait) {
	case WAIT_HEALTHY:
		return runs(container) && strstr(status, "(healthy)")
			? true
			: no(err, "is not healthy", name_of(container));
	case WAIT_COMPLETED:
		set_state(sim, container, "exited", "Exited (0) 5 minutes ago");
		return true;
	case WAIT_READY:
		return runs(container) && !strstr(status, "(unhealthy)")
			? true
			: no(err, "is not ready", name_of(container));
	case WAIT_EXITED:
	case WAIT_ANSWERS:
	case WAIT_DRAINED:
		break;
	}
	return true;
}

static bool is_on(const struct node *container, const char *network_id)
{
	const struct node *networks = node_path(container, "NetworkSettings.Networks");

	for (size_t i = 0; networks && i < networks->npairs; i++)
		if (text_eq(node_get_text(networks->pairs[i].value, "NetworkID"),
			    network_id))
			return true;
	return false;
}

static bool remove_network(struct sim *sim, const struct node *network, struct err *err)
{
	const struct node *all = sim_list(sim, "containers");

	for (size_t i = 0; i < all->nitems; i++)
		if (runs(all->items[i]) &&
			is_on(all->items[i], node_get_text(network, "Id")))
			return no(err, "network has active endpoints",
				name_of(all->items[i]));
	drop(sim, "networks", network);
	return true;
}

static bool create_resource(struct sim *sim, const char *list, const struct node *body,
	const char **out_id, struct err *err)
{
	struct node *item = node_copy(sim->arena, body);

	if (!strcmp(list, "networks") && find(sim, list, node_get_text(body, "Name")))
		return no(err, "network exists", node_get_text(body, "Name"));
	*out_id = sim_new_id(sim, list);
	node_set_text(sim->arena, item, "Id", *out_id);
	node_push(sim->arena, sim_list(sim, list), item);
	return true;
}

/* What the registry has, or what a build makes, under this name. */
static void fetch_image(struct sim *sim, const char *ref, const char **out_digest)
{
	const char *id = node_get_text(node_get(sim->state, "registry"), ref);
	struct node *image = find_image(sim, ref);

	if (!id)
		id = image ? node_get_text(image, "Id")
			   : arena_printf(sim->arena, "sha256:%s", sim_new_id(sim, ref));
	if (image)
		drop(sim, "images", image);
	node_push(sim->arena, sim_list(sim, "images"), sim_image(sim, ref, id));
	*out_digest = id;
}

static bool disconnect(struct sim *sim, const struct action *action, struct err *err)
{
	struct node *container =
		find(sim, "containers", node_get_text(action->body, "Container"));
	const struct node *network = find(sim, "networks", action->target);

	if (!container || !network)
		return no(err, "no such network or container", action->target);
	node_remove(sim->arena, node_path(container, "NetworkSettings.Networks"),
		node_get_text(network, "Name"));
	return true;
}

static bool connect_to(struct sim *sim, const struct action *action, struct err *err)
{
	struct node *container =
		find(sim, "containers", node_get_text(action->body, "Container"));
	const struct node *network = find(sim, "networks", action->target);

	if (!container || !network)
		return no(err, "no such network or container", action->target);
	join(sim, container, network, node_get(action->body, "EndpointConfig"));
	return true;
}

static bool rename_container(
	struct sim *sim, struct node *container, const char *name, struct err *err)
{
	struct node *names = node_list(sim->arena);

	if (find(sim, "containers", name))
		return no(err, "the name is in use", name);
	node_push(sim->arena, names,
		node_text(sim->arena, arena_printf(sim->arena, "/%s", name)));
	node_set(sim->arena, container, "Names", names);
	return true;
}

static bool remove_container(
	struct sim *sim, struct node *container, bool force, struct err *err)
{
	if (runs(container) && !force)
		return no(err, "runs", name_of(container));
	drop(sim, "containers", container);
	return true;
}

static bool on_container(struct sim *sim, const struct action *action, struct err *err)
{
	struct node *container = find(sim, "containers", action->target);

	if (!container)
		return no(err, "no such container", action->target);
	switch (action->kind) {
	case ACTION_CONTAINER_START:
	case ACTION_CONTAINER_RESTART:
	case ACTION_CONTAINER_UNPAUSE:
		return start(sim, container, err);
	case ACTION_CONTAINER_STOP:
		if (!node_is_text(node_get(container, "State"), "created"))
			set_state(sim, container, "exited", "Exited (0) 5 minutes ago");
		return true;
	case ACTION_CONTAINER_KILL:
		set_state(sim, container, "exited", "Exited (137) 5 minutes ago");
		return true;
	case ACTION_CONTAINER_PAUSE:
		set_state(sim, container, "paused", "Up 5 minutes (Paused)");
		return true;
	case ACTION_CONTAINER_RENAME:
		return rename_container(sim, container, action->name, err);
	case ACTION_CONTAINER_REMOVE:
		return remove_container(sim, container, action->force, err);
	case ACTION_WAIT:
		return wait_for(sim, container, action->wait, err);
	case ACTION_CONTAINER_PUT:
		node_set_bool(sim->arena, container, "Put", true);
		return true;
	default:
		return true;
	}
}

/* What sim_observe shows of it, as the engine would list it. */
static void start_netdns(struct sim *sim, const char *version)
{
	struct node *list = sim_list(sim, "netdns");
	struct node *entry = node_map(sim->arena);
	struct node *labels = node_map(sim->arena);

	node_set_text(sim->arena, labels, "davit.dns", "{}");
	node_set_text(sim->arena, labels, "davit.netdns", version);
	node_set_text(sim->arena, entry, "Id", sim_new_id(sim, "netdns"));
	node_set_text(sim->arena, entry, "State", "running");
	node_set(sim->arena, entry, "Labels", labels);
	list->nitems = 0;
	node_push(sim->arena, list, entry);
}

bool sim_do(struct sim *sim, const struct action *action, const char **out_id,
	struct err *err)
{
	const struct node *network;
	const struct node *volume;

	switch (action->kind) {
	case ACTION_NETWORK_CREATE:
		return create_resource(sim, "networks", action->body, out_id, err);
	case ACTION_VOLUME_CREATE:
		return create_resource(sim, "volumes", action->body, out_id, err);
	case ACTION_NETWORK_REMOVE:
		network = find(sim, "networks", action->target);
		return network ? remove_network(sim, network, err) : true;
	case ACTION_VOLUME_REMOVE:
		volume = find(sim, "volumes", action->target);
		drop(sim, "volumes", volume);
		return true;
	case ACTION_NETWORK_CONNECT:
		return connect_to(sim, action, err);
	case ACTION_NETWORK_DISCONNECT:
		return disconnect(sim, action, err);
	case ACTION_IMAGE_PULL:
	case ACTION_IMAGE_BUILD:
		fetch_image(sim, action->target, out_id);
		return true;
	case ACTION_IMAGE_REMOVE:
		drop(sim, "images", find_image(sim, action->target));
		return true;
	case ACTION_IMAGE_PUSH:
		return true;
	case ACTION_CONTAINER_CREATE:
		return create_container(sim, action->name, action->body, out_id, err);
	case ACTION_NETDNS_START:
		start_netdns(sim, action->version);
		return true;
	case ACTION_NETDNS_REMOVE:
		sim_list(sim, "netdns")->nitems = 0;
		return true;
	case ACTION_NETDNS_DRAIN:
		return true;
	case ACTION_NETDNS_PROBE:
		*out_id = node_get_text(action->body, "address");
		return true;
	case ACTION_FILE_WRITE:
		*out_id = node_get_text(action->body, "text");
		return true;
	case ACTION_WAIT:
		return action->wait == WAIT_ANSWERS || on_container(sim, action, err);
	default:
		return on_container(sim, action, err);
	}
}

bool sim_set(struct sim *sim, const char *name, const char *state)
{
	struct node *container = find(sim, "containers", name);

	if (!container)
		return false;
	if (text_starts(state, "exited"))
		set_state(sim, container, "exited",
			arena_printf(sim->arena, "Exited (%s) 5 minutes ago",
				state[6] ? state + 7 : "0"));
	else if (!strcmp(state, "unhealthy"))
		set_state(sim, container, "running", "Up 5 minutes (unhealthy)");
	else if (!strcmp(state, "healthy"))
		set_state(sim, container, "running", "Up 5 minutes (healthy)");
	else if (!strcmp(state, "gone"))
		drop(sim, "containers", container);
	else
		set_state(sim, container, state, "Up 5 minutes");
	return true;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "app_default web, app-web-1 10.0.0.2", a line a network. */
bool sim_show_endpoints(const struct sim *sim, const char *name, struct str *out)
{
	const struct node *container = find(sim, "containers", name);
	const struct node *networks = node_path(container, "NetworkSettings.Networks");

	for (size_t i = 0; networks && i < networks->npairs; i++) {
		const struct node *endpoint = networks->pairs[i].value;
		const struct node *aliases = node_get(endpoint, "Aliases");
		const char *ip = node_get_text(endpoint, "IPAddress");

		str_add(out, networks->pairs[i].key);
		for (size_t j = 0; aliases && j < aliases->nitems; j++)
			str_printf(out, "%s %s", j ? "," : "", aliases->items[j]->text);
		str_printf(out, "%s%s\n", ip && *ip ? " " : "", ip ? ip : "");
	}
	return networks != NULL;
}

/* "Dns [10.0.0.1]", a line a key, as far as it was made with them. */
void sim_show_dns(const struct sim *sim, const char *name, struct str *out)
{
	static const char *const keys[] = {"Dns", "DnsOptions", "DnsSearch", "Binds"};
	const struct node *body = node_get(find(sim, "containers", name), "Body");
	const struct node *host = node_get(body, "HostConfig");
	const char *label = node_get_text(node_get(body, "Labels"), "davit.dns");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct node *list = node_get(host, keys[i]);

		if (!list)
			continue;
		str_printf(out, "%s ", keys[i]);
		json_print(out, list, JSON_COMPACT);
		str_add_c(out, '\n');
	}
	if (label)
		str_printf(out, "%s\n", label);
}

void sim_show(const struct sim *sim, struct str *out)
{
	static const char *const lists[] = {"networks", "volumes"};
	const struct node *containers = sim_list(sim, "containers");
	const char **lines = NULL;
	size_t n = 0;

	for (size_t i = 0; i < containers->nitems; i++)
		ARENA_PUSH(sim->arena, lines, n,
			arena_printf(sim->arena, "%s %s", name_of(containers->items[i]),
				node_get_text(containers->items[i], "State")));
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct node *list = sim_list(sim, lists[i]);

		for (size_t j = 0; j < list->nitems; j++)
			ARENA_PUSH(sim->arena, lines, n,
				arena_printf(sim->arena, "%s %.*s",
					node_get_text(list->items[j], "Name"),
					(int)strlen(lists[i]) - 1, lists[i]));
	}
	if (n)
		qsort(lines, n, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < n; i++)
		str_printf(out, "%s\n", lines[i]);
}
