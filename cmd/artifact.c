/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/artifact.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"

#define TYPE "application/vnd.docker.compose."
#define PROJECT_TYPE TYPE "project"
#define CONFIG_TYPE \
	TYPE "config.empty.v1+json" /* of registries that know no types of artifacts */
#define COMPOSE_TYPE TYPE "file+yaml"
#define ENV_TYPE TYPE "envfile"
#define NOTE "com.docker.compose."

#define MAIN_FILE "compose.yaml"
#define NAME_MAX_BYTES 255

const char artifact_accept[] =
	"application/vnd.oci.image.manifest.v1+json, "
	"application/vnd.oci.image.index.v1+json, "
	"application/vnd.docker.distribution.manifest.v2+json, "
	"application/vnd.docker.distribution.manifest.list.v2+json";

static const char *note_of(const struct node *layer, const char *name)
{
	return node_get_text(node_get(layer, "annotations"), name);
}

/* A name of one file, here and in messages. */
static bool check_name(const char *name, struct err *err)
{
	size_t len = name ? strlen(name) : 0;

	if (!len || len > NAME_MAX_BYTES || text_eq(name, ".") || text_eq(name, ".."))
		return err_set(err, ERR_REGISTRY,
			"the artifact has a file with no name that can be used");
	for (const char *p = name; *p; p++)
		if (*p == '/' || *p == '\\' || (unsigned char)*p < 0x20 || *p == 0x7f)
			return err_set(err, ERR_REGISTRY,
				"the artifact has a file \"%s\": it may not be in a "
				"folder",
				name);
	return true;
}

static bool read_piece(
	const struct node *layer, struct artifact_piece *out, struct err *err)
{
	int64_t size = node_get_int(layer, "size", -1);

	out->digest = node_get_text(layer, "digest");
	if (!digest_is_sha256(out->digest))
		return err_set(err, ERR_REGISTRY,
			"the artifact has a file with no sha256 digest");
	if (size < 0 || (uint64_t)size > ARTIFACT_FILES_MAX_BYTES)
		return err_set(err, ERR_REGISTRY,
			"the artifact has a file that is larger than %zu MiB, or has no "
			"size",
			ARTIFACT_FILES_MAX_BYTES >> 20);
	out->size_bytes = (size_t)size;
	return true;
}

static struct artifact_file *file_named(
	struct arena *arena, struct artifact *artifact, const char *name)
{
	struct artifact_file file = {.name = name};

	for (size_t i = 0; i < artifact->nfiles; i++)
		if (text_eq(artifact->files[i].name, name))
			return &artifact->files[i];
	ARENA_PUSH(arena, artifact->files, artifact->nfiles, file);
	return &artifact->files[artifact->nfiles - 1];
}

/* Compose files are documents of one file, but for those that are only extended. */
static bool add_compose(struct arena *arena, struct artifact *artifact,
	const struct node *layer, bool first, struct err *err)
{
	const char *given = note_of(layer, NOTE "file");
	const char *name = note_of(layer, NOTE "extends") ? given : MAIN_FILE;
	struct artifact_piece piece = {.before = first || !given ? "" : "\n---\n"};
	struct artifact_file *file;

	if (!check_name(name, err) || !read_piece(layer, &piece, err))
		return false;
	file = file_named(arena, artifact, name);
	if (file->npieces && !file->is_compose)
		return err_set(
			err, ERR_REGISTRY, "the artifact has two files \"%s\"", name);
	file->is_compose = true;
	ARENA_PUSH(arena, file->pieces, file->npieces, piece);
	return true;
}

static bool add_env(struct arena *arena, struct artifact *artifact,
	const struct node *layer, struct err *err)
{
	const char *name = note_of(layer, NOTE "envfile");
	struct artifact_piece piece = {.before = ""};
	struct artifact_file *file;

	if (!check_name(name, err) || !read_piece(layer, &piece, err))
		return false;
	file = file_named(arena, artifact, name);
	if (file->npieces)
		return err_set(
			err, ERR_REGISTRY, "the artifact has two files \"%s\"", name);
	ARENA_PUSH(arena, file->pieces, file->npieces, piece);
	return true;
}

static bool check_sizes(const struct artifact *artifact, struct err *err)
{
	size_t sum = 0;
	bool has_main = false;

	for (size_t i = 0; i < artifact->nfiles; i++) {
		const struct artifact_file *file = &artifact->files[i];

		has_main = has_main || text_eq(file->name, MAIN_FILE);
		for (size_t j = 0; j < file->npieces; j++)
			sum += file->pieces[j].size_bytes;
	}
	if (!has_main)
		return err_set(err, ERR_REGISTRY, "the artifact has no Compose file");
	return sum <= ARTIFACT_FILES_MAX_BYTES ||
		err_set(err, ERR_REGISTRY, "the artifact's files are larger than %zu MiB",
			ARTIFACT_FILES_MAX_BYTES >> 20);
}

static bool read_layers(struct arena *arena, const struct node *layers,
	struct artifact *out, struct err *err)
{
	if (!layers || layers->kind != NODE_LIST || layers->nitems > ARTIFACT_LAYERS_MAX)
		return err_set(err, ERR_REGISTRY,
			"the artifact has no list of files, or one of more than %d",
			ARTIFACT_LAYERS_MAX);
	for (size_t i = 0; i < layers->nitems; i++) {
		const struct node *layer = layers->items[i];
		const char *type = node_get_text(layer, "mediaType");

		if (text_eq(type, COMPOSE_TYPE) &&
			!add_compose(arena, out, layer, i == 0, err))
			return false;
		if (text_eq(type, ENV_TYPE) && !add_env(arena, out, layer, err))
			return false;
	}
	return check_sizes(out, err);
}

static bool check_type(const struct node *manifest, struct err *err)
{
	const char *type = node_get_text(manifest, "artifactType");
	const char *config = node_get_text(node_get(manifest, "config"), "mediaType");

	if (type && *type ? text_eq(type, PROJECT_TYPE) : text_eq(config, CONFIG_TYPE))
		return true;
	return err_set(err, ERR_REGISTRY,
		"not a Compose project, but %s\nDocker compose publish puts projects "
		"into registries.",
		type && *type               ? type
			: config && *config ? config
					    : "something else");
}

/* The last one counts, as it does for docker compose. */
static bool read_index(
	const struct node *manifests, const char **out_digest, struct err *err)
{
	for (size_t i = 0; manifests->kind == NODE_LIST && i < manifests->nitems; i++)
		if (text_eq(node_get_text(manifests->items[i], "artifactType"),
			    PROJECT_TYPE))
			*out_digest = node_get_text(manifests->items[i], "digest");
	return digest_is_sha256(*out_digest) ||
		err_set(err, ERR_REGISTRY,
			"not a Compose project, but images\nDocker compose publish puts "
			"projects into registries.");
}

bool artifact_read(struct arena *arena, const char *text, size_t len,
	struct artifact *out, const char **out_digest, struct err *err)
{
	struct node *manifest = NULL;
	const struct node *manifests;

	*out = (struct artifact){0};
	*out_digest = NULL;
	if (!json_parse(arena, text, len, &manifest, err))
		return err_wrap(err, "the registry's answer");
	manifests = node_get(manifest, "manifests");
	if (manifests)
		return read_index(manifests, out_digest, err);
	return check_type(manifest, err) &&
		read_layers(arena, node_get(manifest, "layers"), out, err);
}
