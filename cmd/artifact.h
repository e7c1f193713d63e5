/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registry says of a Compose project: the manifest that docker compose publish writes (OCI image-spec, with
 * its own media types and annotations). Pure; all of it is somebody else's text, and checked here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;

#define ARTIFACT_MANIFEST_MAX_BYTES ((size_t)4 << 20)
#define ARTIFACT_FILES_MAX_BYTES ((size_t)16 << 20) /* all files together */
#define ARTIFACT_LAYERS_MAX 500

/* A blob of the registry, that is in a file. */
struct artifact_piece {
	const char *digest; /* "sha256:..." */
	size_t size_bytes;
	const char *before; /* text that stands before it in the file */
};

struct artifact_file {
	const char *name; /* without a folder */
	bool is_compose; /* its pieces are documents, one after the other; else there is one piece */
	struct artifact_piece *pieces;
	size_t npieces;
};

struct artifact {
	struct artifact_file *files;
	size_t nfiles;
};

/* What to ask a registry for. */
extern const char artifact_accept[];

/*
 * Reads a manifest. Where it is a list of manifests, out has no files, and out_digest is that of the project's own
 * manifest. False: it is not one of a Compose project, or not one to be trusted.
 */
bool artifact_read(struct arena *arena, const char *text, size_t len,
	struct artifact *out, const char **out_digest, struct err *err);
