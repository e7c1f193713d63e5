/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tar of a build context as a walk that stops after every piece. A stack of
 * directories, each with the names that are still to come, in order of bytes: the same
 * tree gives the same tar.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "engine-client/ignore.h"
#include "engine-client/tar-write.h"
#include "engine-client/tar.h"

enum { PIECE_BYTES = 128 << 10, CAPABILITY_MAX_BYTES = 64 };

struct level {
	struct level *up;
	struct arena arena; /* its texts */
	char *dir;          /* relative to the context; "" is the context itself */
	const char **names;
	size_t nnames;
	size_t next;
};

struct tar_context {
	struct arena arena;
	struct ignore ignore;
	const char *dir;
	struct level *level; /* the innermost; NULL: all was walked */
	const struct tar_file *extra;
	size_t nextra;
	size_t next_extra;
	bool begun, closed;

	int fd; /* of the file that is being written, or -1 */
	struct tar_writer *writer;
	struct str out;
	size_t nread; /* of out */
	struct err err;
};

/* --- what is left out --- */

static bool read_ignore(
	struct tar_context *context, const char *path, bool *out_found, struct err *err)
{
	auto_file file = fopen(path, "re");
	auto_str text = {.max_bytes = IGNORE_MAX_BYTES};
	char buffer[4096];
	size_t n;

	*out_found = file;
	if (!file)
		return errno == ENOENT || err_sys(err, "read %s", path);
	while ((n = fread(buffer, 1, sizeof(buffer), file)))
		str_add_n(&text, buffer, n);
	if (ferror(file))
		return err_sys(err, "read %s", path);
	if (text.full)
		return err_set(err, ERR_INPUT, "%s is longer than %zu bytes", path,
			IGNORE_MAX_BYTES);
	return ignore_parse(&context->ignore, path, str_text(&text), text.len, err);
}

static bool load_ignore(
	struct tar_context *context, const char *dockerfile, struct err *err)
{
	struct arena *arena = &context->arena;
	const char *full = *dockerfile == '/'
		? dockerfile
		: arena_printf(arena, "%s/%s", context->dir, dockerfile);
	bool found;

	if (!read_ignore(
		    context, arena_printf(arena, "%s.dockerignore", full), &found, err))
		return false;
	if (!found &&
		!read_ignore(context,
			arena_printf(arena, "%s/.dockerignore", context->dir), &found,
			err))
		return false;
	while (text_starts(dockerfile, "./"))
		dockerfile += 2;
	if (*dockerfile != '/')
		ignore_keep(&context->ignore, dockerfile);
	ignore_keep(&context->ignore, ".dockerignore");
	return true;
}

/* --- the walk --- */

static int is_name(const struct dirent *entry)
{
	return !text_eq(entry->d_name, ".") && !text_eq(entry->d_name, "..");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool read_names(struct level *level, const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_name, by_bytes);

	for (int i = 0; i < n; i++) {
		ARENA_PUSH(&level->arena, level->names, level->nnames,
			arena_strdup(&level->arena, entries[i]->d_name));
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return n >= 0;
}

static bool enter(struct tar_context *context, const char *dir, struct err *err)
{
	struct level *level = xalloc(sizeof(*level));
	const char *full = *dir ? arena_printf(&level->arena, "%s/%s", context->dir, dir)
				: context->dir;
	bool ok = read_names(level, full);

	if (!ok)
		err_sys(err, "read directory %s", full);
	level->dir = arena_strdup(&level->arena, dir);
	level->up = context->level;
	context->level = level;
	return ok;
}

static void leave(struct tar_context *context)
{
	struct level *level = context->level;

	context->level = level->up;
	arena_finish(&level->arena);
	free(level);
}

/* --- one entry --- */

/* The kernel's capabilities of an executable are the one attribute that builds need
 * (ping). */
static void add_capability(struct tar_entry *entry, int fd, char *buffer)
{
	ssize_t len = fgetxattr(fd, "security.capability", buffer, CAPABILITY_MAX_BYTES);

	if (len <= 0)
		return;
	entry->capability = buffer;
	entry->capability_bytes = (size_t)len;
}

static bool begin_file(
	struct tar_context *context, struct tar_entry *entry, const char *full)
{
	char capability[CAPABILITY_MAX_BYTES];
	auto_fd fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT || err_sys(&context->err, "read %s", full);
	add_capability(entry, fd, capability);
	if (!tar_writer_begin(context->writer, entry, &context->err))
		return false;
	context->fd = fd_take(&fd);
	return true;
}

static bool write_link(
	struct tar_context *context, struct tar_entry *entry, const char *full)
{
	char target[4096];
	ssize_t len = readlink(full, target, sizeof(target) - 1);

	if (len < 0)
		return errno == ENOENT || err_sys(&context->err, "read link %s", full);
	target[len] = '\0';
	entry->link = target;
	return tar_writer_begin(context->writer, entry, &context->err) &&
		tar_writer_end(context->writer, &context->err);
}

static bool write_entry(
	struct tar_context *context, const char *path, const char *full, struct stat *st)
{
	struct tar_entry entry = {.path = path, .st = st};

	st->st_uid = st->st_gid = 0;
	if (S_ISSOCK(st->st_mode))
		return true; /* a tar cannot hold it, and docker leaves it out */
	if (S_ISREG(st->st_mode))
		return begin_file(context, &entry, full);
	if (S_ISLNK(st->st_mode))
		return write_link(context, &entry, full);
	return tar_writer_begin(context->writer, &entry, &context->err) &&
		tar_writer_end(context->writer, &context->err);
}

static bool visit(struct tar_context *context, const char *path)
{
	bool excluded = ignore_excludes(&context->ignore, path);
	auto_str full = {0};
	struct stat st;

	str_printf(&full, "%s/%s", context->dir, path);
	if (lstat(str_text(&full), &st))
		return errno == ENOENT ||
			err_sys(&context->err, "read %s", str_text(&full));
	if (!excluded && !write_entry(context, path, str_text(&full), &st))
		return false;
	if (S_ISDIR(st.st_mode) &&
		(!excluded || ignore_may_keep_below(&context->ignore, path)))
		return enter(context, path, &context->err);
	return true;
}

static bool next_name(struct tar_context *context)
{
	struct level *level = context->level;
	const char *name, *path;

	if (level->next == level->nnames) {
		leave(context);
		return true;
	}
	name = level->names[level->next++];
	path = *level->dir ? arena_printf(&level->arena, "%s/%s", level->dir, name)
			   : name;
	return visit(context, path);
}

static bool next_piece(struct tar_context *context)
{
	char piece[PIECE_BYTES];
	ssize_t len = read(context->fd, piece, sizeof(piece));

	if (len < 0)
		return err_sys(&context->err, "read a file of %s", context->dir);
	if (len)
		return tar_writer_data(
			context->writer, piece, (size_t)len, &context->err);
	close(context->fd);
	context->fd = -1;
	return tar_writer_end(context->writer, &context->err);
}

/*
 * BuildKit takes a context for a tar only if its first 1024 bytes say so, which the
 * extended header of a long first name would not: so the first entry is always the
 * context itself.
 */
static bool write_root(struct tar_context *context)
{
	struct stat st = {.st_mode = S_IFDIR | 0755};

	context->begun = true;
	return write_entry(context, ".", context->dir, &st);
}

/* One step of the whole; its bytes, if there are any, are in out. */
static bool step(struct tar_context *context)
{
	if (!context->begun)
		return write_root(context);
	if (context->fd >= 0)
		return next_piece(context);
	if (context->level)
		return next_name(context);
	if (context->next_extra < context->nextra)
		return tar_writer_file(context->writer,
			&context->extra[context->next_extra++], &context->err);
	context->closed = true;
	return tar_writer_close(context->writer, &context->err);
}

static const struct tar_file *copy_files(
	struct arena *arena, const struct tar_file *files, size_t n)
{
	struct tar_file *copies = ARENA_NEW_N(arena, n, struct tar_file);

	for (size_t i = 0; i < n; i++) {
		copies[i] = files[i];
		copies[i].path = arena_strdup(arena, files[i].path);
		copies[i].data = arena_strndup(arena, files[i].data, files[i].len);
	}
	return copies;
}

struct tar_context *tar_context_new(const struct tar_context_opts *opts, struct err *err)
{
	struct tar_context *context = xalloc(sizeof(*context));

	context->fd = -1;
	context->ignore.arena = &context->arena;
	context->dir = arena_strdup(&context->arena, opts->dir);
	context->extra = copy_files(&context->arena, opts->extra, opts->nextra);
	context->nextra = opts->nextra;
	if (enter(context, "", err) &&
		load_ignore(context, opts->dockerfile ? opts->dockerfile : "Dockerfile",
			err) &&
		(context->writer = tar_writer_new(&context->out, err)))
		return context;
	tar_context_free(context);
	return NULL;
}

void tar_context_free(struct tar_context *context)
{
	if (!context)
		return;
	while (context->level)
		leave(context);
	if (context->fd >= 0)
		close(context->fd);
	tar_writer_free(context->writer);
	str_finish(&context->out);
	arena_finish(&context->arena);
	free(context);
}

long tar_context_read(void *ctx, void *buffer, size_t room)
{
	struct tar_context *context = ctx;
	size_t n;

	while (context->nread == context->out.len) {
		context->nread = 0;
		str_clear(&context->out);
		if (context->closed)
			return 0;
		if (!step(context))
			return -1;
	}
	n = context->out.len - context->nread;
	if (n > room)
		n = room;
	memcpy(buffer, context->out.text + context->nread, n);
	context->nread += n;
	return (long)n;
}

const struct err *tar_context_err(const struct tar_context *context)
{
	return &context->err;
}
