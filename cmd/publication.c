/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/publication.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/path.h"
#include "compose/loader/env.h"
#include "compose/loader/interp.h"
#include "compose/loader/load.h"
#include "compose/loader/remote.h"
#include "compose/loader/source.h"
#include "compose/loader/yaml.h"
#include "compose/planner/labels.h"

/* A place in a file where another text is to stand. */
struct edit {
	size_t at, len;
	const char *text;
};

struct reading {
	struct arena *arena;
	const struct publication_opts *opts;
	struct publication *out;
	struct errs *errs;
	struct env env;
	/* Of the file that is being read. */
	const struct source *source;
	const char *dir; /* of its relative paths */
	struct edit *edits;
	size_t nedits;
};

/* ---- one value */

/* How much of the source a scalar takes; 0: it is written in a way that we cannot rewrite. */
static size_t length_of(const char *at, const char *text)
{
	size_t len = strlen(text);

	if (*at != '"' && *at != '\'')
		return strncmp(at, text, len) ? 0 : len;
	for (const char *p = at + 1; *p; p++) {
		if (*p == '\\' && *at == '"' && p[1])
			p++;
		else if (*p == '\'' && *at == '\'' && p[1] == '\'')
			p++;
		else if (*p == *at)
			return (size_t)(p + 1 - at);
	}
	return 0;
}

/* Two services may share the node, by an alias. */
static void add_edit(struct reading *reading, const struct node *node, const char *text)
{
	size_t at = source_offset(reading->source, node->pos);
	struct edit edit = {at, length_of(reading->source->text + at, node->text), text};

	for (size_t i = 0; i < reading->nedits; i++)
		if (reading->edits[i].at == at)
			return;
	if (!edit.len)
		errs_add(reading->errs, node->pos,
			"to be published this has to be on one line, without a tag, an "
			"anchor or a block");
	ARENA_PUSH(reading->arena, reading->edits, reading->nedits, edit);
}

/* The file that a value names, with its variables; NULL: an error, or it is elsewhere. */
static const char *path_of(struct reading *reading, const struct node *node)
{
	struct interp interp = {.arena = reading->arena, .env = &reading->env};
	const char *text = node->text;

	if (!interp_expand(&interp, node->text, &text)) {
		errs_add(reading->errs, node->pos, "%s", interp.error);
		return NULL;
	}
	if (remote_is(text))
		return NULL;
	return path_join(reading->arena, reading->dir,
		path_expand_home(reading->arena, reading->opts->home, text));
}

static const char *published_name(
	struct arena *arena, const char *path, enum layer_kind kind)
{
	char hex[DIGEST_HEX_BYTES];

	digest_sha256_hex(path, strlen(path), hex);
	return arena_printf(arena, "%s%s", hex, kind == LAYER_ENV ? ".env" : ".yaml");
}

/* Puts the published name of a file in place of its path, and the file on the list. */
static void replace(
	struct reading *reading, const struct node *node, enum layer_kind kind)
{
	struct publication *out = reading->out;
	struct layer layer = {.kind = kind};

	if (!node || node->kind != NODE_STR)
		return;
	layer.path = path_of(reading, node);
	if (!layer.path)
		return;
	layer.name = published_name(reading->arena, layer.path, kind);
	add_edit(reading, node, layer.name);
	for (size_t i = 0; i < out->nlayers; i++)
		if (out->layers[i].kind == kind &&
			text_eq(out->layers[i].path, layer.path))
			return;
	ARENA_PUSH(reading->arena, out->layers, out->nlayers, layer);
}

/* ---- what names files */

/* One that need not be there, and is not, goes without. */
static void read_env_file(struct reading *reading, const struct node *item)
{
	const struct files *files = reading->opts->files;
	const struct node *node = item->kind == NODE_MAP ? node_get(item, "path") : item;
	const char *path = node && node->kind == NODE_STR ? path_of(reading, node) : NULL;

	if (!path || !files->is_file(files->ctx, path))
		return;
	if (reading->opts->with_env)
		replace(reading, node, LAYER_ENV);
	else
		errs_add(reading->errs, node->pos,
			"an env file is published only with --with-env, for what is in "
			"it may be secret");
}

static void read_service(struct reading *reading, const struct node *service)
{
	const struct node *env_file = node_get(service, "env_file");

	if (env_file && env_file->kind == NODE_LIST)
		for (size_t i = 0; i < env_file->nitems; i++)
			read_env_file(reading, env_file->items[i]);
	else if (env_file)
		read_env_file(reading, env_file);
	replace(reading, node_get(node_get(service, "extends"), "file"), LAYER_EXTENDED);
}

/* As docker compose does: what is included would have to be published, too. */
static void refuse_includes(struct reading *reading, const struct node *include)
{
	for (size_t i = 0; include && include->kind == NODE_LIST && i < include->nitems;
		i++) {
		const struct node *item = include->items[i];
		const struct node *path =
			item->kind == NODE_MAP ? node_get(item, "path") : item;

		if (path && (path->kind != NODE_STR || path_of(reading, path)))
			errs_add(reading->errs, path->pos,
				"a file that includes one of this machine cannot be "
				"published; include a published one by oci://, or name "
				"both with -f");
	}
}

static void read_root(struct reading *reading, const struct node *root)
{
	const struct node *services = node_get(root, "services");

	refuse_includes(reading, node_get(root, "include"));
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->npairs;
		i++)
		read_service(reading, services->pairs[i].value);
}

/* ---- a file */

static int compare_edits(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void rewrite(struct reading *reading, struct layer *layer)
{
	const struct source *source = reading->source;
	size_t at = 0;
	auto_str text = {0};

	if (reading->nedits)
		qsort(reading->edits, reading->nedits, sizeof(*reading->edits),
			compare_edits);
	for (size_t i = 0; i < reading->nedits; i++) {
		const struct edit *edit = &reading->edits[i];

		str_add_n(&text, source->text + at, edit->at - at);
		str_add(&text, edit->text);
		at = edit->at + edit->len;
	}
	str_add_n(&text, source->text + at, source->len - at);
	layer->text = arena_strndup(reading->arena, str_text(&text), text.len);
	layer->len = text.len;
}

/* It may add layers, so the one at index moves. */
static bool read_compose(struct reading *reading, size_t index)
{
	const struct publication_opts *opts = reading->opts;
	const struct layer *layer = &reading->out->layers[index];
	struct yaml_docs docs = {0};
	struct err err = {0};

	if (text_eq(layer->path, "-")) {
		errs_add(reading->errs, (struct pos){0},
			"standard input cannot be published; only files can");
		return false;
	}
	reading->dir = layer->kind == LAYER_COMPOSE
		? opts->project->working_dir
		: path_dir(reading->arena, layer->path);
	reading->nedits = 0;
	reading->source = source_read(reading->arena, opts->files, layer->path,
		path_shown(reading->arena, opts->cwd, layer->path), &err);
	if (!reading->source) {
		errs_add_err(reading->errs, &err);
		return false;
	}
	if (!yaml_read(reading->arena, reading->source, &docs, reading->errs))
		return false;
	for (size_t i = 0; i < docs.n; i++)
		read_root(reading, docs.roots[i]);
	rewrite(reading, &reading->out->layers[index]);
	return true;
}

static bool read_env(struct reading *reading, struct layer *layer)
{
	const struct files *files = reading->opts->files;
	struct err err = {0};

	if (files->read(files->ctx, reading->arena, layer->path, SOURCE_MAX_BYTES,
		    &layer->text, &layer->len, &err))
		return true;
	errs_add_err(reading->errs, &err);
	return false;
}

/* In the order of docker compose: Compose files, those that they extend, env files. */
static int compare_layers(const void *a, const void *b)
{
	const struct layer *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->kind == LAYER_COMPOSE ? 0 : strcmp(x->name, y->name);
}

static void sort_layers(struct publication *out, size_t nmain)
{
	if (out->nlayers > nmain)
		qsort(out->layers + nmain, out->nlayers - nmain, sizeof(*out->layers),
			compare_layers);
}

bool publication_read(struct arena *arena, const struct publication_opts *opts,
	struct publication *out, struct errs *errs)
{
	const struct strings *files = &opts->project->config_files;
	struct reading reading = {.arena = arena, .opts = opts, .out = out, .errs = errs};

	*out = (struct publication){0};
	env_init(&reading.env, arena, NULL);
	env_add(&reading.env, &opts->project->environment);
	for (size_t i = 0; i < files->n; i++) {
		struct layer layer = {.kind = LAYER_COMPOSE,
			.path = files->items[i],
			.name = path_base(files->items[i])};

		ARENA_PUSH(arena, out->layers, out->nlayers, layer);
	}
	for (size_t i = 0; i < out->nlayers; i++)
		if (out->layers[i].kind == LAYER_ENV
				? !read_env(&reading, &out->layers[i])
				: !read_compose(&reading, i))
			return false;
	sort_layers(out, files->n);
	return !errs_failed(errs);
}

void publication_add(struct arena *arena, struct publication *publication,
	const char *name, const struct str *text)
{
	struct layer layer = {.kind = LAYER_COMPOSE,
		.name = name,
		.text = arena_strndup(arena, str_text(text), text->len),
		.len = text->len};

	ARENA_PUSH(arena, publication->layers, publication->nlayers, layer);
}

/* ---- the manifest */

#define NOTE "com.docker.compose."
#define TYPE "application/vnd.docker.compose."

static const struct {
	const char *type;
	const char *note; /* that has the name */
} kinds[] = {
	[LAYER_COMPOSE] = {TYPE "file+yaml", NOTE "file"},
	[LAYER_EXTENDED] = {TYPE "file+yaml", NOTE "file"},
	[LAYER_ENV] = {TYPE "envfile", NOTE "envfile"},
};

const char *publication_digest(struct arena *arena, const char *text, size_t len)
{
	char hex[DIGEST_HEX_BYTES];

	digest_sha256_hex(text, len, hex);
	return arena_printf(arena, "sha256:%s", hex);
}

static struct node *descriptor(
	struct arena *arena, const char *type, const char *text, size_t len)
{
	struct node *out = node_map(arena);

	node_set_text(arena, out, "mediaType", type);
	node_set_text(arena, out, "digest", publication_digest(arena, text, len));
	node_set_int(arena, out, "size", (int64_t)len);
	return out;
}

static struct node *describe(struct arena *arena, const struct layer *layer)
{
	struct node *out =
		descriptor(arena, kinds[layer->kind].type, layer->text, layer->len);
	struct node *notes = node_map(arena);

	if (layer->kind == LAYER_EXTENDED)
		node_set_text(arena, notes, NOTE "extends", "true");
	node_set_text(arena, notes, kinds[layer->kind].note, layer->name);
	node_set_text(arena, notes, NOTE "version", LABEL_VERSION);
	node_set(arena, out, "annotations", notes);
	return out;
}

void publication_manifest(struct arena *arena, const struct publication *publication,
	const char *version, const char *created, struct str *out)
{
	bool is_old = text_eq(version, "1.0");
	struct node *manifest = node_map(arena), *layers = node_list(arena);
	struct node *notes = node_map(arena);

	for (size_t i = 0; i < publication->nlayers; i++)
		node_push(arena, layers, describe(arena, &publication->layers[i]));
	node_set_text(arena, notes, "org.opencontainers.image.created", created);
	node_set_int(arena, manifest, "schemaVersion", 2);
	node_set_text(arena, manifest, "mediaType", PUBLICATION_TYPE);
	if (!is_old)
		node_set_text(arena, manifest, "artifactType", TYPE "project");
	node_set(arena, manifest, "config",
		descriptor(arena,
			is_old ? TYPE "config.empty.v1+json"
			       : "application/vnd.oci.empty.v1+json",
			PUBLICATION_CONFIG, strlen(PUBLICATION_CONFIG)));
	node_set(arena, manifest, "layers", layers);
	node_set(arena, manifest, "annotations", notes);
	json_print(out, manifest, JSON_COMPACT);
}
