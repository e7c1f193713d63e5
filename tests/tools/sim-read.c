/* SPDX-License-Identifier: Apache-2.0 */
/* The state as text: read with what was left out put in, written, and seen as davit sees an engine. */
#include "tests/tools/sim-read.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/model/print.h"
#include "compose/model/project.h"
#include "compose/planner/observed.h"
#include "tests/tools/sim.h"

#define PREFIX "com.docker.compose."

static const char *hex_of(struct arena *arena, const char *text)
{
	char hex[DIGEST_HEX_BYTES];

	digest_sha256_hex(text, strlen(text), hex);
	return arena_strdup(arena, hex);
}

struct node *sim_image(struct sim *sim, const char *ref, const char *id)
{
	struct node *image = node_map(sim->arena);
	struct node *tags = node_list(sim->arena);
	const char *slash = strrchr(ref, '/');

	node_push(sim->arena, tags,
		node_text(sim->arena,
			strchr(slash ? slash : ref, ':')
				? ref
				: arena_printf(sim->arena, "%s:latest", ref)));
	node_set_text(sim->arena, image, "Id",
		id ? id : arena_printf(sim->arena, "sha256:%s", hex_of(sim->arena, ref)));
	node_set(sim->arena, image, "RepoTags", tags);
	return image;
}

static struct node *read_image(struct sim *sim, struct node *item)
{
	struct node *image;

	if (item->kind == NODE_STR)
		return sim_image(sim, item->text, NULL);
	if (node_get(item, "RepoTags"))
		return item;
	image = sim_image(sim, node_get_text(item, "ref"), node_get_text(item, "id"));
	if (node_get(item, "tagged"))
		node_set(sim->arena, image, "Tagged", node_get(item, "tagged"));
	if (node_get(item, "labels"))
		node_set(sim->arena, image, "Labels", node_get(item, "labels"));
	return image;
}

static const struct network *declared_network(
	const struct project *project, const char *name)
{
	for (size_t i = 0; i < project->nnetworks; i++)
		if (text_eq(project->networks[i].name, name))
			return &project->networks[i];
	return NULL;
}

static const struct volume *declared_volume(
	const struct project *project, const char *name)
{
	for (size_t i = 0; i < project->nvolumes; i++)
		if (text_eq(project->volumes[i].name, name))
			return &project->volumes[i];
	return NULL;
}

static const char *given(const struct node *item, const char *key, const char *fallback)
{
	const char *text = node_get_text(item, key);

	return text ? text : fallback;
}

/* "app_back", or {name, key, hash, id, project}; what is a network of the project gets its labels. */
static struct node *read_resource(struct sim *sim, const struct project *project,
	struct node *item, const char *kind)
{
	struct node *out = node_map(sim->arena);
	struct node *labels = node_map(sim->arena);
	const char *name =
		item->kind == NODE_STR ? item->text : node_get_text(item, "name");
	const struct network *network = declared_network(project, name);
	const struct volume *volume = declared_volume(project, name);
	char hash[DIGEST_HEX_BYTES] = "";
	const char *key = given(item, "key", NULL);

	if (node_get(item, "Name"))
		return item;
	if (!strcmp(kind, "network") && network && !network->external) {
		network_hash(network, hash);
		key = key ? key : network->key;
	}
	if (!strcmp(kind, "volume") && volume && !volume->external) {
		volume_hash(volume, hash);
		key = key ? key : volume->key;
	}
	node_set_text(sim->arena, out, "Id",
		given(item, "id",
			hex_of(sim->arena,
				arena_printf(sim->arena, "%s %s", kind, name))));
	node_set_text(sim->arena, out, "Name", name);
	node_set_text_opt(sim->arena, out, "gateway", node_get_text(item, "gateway"));
	node_set_bool(sim->arena, out, "probed", node_get_bool(item, "probed"));
	node_set_text_opt(sim->arena, out, "Driver", node_get_text(item, "driver"));
	if (key && !text_eq(key, "none")) {
		node_set_text(sim->arena, labels,
			arena_printf(sim->arena, PREFIX "%s", kind), key);
		node_set_text(sim->arena, labels, PREFIX "project",
			given(item, "project", project->name));
		node_set_text(sim->arena, labels, PREFIX "config-hash",
			given(item, "hash", arena_strdup(sim->arena, hash)));
	}
	node_set(sim->arena, out, "Labels", labels);
	return out;
}

static const char *id_of(const struct sim *sim, const char *list_name, const char *name)
{
	const struct node *list = sim_list(sim, list_name);

	for (size_t i = 0; i < list->nitems; i++)
		if (text_eq(node_get_text(list->items[i], "Name"), name))
			return node_get_text(list->items[i], "Id");
	return "";
}

static void put_labels(struct sim *sim, const struct project *project,
	const struct node *item, const struct service *service, struct node *labels)
{
	const char *version = given(item, "made_by", "2.40.3");
	char hash[DIGEST_HEX_BYTES] = "none";

	if (service)
		service_hash(service, version[0] >= '5' ? HASH_5 : HASH_2_40, NULL, hash);
	node_set_text(sim->arena, labels, PREFIX "project",
		given(item, "project", project->name));
	node_set_text(sim->arena, labels, PREFIX "service", given(item, "service", "?"));
	node_set_text(sim->arena, labels, PREFIX "version", version);
	node_set_text(sim->arena, labels, PREFIX "oneoff",
		node_get_bool(item, "oneoff") ? "True" : "False");
	node_set_text(sim->arena, labels, PREFIX "project.working_dir",
		given(item, "dir", project->working_dir));
	node_set_text(sim->arena, labels, PREFIX "config-hash",
		given(item, "hash", arena_strdup(sim->arena, hash)));
	if (!node_get_bool(item, "oneoff"))
		node_set_text(sim->arena, labels, PREFIX "container-number",
			given(item, "number", "1"));
	node_set_text_opt(sim->arena, labels, PREFIX "depends_on",
		node_get_text(item, "depends_on"));
	node_set_text_opt(
		sim->arena, labels, PREFIX "image", node_get_text(item, "image_digest"));
}

static void put_endpoints(struct sim *sim, const struct project *project,
	const struct service *service, struct node *container)
{
	struct node *settings = node_map(sim->arena);
	struct node *networks = node_map(sim->arena);

	for (size_t i = 0; service && i < service->nnetworks; i++) {
		const struct network *network =
			project_network(project, service->networks[i].network);
		struct node *endpoint = node_map(sim->arena);

		node_set_text(sim->arena, endpoint, "NetworkID",
			id_of(sim, "networks", network->name));
		node_set(sim->arena, networks, network->name, endpoint);
	}
	node_set(sim->arena, settings, "Networks", networks);
	node_set(sim->arena, container, "NetworkSettings", settings);
}

static void put_mounts(struct sim *sim, const struct project *project,
	const struct service *service, struct node *container)
{
	struct node *mounts = node_list(sim->arena);

	for (size_t i = 0; service && i < service->nvolumes; i++) {
		const struct mount *mount = &service->volumes[i];
		const struct volume *volume = mount->source && mount->type == MOUNT_VOLUME
			? project_volume(project, mount->source)
			: NULL;
		struct node *map = node_map(sim->arena);

		node_set_text(sim->arena, map, "Type",
			mount->type == MOUNT_BIND ? "bind" : "volume");
		node_set_text_opt(sim->arena, map, "Name",
			volume                  ? volume->name
				: mount->source ? NULL
						: hex_of(sim->arena, mount->target));
		node_set_text_opt(sim->arena, map, "Source", mount->source);
		node_set_text(sim->arena, map, "Destination", mount->target);
		node_set_bool(sim->arena, map, "RW", !mount->read_only);
		node_push(sim->arena, mounts, map);
	}
	node_set(sim->arena, container, "Mounts", mounts);
}

static struct node *read_container(
	struct sim *sim, const struct project *project, struct node *item)
{
	struct node *out = node_map(sim->arena);
	struct node *names = node_list(sim->arena);
	struct node *labels = node_map(sim->arena);
	const struct service *service = node_get_text(item, "service")
		? project_service(project, node_get_text(item, "service"))
		: NULL;
	const char *name = given(item, "name",
		arena_printf(sim->arena, "%s-%s-%s", project->name,
			given(item, "service", "?"), given(item, "number", "1")));
	const char *image = service ? service_image(sim->arena, project, service) : "old";
	const char *state = given(item, "state", "running");

	if (node_get(item, "Id"))
		return item;
	node_push(sim->arena, names,
		node_text(sim->arena, arena_printf(sim->arena, "/%s", name)));
	node_set_text(sim->arena, out, "Id", given(item, "id", hex_of(sim->arena, name)));
	node_set(sim->arena, out, "Names", names);
	node_set_text(sim->arena, out, "Image", given(item, "image", image));
	node_set_text(sim->arena, out, "ImageID",
		given(item, "image_id",
			arena_printf(
				sim->arena, "sha256:%s", hex_of(sim->arena, image))));
	node_set_int(sim->arena, out, "Created", 0);
	node_set_text(sim->arena, out, "State", state);
	node_set_text(sim->arena, out, "Status",
		given(item, "status",
			!strcmp(state, "exited") ? "Exited (0) 5 minutes ago"
						 : "Up 5 minutes"));
	put_labels(sim, project, item, service, labels);
	node_set(sim->arena, out, "Labels", labels);
	put_endpoints(sim, project, service, out);
	put_mounts(sim, project, service, out);
	if (node_get(item, "inspect"))
		node_set(sim->arena, out, "Body", node_get(item, "inspect"));
	return out;
}

static void complete(struct sim *sim, const struct project *project)
{
	struct node *images = sim_list(sim, "images");
	struct node *networks = sim_list(sim, "networks");
	struct node *volumes = sim_list(sim, "volumes");
	struct node *containers = sim_list(sim, "containers");

	for (size_t i = 0; i < images->nitems; i++)
		images->items[i] = read_image(sim, images->items[i]);
	for (size_t i = 0; i < networks->nitems; i++)
		networks->items[i] =
			read_resource(sim, project, networks->items[i], "network");
	for (size_t i = 0; i < volumes->nitems; i++)
		volumes->items[i] =
			read_resource(sim, project, volumes->items[i], "volume");
	for (size_t i = 0; i < containers->nitems; i++)
		containers->items[i] = read_container(sim, project, containers->items[i]);
}

bool sim_read(struct sim *sim, struct arena *arena, const char *text, size_t len,
	const struct project *project, struct err *err)
{
	sim->arena = arena;
	if (!json_parse(arena, text, len, &sim->state, err))
		return false;
	complete(sim, project);
	return true;
}

void sim_write(const struct sim *sim, struct str *out)
{
	json_print(out, sim->state, JSON_INDENT);
	str_add_c(out, '\n');
}

/* The inspect reply is what the container was made with. */
static struct node *inspects(const struct sim *sim, struct arena *arena)
{
	const struct node *containers = sim_list(sim, "containers");
	struct node *list = node_list(arena);

	for (size_t i = 0; i < containers->nitems; i++) {
		struct node *body = node_get(containers->items[i], "Body");
		struct node *map = node_map(arena);

		if (!body)
			continue;
		node_set_text(
			arena, map, "Id", node_get_text(containers->items[i], "Id"));
		node_set(arena, map, "Config", body);
		if (node_get(body, "HostConfig"))
			node_set(arena, map, "HostConfig", node_get(body, "HostConfig"));
		node_set(arena, map, "NetworkSettings",
			node_get(containers->items[i], "NetworkSettings"));
		node_push(arena, list, map);
	}
	return list;
}

static struct node *image_inspects(const struct sim *sim, struct arena *arena)
{
	const struct node *images = sim_list(sim, "images");
	struct node *list = node_list(arena);

	for (size_t i = 0; i < images->nitems; i++) {
		struct node *map = node_map(arena);
		struct node *metadata = node_map(arena);

		node_set_text(arena, map, "Id", node_get_text(images->items[i], "Id"));
		node_set_text_opt(arena, metadata, "LastTagTime",
			node_get_text(images->items[i], "Tagged"));
		node_set(arena, map, "Metadata", metadata);
		node_push(arena, list, map);
	}
	return list;
}

/* Whom netdns knows, and itself; users of other projects stand in the list "netdns" as well. */
static struct node *dns_list(const struct sim *sim, struct arena *arena)
{
	const struct node *containers = sim_list(sim, "containers");
	const struct node *others = sim_list(sim, "netdns");
	struct node *list = node_list(arena);

	for (size_t i = 0; i < containers->nitems; i++)
		if (node_get(node_get(containers->items[i], "Labels"), "davit.dns"))
			node_push(arena, list, containers->items[i]);
	for (size_t i = 0; i < others->nitems; i++)
		node_push(arena, list, others->items[i]);
	return list;
}

const struct observed *sim_observe(
	const struct sim *sim, struct arena *arena, const char *project)
{
	struct node *volumes = node_map(arena);

	(void)project;
	node_set(arena, volumes, "Volumes", sim_list(sim, "volumes"));
	return observed_read(arena,
		&(struct observed_replies){
			.api_version = given(sim->state, "api", "1.51"),
			.containers = sim_list(sim, "containers"),
			.networks = sim_list(sim, "networks"),
			.volumes = volumes,
			.images = sim_list(sim, "images"),
			.inspects = inspects(sim, arena),
			.image_inspects = image_inspects(sim, arena),
			.dns = dns_list(sim, arena),
			.clock_s = 1000000,
		});
}
