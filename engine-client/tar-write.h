/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a tar into a struct str, entry by entry. For the files of this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct err;
struct str;
struct tar_file;

struct tar_writer; /* owned by whoever called tar_writer_new */

/* Everything is appended to out (borrowed until tar_writer_free), which may be emptied between calls. */
struct tar_writer *tar_writer_new(struct str *out, struct err *err);
void tar_writer_free(struct tar_writer *writer);

/* What an entry is; uid, gid, mode, type, size and times are those in st. */
struct tar_entry {
	const char *path; /* a directory's without the slash at its end */
	const struct stat *st;
	const char *link;       /* of a symbolic link: its target */
	const void *capability; /* security.capability of a file, NULL: none */
	size_t capability_bytes;
};

bool tar_writer_begin(
	struct tar_writer *writer, const struct tar_entry *entry, struct err *err);

/* Bytes of the entry that was begun; those over its size are dropped, missing ones become
 * zeros. */
bool tar_writer_data(
	struct tar_writer *writer, const void *data, size_t len, struct err *err);
bool tar_writer_end(struct tar_writer *writer, struct err *err);   /* of the entry */
bool tar_writer_close(struct tar_writer *writer, struct err *err); /* of the tar */

/* A whole entry. */
bool tar_writer_file(
	struct tar_writer *writer, const struct tar_file *file, struct err *err);
