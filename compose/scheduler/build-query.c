/* SPDX-License-Identifier: Apache-2.0 */
/* Docker Engine API, POST /build; what BuildKit's frontend makes of it is in moby's
 * builder/builder-next. */
#include "compose/scheduler/build-query.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "compose/model/project.h"
#include "compose/planner/plan.h"

/* The part of a clean path below dir; NULL: it is outside. */
static const char *below(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	if (!strcmp(dir, "/"))
		return path + 1;
	return text_starts(path, dir) && path[len] == '/' ? path + len + 1 : NULL;
}

void build_shape_init(struct build_shape *shape, struct arena *arena,
	const struct build *build, bool classic)
{
	const char *dockerfile = build->dockerfile ? build->dockerfile : "Dockerfile";
	const char *path;

	*shape = (struct build_shape){.classic = classic, .dockerfile = dockerfile};
	if (build_is_remote(build)) {
		shape->remote = build->context;
		return;
	}
	shape->dir = path_clean(arena, build->context);
	path = path_join(arena, shape->dir, dockerfile);
	shape->dockerfile = below(shape->dir, path);
	if (build->dockerfile_inline) {
		shape->dockerfile = BUILD_DOCKERFILE;
	} else if (!shape->dockerfile) {
		shape->outside = path;
		shape->dockerfile = BUILD_DOCKERFILE;
	}
}

static void set_json(struct arena *arena, struct node *query, const char *key,
	const struct node *value)
{
	auto_str text = {0};

	json_print(&text, value, JSON_COMPACT);
	node_set_text(arena, query, key, str_text(&text));
}

static void set_flag(struct arena *arena, struct node *query, const char *key, bool yes)
{
	if (yes)
		node_set_text(arena, query, key, "1");
}

/* A value that is null comes from the project's environment, or the argument is left out.
 */
static void add_args(struct arena *arena, struct node *args, const struct pairs *pairs,
	const struct pairs *environment)
{
	for (size_t i = 0; pairs && i < pairs->n; i++) {
		const char *value = pairs->items[i].value;

		if (!value && environment)
			value = pairs_get(environment, pairs->items[i].key);
		if (value)
			node_set_text(arena, args, pairs->items[i].key, value);
	}
}

/* Only a cache inside the image itself needs no session. */
static bool wants_inline_cache(const struct build *build)
{
	for (size_t i = 0; i < build->cache_to.n; i++)
		if (strstr(build->cache_to.items[i], "type=inline"))
			return true;
	return false;
}

static void set_args(
	struct arena *arena, struct node *query, const struct plan_build *build)
{
	struct node *args = node_map(arena);

	if (wants_inline_cache(build->build))
		node_set_text(arena, args, "BUILDKIT_INLINE_CACHE", "1");
	add_args(arena, args, &build->build->args, build->environment);
	add_args(arena, args, build->extra_args, build->environment);
	for (size_t i = 0; build->proxies && i < build->proxies->n; i++)
		if (!node_get(args, build->proxies->items[i].key))
			node_set_text(arena, args, build->proxies->items[i].key,
				build->proxies->items[i].value);
	if (args->npairs)
		set_json(arena, query, "buildargs", args);
}

static void set_labels(
	struct arena *arena, struct node *query, const struct plan_build *build)
{
	struct node *labels = node_map(arena);
	const struct pairs *own = &build->build->labels;

	for (size_t i = 0; i < own->n; i++)
		node_set_text(arena, labels, own->items[i].key,
			own->items[i].value ? own->items[i].value : "");
	for (size_t i = 0; build->labels && i < build->labels->npairs; i++)
		node_set(arena, labels, build->labels->pairs[i].key,
			build->labels->pairs[i].value);
	if (labels->npairs)
		set_json(arena, query, "labels", labels);
}

/* "type=registry,ref=app:cache" or "app:cache"; other types need a session. NULL: one of
 * those. */
static const char *cache_ref(struct arena *arena, const char *entry)
{
	const char *ref = strstr(entry, "ref=");

	if (!strchr(entry, '='))
		return entry;
	if (!ref || (strstr(entry, "type=") && !strstr(entry, "type=registry")))
		return NULL;
	ref += strlen("ref=");
	return arena_strndup(arena, ref, strcspn(ref, ","));
}

static void set_cache_from(
	struct arena *arena, struct node *query, const struct build *build)
{
	struct node *refs = node_list(arena);

	for (size_t i = 0; i < build->cache_from.n; i++) {
		const char *ref = cache_ref(arena, build->cache_from.items[i]);

		if (ref)
			node_push(arena, refs, node_text(arena, ref));
	}
	if (refs->nitems)
		set_json(arena, query, "cachefrom", refs);
}

static void set_tags(
	struct arena *arena, struct node *query, const struct plan_build *build)
{
	struct node *tags = node_list(arena);

	node_push(arena, tags, node_text(arena, build->tag));
	for (size_t i = 0; i < build->build->tags.n; i++)
		node_push(arena, tags, node_text(arena, build->build->tags.items[i]));
	node_set(arena, query, "t", tags);
}

static void set_hosts(struct arena *arena, struct node *query, const struct build *build)
{
	struct node *hosts = node_list(arena);

	for (size_t i = 0; i < build->extra_hosts.n; i++)
		node_push(arena, hosts,
			node_text(arena,
				arena_printf(arena, "%s:%s",
					build->extra_hosts.items[i].key,
					build->extra_hosts.items[i].value)));
	if (hosts->nitems)
		node_set(arena, query, "extrahosts", hosts);
}

static void set_ulimits(
	struct arena *arena, struct node *query, const struct build *build)
{
	struct node *ulimits = node_list(arena);

	for (size_t i = 0; i < build->nulimits; i++) {
		struct node *ulimit = node_map(arena);

		node_set_text(arena, ulimit, "Name", build->ulimits[i].name);
		node_set_int(arena, ulimit, "Soft", build->ulimits[i].soft);
		node_set_int(arena, ulimit, "Hard", build->ulimits[i].hard);
		node_push(arena, ulimits, ulimit);
	}
	if (ulimits->nitems)
		set_json(arena, query, "ulimits", ulimits);
}

static const char *platform_of(const struct plan_build *build, const char *platform)
{
	if (build->platform)
		return build->platform;
	if (platform)
		return platform;
	return build->build->platforms.n == 1 ? build->build->platforms.items[0] : NULL;
}

struct node *build_query(struct arena *arena, const struct build_shape *shape,
	const struct plan_build *build, const char *platform)
{
	const struct build *section = build->build;
	struct node *query = node_map(arena);

	node_set_text(arena, query, "version", shape->classic ? "1" : "2");
	set_tags(arena, query, build);
	node_set_text(arena, query, "dockerfile", shape->dockerfile);
	node_set_text_opt(arena, query, "remote", shape->remote);
	set_flag(arena, query, "rm", true);
	set_flag(arena, query, "forcerm", shape->classic);
	set_flag(arena, query, "nocache", build->no_cache || section->no_cache);
	set_flag(arena, query, "pull", build->pull || section->pull);
	node_set_text_opt(arena, query, "target", section->target);
	node_set_text_opt(arena, query, "networkmode", section->network);
	node_set_text_opt(arena, query, "platform", platform_of(build, platform));
	set_args(arena, query, build);
	set_labels(arena, query, build);
	set_cache_from(arena, query, section);
	set_hosts(arena, query, section);
	set_ulimits(arena, query, section);
	if (section->shm_size_bytes.set)
		node_set_int(arena, query, "shmsize", section->shm_size_bytes.value);
	if (shape->classic && build->memory_bytes > 0)
		node_set_int(arena, query, "memory", build->memory_bytes);
	return query;
}
