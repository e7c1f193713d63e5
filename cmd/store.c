/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "cmd/artifact.h"
#include "cmd/cache.h"

static bool has_digest(const char *text, const struct artifact_piece *piece)
{
	char hex[DIGEST_HEX_BYTES];

	digest_sha256_hex(text, piece->size_bytes, hex);
	return text_eq(hex, piece->digest + strlen("sha256:"));
}

static size_t size_of(const struct artifact_file *file)
{
	size_t size = 0;

	for (size_t i = 0; i < file->npieces; i++)
		size += strlen(file->pieces[i].before) + file->pieces[i].size_bytes;
	return size;
}

static bool is_made_of(const char *text, const struct artifact_file *file)
{
	for (size_t i = 0; i < file->npieces; i++) {
		const struct artifact_piece *piece = &file->pieces[i];

		if (!text_starts(text, piece->before))
			return false;
		text += strlen(piece->before);
		if (!has_digest(text, piece))
			return false;
		text += piece->size_bytes;
	}
	return true;
}

static bool is_whole(const char *path, const struct artifact_file *file)
{
	size_t size = size_of(file);
	auto_file in = fopen(path, "re");
	auto_free char *text = xalloc(size + 2);

	return in && fread(text, 1, size + 1, in) == size && is_made_of(text, file);
}

static bool get_piece(const struct store_source *source,
	const struct artifact_piece *piece, struct str *out, struct err *err)
{
	auto_str text = {.max_bytes = piece->size_bytes + 1};

	if (!source->get(source->ctx, piece, &text, err))
		return false;
	if (text.len != piece->size_bytes || !has_digest(str_text(&text), piece))
		return err_set(err, ERR_REGISTRY,
			"what the registry has for %s is something else", piece->digest);
	str_add(out, piece->before);
	str_add_n(out, str_text(&text), text.len);
	return true;
}

/* Under another name first: a file is there with all of its text, or not at all. */
static bool write_file(
	struct arena *arena, const char *path, const struct str *text, struct err *err)
{
	char *work = arena_printf(arena, "%s/.davit-XXXXXX", path_dir(arena, path));
	auto_fd fd = mkstemp(work);
	const char *rest = str_text(text);

	if (fd < 0)
		return err_sys(err, "make %s", work);
	for (size_t left = text->len; left;) {
		ssize_t n = write(fd, rest, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		rest += n;
		left -= (size_t)n;
	}
	if (rest == str_text(text) + text->len && rename(work, path) == 0)
		return true;
	err_sys(err, "write %s", path);
	unlink(work);
	return false;
}

static bool put_files(struct arena *arena, const struct artifact *artifact,
	const struct store_source *source, const char *dir, struct err *err)
{
	for (size_t i = 0; i < artifact->nfiles; i++) {
		const struct artifact_file *file = &artifact->files[i];
		const char *path = arena_printf(arena, "%s/%s", dir, file->name);
		auto_str text = {.max_bytes = size_of(file) + 1};

		if (is_whole(path, file))
			continue;
		for (size_t j = 0; j < file->npieces; j++)
			if (!get_piece(source, &file->pieces[j], &text, err))
				return false;
		if (!write_file(arena, path, &text, err))
			return false;
	}
	return true;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool store_artifact(struct arena *arena, const struct artifact *artifact,
	const struct store_source *source, const char *dir, struct err *err)
{
	char *work;

	if (is_dir(dir))
		return put_files(arena, artifact, source, dir, err);
	work = arena_printf(arena, "%s/.davit-XXXXXX", path_dir(arena, dir));
	if (!mkdtemp(work))
		return err_sys(err, "make %s", work);
	if (!put_files(arena, artifact, source, work, err)) {
		cache_drop(work);
		return false;
	}
	if (rename(work, dir) == 0)
		return true;
	err_sys(err, "make %s", dir);
	cache_drop(work);
	if (!is_dir(dir))
		return false;
	*err = (struct err){0}; /* another run was faster */
	return put_files(arena, artifact, source, dir, err);
}
