/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes of a service to HostConfig.Binds and HostConfig.Mounts. The split is docker compose's and matters:
 * only Binds makes missing host paths (compose.md 2.9, 8.15).
 */
#include <string.h>

#include "base/arena.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/body.h"
#include "compose/planner/draft.h"

#define ANONYMOUS_NAME_LEN 64 /* the engine names anonymous volumes by 64 hex digits */

static const char *const type_words[] = {
	[MOUNT_BIND] = "bind",
	[MOUNT_VOLUME] = "volume",
	[MOUNT_TMPFS] = "tmpfs",
	[MOUNT_IMAGE] = "image",
	[MOUNT_NPIPE] = "npipe",
	[MOUNT_CLUSTER] = "cluster",
};

struct lists {
	struct arena *arena;
	struct node *binds;
	struct node *mounts;
};

static bool fits_binds(const struct mount *mount)
{
	const struct mount_bind *bind = &mount->bind;
	const struct mount_volume *volume = &mount->volume;

	if (mount->type == MOUNT_BIND)
		return !bind->set ||
			(opt_bool_or(bind->create_host_path, false) &&
				!bind->propagation && !bind->recursive);
	return mount->type == MOUNT_VOLUME && mount->source &&
		!(volume->set && (volume->labels.n || volume->subpath || volume->nocopy));
}

static void add_bind(struct lists *lists, const struct mount *mount, const char *source)
{
	auto_str text = {0};

	str_printf(
		&text, "%s:%s:%s", source, mount->target, mount->read_only ? "ro" : "rw");
	if (mount->bind.selinux)
		str_printf(&text, ",%s", mount->bind.selinux);
	if (mount->bind.propagation)
		str_printf(&text, ",%s", mount->bind.propagation);
	if (mount->volume.nocopy)
		str_add(&text, ",nocopy");
	node_push(lists->arena, lists->binds,
		node_text(lists->arena,
			arena_strndup(lists->arena, str_text(&text), text.len)));
}

static struct node *bind_options(struct arena *arena, const struct mount_bind *bind)
{
	static const char *const recursive[][2] = {
		{"disabled", "NonRecursive"},
		{"writable", "ReadOnlyNonRecursive"},
		{"readonly", "ReadOnlyForceRecursive"},
	};
	struct node *map = node_map(arena);

	node_set_text_opt(arena, map, "Propagation", bind->propagation);
	if (opt_bool_or(bind->create_host_path, false))
		node_set_bool(arena, map, "CreateMountpoint", true);
	for (size_t i = 0; i < sizeof(recursive) / sizeof(recursive[0]); i++)
		if (text_eq(bind->recursive, recursive[i][0]))
			node_set_bool(arena, map, recursive[i][1], true);
	return map;
}

static struct node *volume_options(struct arena *arena, const struct mount_volume *volume)
{
	struct node *map = node_map(arena);

	if (volume->nocopy)
		node_set_bool(arena, map, "NoCopy", true);
	if (volume->labels.n)
		node_set(arena, map, "Labels", pairs_node(arena, &volume->labels));
	node_set_text_opt(arena, map, "Subpath", volume->subpath);
	return map;
}

static struct node *tmpfs_options(struct arena *arena, const struct mount_tmpfs *tmpfs)
{
	struct node *map = node_map(arena);

	if (tmpfs->size_bytes.set)
		node_set_int(arena, map, "SizeBytes", tmpfs->size_bytes.value);
	if (tmpfs->mode.set)
		node_set_int(arena, map, "Mode", tmpfs->mode.value);
	return map;
}

static struct node *image_options(struct arena *arena, const struct mount_image *image)
{
	struct node *map = node_map(arena);

	node_set_text_opt(arena, map, "Subpath", image->subpath);
	return map;
}

static struct node *new_mount(struct arena *arena, const char *type, const char *source,
	const char *target, bool read_only)
{
	struct node *map = node_map(arena);

	node_set_text(arena, map, "Type", type);
	node_set_text_opt(arena, map, "Source", source);
	node_set_text(arena, map, "Target", target);
	if (read_only)
		node_set_bool(arena, map, "ReadOnly", true);
	return map;
}

static void add_mount(struct lists *lists, const struct mount *mount, const char *source)
{
	struct arena *arena = lists->arena;
	struct node *map = new_mount(
		arena, type_words[mount->type], source, mount->target, mount->read_only);

	node_set_text_opt(arena, map, "Consistency", mount->consistency);
	if (mount->type == MOUNT_BIND && mount->bind.set)
		node_set(arena, map, "BindOptions", bind_options(arena, &mount->bind));
	if (mount->type == MOUNT_VOLUME && mount->volume.set)
		node_set(arena, map, "VolumeOptions",
			volume_options(arena, &mount->volume));
	if (mount->type == MOUNT_TMPFS && mount->tmpfs.set)
		node_set(arena, map, "TmpfsOptions", tmpfs_options(arena, &mount->tmpfs));
	if (mount->type == MOUNT_IMAGE && mount->image.set)
		node_set(arena, map, "ImageOptions", image_options(arena, &mount->image));
	node_push(arena, lists->mounts, map);
}

/* The old container's volume at this place; NULL: none. */
static const struct observed_mount *old_volume_at(
	const struct container_spec *spec, const char *target)
{
	const struct observed_container *old = spec->inherit_volumes ? spec->old : NULL;

	for (size_t i = 0; old && i < old->nmounts; i++)
		if (text_eq(old->mounts[i].destination, target) &&
			text_eq(old->mounts[i].type, "volume"))
			return &old->mounts[i];
	return NULL;
}

static bool add_volume(const struct body_parts *parts, struct lists *lists,
	const struct mount *mount, struct err *err)
{
	const struct draft *draft = parts->draft;
	const struct volume *volume = mount->type == MOUNT_VOLUME && mount->source
		? project_volume(draft->project, mount->source)
		: NULL;
	const char *source = volume ? volume->name : mount->source;

	if (mount->type == MOUNT_IMAGE && !observed_api_at_least(draft->observed, 1, 48))
		return err_at(err, mount->node ? mount->node->pos : (struct pos){0},
			"services.%s.volumes: type image needs an engine with API 1.48, "
			"this one has %s",
			parts->spec->service->name, draft->observed->api_version);
	if (mount->type == MOUNT_VOLUME && !mount->source) {
		const struct observed_mount *old =
			old_volume_at(parts->spec, mount->target);

		source = old ? old->name : NULL;
	}
	if (fits_binds(mount) && (mount->type == MOUNT_BIND || volume))
		add_bind(lists, mount, source);
	else
		add_mount(lists, mount, source);
	return true;
}

static bool is_anonymous(const struct observed_mount *mount)
{
	return text_eq(mount->type, "volume") && mount->name && mount->destination &&
		strlen(mount->name) == ANONYMOUS_NAME_LEN &&
		strspn(mount->name, "0123456789abcdef") == ANONYMOUS_NAME_LEN;
}

static bool is_target(const struct service *service, const char *path)
{
	for (size_t i = 0; i < service->nvolumes; i++)
		if (text_eq(service->volumes[i].target, path))
			return true;
	for (size_t i = 0; i < service->tmpfs.n; i++) {
		size_t len = strcspn(service->tmpfs.items[i], ":");

		if (strlen(path) == len && !strncmp(service->tmpfs.items[i], path, len))
			return true;
	}
	return false;
}

/* Volumes that the image declares: the service knows nothing of them, the old container has them. */
static void add_inherited(const struct body_parts *parts, struct lists *lists)
{
	const struct observed_container *old =
		parts->spec->inherit_volumes ? parts->spec->old : NULL;

	for (size_t i = 0; old && i < old->nmounts; i++) {
		const struct observed_mount *mount = &old->mounts[i];

		if (is_anonymous(mount) &&
			!is_target(parts->spec->service, mount->destination))
			node_push(lists->arena, lists->mounts,
				new_mount(lists->arena, "volume", mount->name,
					mount->destination, !mount->writable));
	}
}

static const char *file_target(
	struct arena *arena, const char *dir, const struct file_ref *ref)
{
	const char *target = ref->target && *ref->target ? ref->target : ref->source;

	return target[0] == '/' ? target : arena_printf(arena, "%s%s", dir, target);
}

static bool has_mount_at(const struct service *service, const char *target)
{
	for (size_t i = 0; i < service->nvolumes; i++)
		if (text_eq(service->volumes[i].target, target))
			return true;
	return false;
}

/* Configs and secrets that are files: read-only bind mounts. */
static void add_files(const struct body_parts *parts, struct lists *lists, bool secrets)
{
	const struct service *service = parts->spec->service;
	const struct file_ref *refs = secrets ? service->secrets : service->configs;
	size_t n = secrets ? service->nsecrets : service->nconfigs;

	for (size_t i = 0; i < n; i++) {
		const struct content *content = secrets
			? project_secret(parts->draft->project, refs[i].source)
			: project_config(parts->draft->project, refs[i].source);
		const char *target = file_target(
			lists->arena, secrets ? "/run/secrets/" : "/", &refs[i]);

		if (content && content->file && !has_mount_at(service, target))
			node_push(lists->arena, lists->mounts,
				new_mount(lists->arena, "bind", content->file, target,
					true));
	}
}

bool body_add_mounts(struct body_parts *parts, struct err *err)
{
	struct arena *arena = parts->draft->arena;
	const struct service *service = parts->spec->service;
	struct lists lists = {arena, node_list(arena), node_list(arena)};

	for (size_t i = 0; i < service->nvolumes; i++)
		if (!add_volume(parts, &lists, &service->volumes[i], err))
			return false;
	add_inherited(parts, &lists);
	add_files(parts, &lists, true);
	add_files(parts, &lists, false);
	if (lists.binds->nitems)
		node_set(arena, parts->host, "Binds", lists.binds);
	if (lists.mounts->nitems)
		node_set(arena, parts->host, "Mounts", lists.mounts);
	return true;
}
