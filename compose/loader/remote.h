/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are elsewhere (reference compose.md 5.11): -f, include and extends.file may name one by the URL of a
 * git repository, "https://host/x.git#ref:folder/file". Getting it is the caller's business; this finds the file in
 * what was got.
 */
#pragma once

#include <stdbool.h>

struct arena;
struct err;
struct load_opts;

/* A commit of a repository. */
struct remote {
	const char *url; /* without ref and folder: what git is told */
	const char *ref; /* a branch, a tag, a commit; "HEAD" unless one is named */
};

/* A way to get repositories. */
struct remotes {
	void *ctx;
	/*
	 * Puts the files of a commit into a directory, which stays; asked twice for the same, it gives the same. False:
	 * err is filled.
	 */
	bool (*get)(void *ctx, struct arena *arena, const struct remote *remote,
		const char **out_dir, struct err *err);
};

/* Whether a name of a file means one that is elsewhere. */
bool remote_is(const char *name);

/* Its repository, and the path in it ("" for none), from the text alone. */
bool remote_parse(struct arena *arena, const char *name, struct remote *out,
	const char **out_path, struct err *err);

/* The local, absolute path of such a file. A directory stands for the Compose file in it. */
bool remote_find(struct arena *arena, const struct load_opts *opts, const char *name,
	const char **out_path, struct err *err);
