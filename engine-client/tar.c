/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/tar.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "engine-client/tar-library.h"
#include "engine-client/tar-write.h"

struct tar_writer {
	struct tar_library lib;
	struct archive *archive;
	struct archive_entry *entry; /* used again */
	struct str *out;
};

/* Always "written": libarchive would leak its buffers otherwise. That it is full is asked
 * after each step. */
static la_ssize_t on_write(struct archive *archive __attribute__((unused)), void *ctx,
	const void *data, size_t len)
{
	str_add_n(ctx, data, len);
	return (la_ssize_t)len;
}

static bool fail(struct tar_writer *writer, struct err *err)
{
	const char *words = writer->lib.error_string(writer->archive);

	if (writer->out->full)
		return err_set(err, ERR_INPUT, "the tar would be too long");
	return err_set(err, ERR_SYSTEM, "tar: %s", words ? words : "unknown error");
}

/* Warnings are about names that no locale knows; they are written as they are. */
static bool check(struct tar_writer *writer, long code, struct err *err)
{
	return (code >= ARCHIVE_WARN && !writer->out->full) || fail(writer, err);
}

static bool open_archive(struct tar_writer *writer, struct err *err)
{
	const struct tar_library *lib = &writer->lib;
	struct archive *archive = writer->archive = lib->write_new();

	writer->entry = lib->entry_new();
	lib->write_set_format_pax_restricted(archive);
	lib->write_set_bytes_per_block(archive, 0);
	return check(writer,
		lib->write_open2(archive, writer->out, NULL, on_write, NULL, NULL), err);
}

struct tar_writer *tar_writer_new(struct str *out, struct err *err)
{
	struct tar_writer *writer = xalloc(sizeof(*writer));

	writer->out = out;
	if (!tar_library_load(&writer->lib, err)) {
		free(writer);
		return NULL;
	}
	if (open_archive(writer, err))
		return writer;
	tar_writer_free(writer);
	return NULL;
}

void tar_writer_free(struct tar_writer *writer)
{
	struct str *out;
	size_t max_bytes;

	if (!writer)
		return;
	out = writer->out;
	max_bytes = out->max_bytes;
	out->max_bytes = out->len + 1; /* libarchive finishes what was begun: drop it */
	writer->lib.entry_free(writer->entry);
	writer->lib.write_free(writer->archive);
	out->max_bytes = max_bytes;
	free(writer);
}

bool tar_writer_begin(
	struct tar_writer *writer, const struct tar_entry *what, struct err *err)
{
	const struct tar_library *lib = &writer->lib;
	struct archive_entry *entry = lib->entry_clear(writer->entry);

	lib->entry_copy_stat(entry, what->st);
	lib->entry_set_pathname(entry, what->path);
	lib->entry_set_nlink(entry, 1);
	lib->entry_set_mtime(entry, what->st->st_mtime, 0);
	lib->entry_unset_atime(entry);
	lib->entry_unset_ctime(entry);
	if (!S_ISREG(what->st->st_mode))
		lib->entry_set_size(entry, 0);
	if (what->link)
		lib->entry_set_symlink(entry, what->link);
	if (what->capability)
		lib->entry_xattr_add_entry(entry, "security.capability", what->capability,
			what->capability_bytes);
	return check(writer, lib->write_header(writer->archive, entry), err);
}

bool tar_writer_data(
	struct tar_writer *writer, const void *data, size_t len, struct err *err)
{
	return check(
		writer, (long)writer->lib.write_data(writer->archive, data, len), err);
}

bool tar_writer_end(struct tar_writer *writer, struct err *err)
{
	return check(writer, writer->lib.write_finish_entry(writer->archive), err);
}

bool tar_writer_close(struct tar_writer *writer, struct err *err)
{
	return check(writer, writer->lib.write_close(writer->archive), err);
}

bool tar_writer_file(
	struct tar_writer *writer, const struct tar_file *file, struct err *err)
{
	struct stat st = {
		.st_mode = S_IFREG | ((mode_t)file->mode & 07777),
		.st_uid = (uid_t)file->uid,
		.st_gid = (gid_t)file->gid,
		.st_size = (off_t)file->len,
		.st_mtime = (time_t)file->mtime_s,
	};

	return tar_writer_begin(
		       writer, &(struct tar_entry){.path = file->path, .st = &st}, err) &&
		tar_writer_data(writer, file->data, file->len, err) &&
		tar_writer_end(writer, err);
}

bool tar_of_files(
	struct str *out, const struct tar_file *files, size_t nfiles, struct err *err)
{
	struct tar_writer *writer = tar_writer_new(out, err);
	bool ok = writer;

	for (size_t i = 0; ok && i < nfiles; i++)
		ok = tar_writer_file(writer, &files[i], err);
	ok = ok && tar_writer_close(writer, err);
	tar_writer_free(writer);
	return ok;
}
