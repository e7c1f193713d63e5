/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a project as docker compose publish puts them into a registry: as they are written, but for the names of
 * the files that they extend and of their env files, which lie beside them there under a digest of their paths.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/str.h"

struct arena;
struct errs;
struct files;
struct project;

enum layer_kind {
	LAYER_COMPOSE,
	LAYER_EXTENDED, /* only extended by others */
	LAYER_ENV,
};

struct layer {
	enum layer_kind kind;
	const char *path; /* that it was read from */
	const char *name; /* without a folder */
	const char *text;
	size_t len;
};

struct publication {
	struct layer *layers;
	size_t nlayers;
};

struct publication_opts {
	const struct files *files;
	const struct project *project;
	const char *cwd, *home;
	bool with_env; /* env files go with it; else it is an error to name one */
};

/* False: errs has what cannot be published. All in the arena. */
bool publication_read(struct arena *arena, const struct publication_opts *opts,
	struct publication *out, struct errs *errs);

/* One more Compose file, over all others. */
void publication_add(struct arena *arena, struct publication *publication,
	const char *name, const struct str *text);

/* "sha256:..." of a text, and the manifest of it all. version: of the OCI image-spec, "1.0" or "1.1". */
const char *publication_digest(struct arena *arena, const char *text, size_t len);
void publication_manifest(struct arena *arena, const struct publication *publication,
	const char *version, const char *created, struct str *out);

/* What a manifest's config is: an empty object. */
#define PUBLICATION_CONFIG "{}"
#define PUBLICATION_TYPE "application/vnd.oci.image.manifest.v1+json"
