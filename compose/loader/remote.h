/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are elsewhere (reference compose.md 5.11): -f, include and extends.file may name one by the URL of a
 * git repository, "https://host/x.git#ref:folder/file", or by the name that it has in a registry,
 * "oci://host/project:tag". Getting it is the caller's business; this finds the file in what was got.
 */
#pragma once

#include <stdbool.h>

struct arena;
struct err;
struct load_opts;

enum remote_kind {
	REMOTE_GIT, /* a commit of a repository */
	REMOTE_OCI, /* an artifact of a registry, as docker compose publish makes them */
};

struct remote {
	enum remote_kind kind;
	const char *
		url; /* without ref and folder: what git is told; of an artifact, its name without oci:// */
	const char *
		ref; /* a branch, a tag, a commit; "HEAD" unless one is named; NULL: an artifact has none */
};

/* A way to get them. */
struct remotes {
	void *ctx;
	/*
	 * Puts the files of a commit or an artifact into a directory, which stays; asked twice for the same, it gives
	 * the same. False: err is filled.
	 */
	bool (*get)(void *ctx, struct arena *arena, const struct remote *remote,
		const char **out_dir, struct err *err);
	/* What a path in such a directory is called in messages; NULL: it is in none. */
	const char *(*shown)(void *ctx, struct arena *arena, const char *path);
};

/* Whether a name of a file means one that is elsewhere. */
bool remote_is(const char *name);

/* Its repository, and the path in it ("" for none), from the text alone. */
bool remote_parse(struct arena *arena, const char *name, struct remote *out,
	const char **out_path, struct err *err);

/* What stands before the path of a file of it in messages: "https://host/x.git#ref:", "oci://host/project:tag#". */
const char *remote_prefix(struct arena *arena, const struct remote *remote);

/* How messages name a file: as people would, if it is from elsewhere; else relative to where they are. */
const char *remote_shown(
	struct arena *arena, const struct load_opts *opts, const char *path);

/* The local, absolute path of such a file. A directory stands for the Compose file in it. */
bool remote_find(struct arena *arena, const struct load_opts *opts, const char *name,
	const char **out_path, struct err *err);
