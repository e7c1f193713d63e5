/* SPDX-License-Identifier: Apache-2.0 */
/* Making tars (POSIX pax, as docker's own): of files in memory, and of build contexts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct str;

/* A regular file. Parents are not made: the receiver has them, or makes them. */
struct tar_file {
	const char *path; /* without a leading slash */
	const void *data;
	size_t len;
	int64_t mode; /* permission bits: 0444 */
	int64_t uid;
	int64_t gid;
	int64_t mtime_s; /* Unix seconds */
};

/* Appends a whole tar. Fails when it does not fit under str's ceiling. */
bool tar_of_files(
	struct str *out, const struct tar_file *files, size_t nfiles, struct err *err);

/*
 * The tar of a build context, made bit by bit while it is read: at most one directory's
 * names and one piece of one file are in memory. What .dockerignore excludes is left out,
 * but never the Dockerfile and .dockerignore themselves. Owners become root, as docker's
 * CLI does, so that caches are shared.
 */
struct tar_context;

struct tar_context_opts {
	const char *dir;
	/*
	 * Absolute, or relative to dir; NULL: "Dockerfile". "<dockerfile>.dockerignore"
	 * is preferred to dir's .dockerignore.
	 */
	const char *dockerfile;
	/* Added at the end, whatever is ignored: an inline Dockerfile, one from outside
	 * of dir. Copied. */
	const struct tar_file *extra;
	size_t nextra;
};

/* Fails when dir or a .dockerignore cannot be read. */
struct tar_context *tar_context_new(const struct tar_context_opts *opts, struct err *err);
void tar_context_free(struct tar_context *context);

/* As build_opts.read wants it; ctx is the struct tar_context. */
long tar_context_read(void *ctx, void *buffer, size_t room);
const struct err *tar_context_err(const struct tar_context *context);
