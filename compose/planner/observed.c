/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's list replies to one snapshot. What a list does not say stays NULL, 0 or
 * none. */
#include "compose/planner/observed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "base/node.h"
#include "base/str.h"

static const char *const state_words[] = {
	[STATE_CREATED] = "created",
	[STATE_RUNNING] = "running",
	[STATE_PAUSED] = "paused",
	[STATE_RESTARTING] = "restarting",
	[STATE_REMOVING] = "removing",
	[STATE_EXITED] = "exited",
	[STATE_DEAD] = "dead",
};

#define NSTATES (sizeof(state_words) / sizeof(state_words[0]))

static size_t list_len(const struct node *list)
{
	return list && list->kind == NODE_LIST ? list->nitems : 0;
}

static const char *label(const struct node *labels, const char *key)
{
	char name[64];

	snprintf(name, sizeof(name), "com.docker.compose.%s", key);
	return node_get_text(labels, name);
}

/* RFC 3339 to seconds; fractions and the zone "Z" are all that engines send. 0: not a
 * time. */
static int64_t parse_time(const char *text)
{
	struct tm tm = {0};

	if (!text || !strptime(text, "%Y-%m-%dT%H:%M:%S", &tm))
		return 0;
	return timegm(&tm);
}

static enum container_state read_state(const char *text)
{
	for (size_t i = 0; text && i < NSTATES; i++)
		if (!strcmp(text, state_words[i]))
			return (enum container_state)i;
	return STATE_EXITED;
}

/* "Up 3 seconds (healthy)": the list tells health nowhere else. */
static enum health read_health(const char *status)
{
	if (!status)
		return HEALTH_NONE;
	if (strstr(status, "(healthy)"))
		return HEALTH_HEALTHY;
	if (strstr(status, "(unhealthy)"))
		return HEALTH_UNHEALTHY;
	if (strstr(status, "(health: starting)"))
		return HEALTH_STARTING;
	return HEALTH_NONE;
}

/* "Exited (137) 2 hours ago" */
static int read_exit_code(const char *status)
{
	const char *at = status ? strchr(status, '(') : NULL;

	return at && text_starts(status, "Exited") ? (int)strtol(at + 1, NULL, 10) : 0;
}

/* Of the names of a linked container ("/web-1/db", "/db-1") its own. */
static const char *own_name(const struct node *names)
{
	for (size_t i = 0; i < list_len(names); i++) {
		const char *name = names->items[i]->text;

		if (name && name[0] == '/' && !strchr(name + 1, '/'))
			return name + 1;
	}
	return list_len(names) && names->items[0]->text ? names->items[0]->text : "";
}

static void read_endpoints(
	struct arena *arena, const struct node *node, struct observed_container *out)
{
	const struct node *networks = node_path(node, "NetworkSettings.Networks");

	for (size_t i = 0; networks && networks->kind == NODE_MAP && i < networks->npairs;
		i++) {
		const struct node *endpoint = networks->pairs[i].value;

		ARENA_PUSH(arena, out->endpoints, out->nendpoints,
			((struct observed_endpoint){
				.network = networks->pairs[i].key,
				.id = node_get_text(endpoint, "NetworkID"),
				.ip = node_get_text(endpoint, "IPAddress"),
			}));
	}
}

static void read_mounts(
	struct arena *arena, const struct node *node, struct observed_container *out)
{
	const struct node *mounts = node_get(node, "Mounts");

	for (size_t i = 0; i < list_len(mounts); i++) {
		const struct node *mount = mounts->items[i];

		ARENA_PUSH(arena, out->mounts, out->nmounts,
			((struct observed_mount){
				.type = node_get_text(mount, "Type"),
				.name = node_get_text(mount, "Name"),
				.source = node_get_text(mount, "Source"),
				.destination = node_get_text(mount, "Destination"),
				.writable = node_get_bool(mount, "RW"),
			}));
	}
}

static const struct node *read_davit_state(struct arena *arena, const struct node *labels)
{
	const char *text = node_get_text(labels, "davit.state");
	struct node *node = NULL;
	struct err err;

	if (!text || !json_parse(arena, text, strlen(text), &node, &err) ||
		node->kind != NODE_MAP)
		return NULL;
	return node;
}

static void read_labels(
	struct arena *arena, const struct node *labels, struct observed_container *out)
{
	out->labels = labels;
	out->project = label(labels, "project");
	out->service = label(labels, "service");
	if (label(labels, "container-number"))
		parse_i64(label(labels, "container-number"), &out->number);
	out->oneoff = text_eq(label(labels, "oneoff"), "True");
	out->config_hash = label(labels, "config-hash");
	out->tool_version = label(labels, "version");
	out->image_digest = label(labels, "image");
	out->replaces = label(labels, "replace");
	out->working_dir = label(labels, "project.working_dir");
	out->config_files = label(labels, "project.config_files");
	out->depends_on = label(labels, "depends_on");
	out->davit = read_davit_state(arena, labels);
}

static struct observed_container read_container(
	struct arena *arena, const struct node *node, const struct map *inspects)
{
	const char *id = node_get_text(node, "Id");
	struct observed_container out = {
		.node = node,
		.id = id ? id : "",
		.name = own_name(node_get(node, "Names")),
		.image = node_get_text(node, "Image"),
		.image_id = node_get_text(node, "ImageID"),
		.state = read_state(node_get_text(node, "State")),
		.status = node_get_text(node, "Status"),
		.created_s = node_get_int(node, "Created", 0),
	};

	out.health = read_health(out.status);
	out.exit_code = read_exit_code(out.status);
	out.inspect = map_get(inspects, out.id);
	read_labels(arena, node_get(node, "Labels"), &out);
	read_endpoints(arena, node, &out);
	read_mounts(arena, node, &out);
	return out;
}

static void read_containers(
	struct arena *arena, const struct observed_replies *replies, struct observed *out)
{
	struct map inspects;

	map_init(&inspects, arena);
	for (size_t i = 0; i < list_len(replies->inspects); i++) {
		const char *id = node_get_text(replies->inspects->items[i], "Id");

		if (id)
			map_put(&inspects, id, replies->inspects->items[i]);
	}
	out->ncontainers = list_len(replies->containers);
	out->containers = ARENA_NEW_N(arena, out->ncontainers, struct observed_container);
	for (size_t i = 0; i < out->ncontainers; i++)
		out->containers[i] =
			read_container(arena, replies->containers->items[i], &inspects);
}

static struct map *new_map(struct arena *arena)
{
	struct map *map = ARENA_NEW(arena, struct map);

	map_init(map, arena);
	return map;
}

/* The first one of a key wins. */
static void index_put(struct map *map, const char *key, void *value)
{
	if (key && !map_has(map, key))
		map_put(map, key, value);
}

static void read_networks(
	struct arena *arena, const struct node *list, struct observed *out)
{
	struct map *index = new_map(arena);

	out->nnetworks = list_len(list);
	out->networks = ARENA_NEW_N(arena, out->nnetworks, struct observed_network);
	for (size_t i = 0; i < out->nnetworks; i++) {
		const struct node *node = list->items[i];
		const struct node *labels = node_get(node, "Labels");
		struct observed_network *network = &out->networks[i];

		*network = (struct observed_network){
			.id = node_get_text(node, "Id"),
			.name = node_get_text(node, "Name"),
			.key = label(labels, "network"),
			.project = label(labels, "project"),
			.config_hash = label(labels, "config-hash"),
			.driver = node_get_text(node, "Driver"),
			.internal = node_get_bool(node, "Internal"),
			.created_s = parse_time(node_get_text(node, "Created")),
			.node = node,
		};
		index_put(index, network->name, network);
	}
	for (size_t i = 0; i < out->nnetworks; i++)
		index_put(index, out->networks[i].id, &out->networks[i]);
	out->network_index = index;
}

static void read_volumes(
	struct arena *arena, const struct node *reply, struct observed *out)
{
	const struct node *list = node_get(reply, "Volumes");
	struct map *index = new_map(arena);

	out->nvolumes = list_len(list);
	out->volumes = ARENA_NEW_N(arena, out->nvolumes, struct observed_volume);
	for (size_t i = 0; i < out->nvolumes; i++) {
		const struct node *node = list->items[i];
		const struct node *labels = node_get(node, "Labels");

		out->volumes[i] = (struct observed_volume){
			.name = node_get_text(node, "Name"),
			.key = label(labels, "volume"),
			.project = label(labels, "project"),
			.config_hash = label(labels, "config-hash"),
			.driver = node_get_text(node, "Driver"),
			.node = node,
		};
		index_put(index, out->volumes[i].name, &out->volumes[i]);
	}
	out->volume_index = index;
}

static struct strings texts(struct arena *arena, const struct node *list)
{
	struct strings out = {.items = ARENA_NEW_N(arena, list_len(list), const char *)};

	for (size_t i = 0; i < list_len(list); i++)
		if (list->items[i]->text && list->items[i]->kind == NODE_STR)
			out.items[out.n++] = list->items[i]->text;
	return out;
}

/*
 * References as the engine writes them: "docker.io/library/nginx" is "nginx:latest", and
 * what has a digest has no tag.
 */
static const char *familiar(struct arena *arena, const char *ref)
{
	static const char *const prefixes[] = {
		"docker.io/", "index.docker.io/", "library/"};
	const char *digest;
	const char *colon;
	const char *slash;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (text_starts(ref, prefixes[i]))
			ref += strlen(prefixes[i]);
	digest = strchr(ref, '@');
	slash = strrchr(ref, '/');
	if (digest) {
		colon = memchr(ref, ':', (size_t)(digest - ref));
		if (colon && slash && slash < digest && colon < slash)
			colon = memchr(slash, ':', (size_t)(digest - slash));
		return colon
			? arena_printf(arena, "%.*s%s", (int)(colon - ref), ref, digest)
			: ref;
	}
	colon = strchr(slash ? slash : ref, ':');
	return colon ? ref : arena_printf(arena, "%s:latest", ref);
}

static void index_image(struct map *index, struct observed_image *image)
{
	for (size_t i = 0; i < image->tags.n; i++)
		index_put(index, familiar(index->arena, image->tags.items[i]), image);
	for (size_t i = 0; i < image->repo_digests.n; i++)
		index_put(index, familiar(index->arena, image->repo_digests.items[i]),
			image);
	index_put(index, image->id, image);
	if (text_starts(image->id, "sha256:"))
		index_put(index, image->id + strlen("sha256:"), image);
}

static void read_images(
	struct arena *arena, const struct node *list, struct observed *out)
{
	struct map *index = new_map(arena);

	out->images = ARENA_NEW_N(arena, list_len(list), struct observed_image);
	for (size_t i = 0; i < list_len(list); i++) {
		const struct node *node = list->items[i];
		struct observed_image *image = &out->images[out->nimages];

		if (!node_get_text(node, "Id"))
			continue;
		out->nimages++;
		*image = (struct observed_image){
			.id = node_get_text(node, "Id"),
			.tags = texts(arena, node_get(node, "RepoTags")),
			.repo_digests = texts(arena, node_get(node, "RepoDigests")),
			.labels = node_get(node, "Labels"),
			.created_s = node_get_int(node, "Created", 0),
			.node = node,
		};
		image->digest = observed_image_digest(out, image, NULL);
		index_image(index, image);
	}
	out->image_index = index;
}

/* The words of the kernel for what images call amd64 and arm64. */
static const char *architecture(const char *machine)
{
	static const char *const names[][2] = {
		{"x86_64", "amd64"},
		{"aarch64", "arm64"},
		{"armv7l", "arm/v7"},
		{"armv6l", "arm/v6"},
		{"i686", "386"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_eq(machine, names[i][0]))
			return names[i][1];
	return machine;
}

static const char *read_platform(struct arena *arena, const struct node *info)
{
	const char *os = node_get_text(info, "OSType");
	const char *machine = node_get_text(info, "Architecture");

	return os && machine ? arena_printf(arena, "%s/%s", os, architecture(machine))
			     : NULL;
}

const struct observed *observed_read(
	struct arena *arena, const struct observed_replies *replies)
{
	struct observed *out = ARENA_NEW(arena, struct observed);

	out->api_version = replies->api_version ? replies->api_version : "1.41";
	out->engine_id = node_get_text(replies->info, "ID");
	out->image_inspects = replies->image_inspects;
	out->dns = replies->dns;
	out->platform = read_platform(arena, replies->info);
	out->clock_s = replies->clock_s;
	read_containers(arena, replies, out);
	read_networks(arena, replies->networks, out);
	read_volumes(arena, replies->volumes, out);
	read_images(arena, replies->images, out);
	return out;
}

bool observed_api_at_least(const struct observed *observed, int major, int minor)
{
	char *end;
	long have_major = strtol(observed->api_version, &end, 10);
	long have_minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

	return have_major > major || (have_major == major && have_minor >= minor);
}

const struct observed_network *observed_network(
	const struct observed *observed, const char *name)
{
	return map_get(observed->network_index, name);
}

const struct observed_volume *observed_volume(
	const struct observed *observed, const char *name)
{
	return map_get(observed->volume_index, name);
}

const struct observed_image *observed_image(
	const struct observed *observed, const char *ref)
{
	struct arena scratch = {0};
	const struct observed_image *image = map_get(observed->image_index, ref);

	if (!image)
		image = map_get(observed->image_index, familiar(&scratch, ref));
	arena_finish(&scratch);
	return image;
}

/* "linux/arm/v7" against a manifest's platform; a variant that was not asked for does not
 * matter. */
static bool platform_fits(const struct node *manifest, const char *platform)
{
	const struct node *node = node_path(manifest, "ImageData.Platform");
	const char *os = node_get_text(node, "os");
	const char *arch = node_get_text(node, "architecture");
	const char *variant = node_get_text(node, "variant");
	char text[128];
	int len;

	if (!os || !arch)
		return false;
	len = snprintf(text, sizeof(text), "%s/%s", os, arch);
	if (len < 0 || (size_t)len >= sizeof(text) ||
		strncmp(platform, text, (size_t)len) != 0)
		return false;
	platform += len;
	return *platform == '\0' ||
		(*platform == '/' && variant && !strcmp(platform + 1, variant));
}

const char *observed_image_digest(const struct observed *observed,
	const struct observed_image *image, const char *platform)
{
	const struct node *manifests = node_get(image->node, "Manifests");
	const struct node *only = NULL;
	size_t navailable = 0;

	if (!observed_api_at_least(observed, 1, 48))
		return image->id;
	if (!platform)
		platform = observed->platform;
	for (size_t i = 0; i < list_len(manifests); i++) {
		const struct node *manifest = manifests->items[i];

		if (!node_is_text(node_get(manifest, "Kind"), "image") ||
			!node_get_bool(manifest, "Available"))
			continue;
		if (platform && platform_fits(manifest, platform))
			return node_path(manifest, "Descriptor.digest")
				? node_path(manifest, "Descriptor.digest")->text
				: image->id;
		only = manifest;
		navailable++;
	}
	if (navailable == 1 && node_path(only, "Descriptor.digest"))
		return node_path(only, "Descriptor.digest")->text;
	return image->id;
}

/* An image that never had a tag has one of the year 1. */
int64_t observed_image_tagged_s(
	const struct observed *observed, const struct observed_image *image)
{
	const struct node *list = observed->image_inspects;

	for (size_t i = 0; i < list_len(list); i++) {
		const struct node *metadata = node_get(list->items[i], "Metadata");
		int64_t tagged_s = parse_time(node_get_text(metadata, "LastTagTime"));

		if (text_eq(node_get_text(list->items[i], "Id"), image->id))
			return tagged_s > 0 ? tagged_s : 0;
	}
	return 0;
}
