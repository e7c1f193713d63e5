/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader tells what it would load when LD_TRACE_LOADED_OBJECTS is set, as ldd has it do:
 *
 *	linux-vdso.so.1 (0x00007fb9e1f14000)
 *	libuv.so.1 => /lib/x86_64-linux-gnu/libuv.so.1 (0x00007fb9e1dc4000)
 *	/lib64/ld-linux-x86-64.so.2 (0x00007fb9e1f16000)
 */
#include "engine-client/pack.h"

#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "engine-client/tar.h"

#define TRACE_MAX_BYTES ((size_t)64 << 10)

struct pack {
	struct arena arena;
	struct tar_file *files;
	size_t nfiles;
	struct str *library_path;
};

static bool add_file(struct pack *pack, const char *from, const char *to, struct err *err)
{
	auto_file f = fopen(from, "re");
	struct stat st;
	char *data;

	if (!f || fstat(fileno(f), &st) < 0)
		/* cppcheck-suppress resourceLeak ; auto_file closes it */
		return err_sys(err, "%s", from);
	if ((size_t)st.st_size > PACK_MAX_BYTES)
		/* cppcheck-suppress resourceLeak ; auto_file closes it */
		return err_set(err, ERR_INPUT, "%s is too long", from);
	data = arena_alloc(&pack->arena, (size_t)st.st_size + 1);
	if (fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
		/* cppcheck-suppress resourceLeak ; auto_file closes it */
		return err_sys(err, "%s", from);
	ARENA_PUSH(&pack->arena, pack->files, pack->nfiles,
		((struct tar_file){
			.path = arena_strdup(&pack->arena, to),
			.data = data,
			.len = (size_t)st.st_size,
			.mode = 0755,
		}));
	/* cppcheck-suppress resourceLeak ; auto_file closes it */
	return true;
}

/* ---- what the loader says */

static bool spawn_traced(const char *program, int out_fd, pid_t *out_pid, struct err *err)
{
	char *args[] = {xstrdup(program), NULL};
	char traced[] = "LD_TRACE_LOADED_OBJECTS=1";
	char *environment[] = {traced, NULL};
	posix_spawn_file_actions_t actions;
	int code;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	code = posix_spawn(out_pid, program, &actions, NULL, args, environment);
	posix_spawn_file_actions_destroy(&actions);
	free(args[0]);
	return code == 0 ||
		err_set(err, ERR_SYSTEM, "run %s: %s", program, strerror(code));
}

static void read_all(int fd, struct str *out)
{
	char buffer[4096];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		str_add_n(out, buffer, (size_t)n);
}

static bool trace(const char *program, struct str *out, struct err *err)
{
	int fds[2];
	pid_t pid;
	int status = -1;
	bool started;

	if (pipe(fds) < 0)
		return err_sys(err, "pipe");
	started = spawn_traced(program, fds[1], &pid, err);
	close(fds[1]);
	if (started) {
		read_all(fds[0], out);
		waitpid(pid, &status, 0);
	}
	close(fds[0]);
	if (started && status != 0)
		return err_set(err, ERR_SYSTEM,
			"%s: the loader does not tell what it needs", program);
	return started;
}

/* ---- the lines */

static void add_directory(struct pack *pack, const char *path)
{
	const char *directory =
		arena_strndup(&pack->arena, path, (size_t)(strrchr(path, '/') - path));

	if (strstr(str_text(pack->library_path), directory))
		return;
	str_printf(pack->library_path, "%s%s", pack->library_path->len ? ":" : "",
		directory);
}

/* The path on a line; NULL: the kernel's own object, which has none. */
static const char *path_on(struct arena *arena, const char *line, size_t len)
{
	const char *text = arena_strndup(arena, line, len);
	const char *arrow = strstr(text, "=> ");
	const char *path = arrow ? arrow + strlen("=> ") : text + strspn(text, "\t ");

	if (path[0] != '/')
		return NULL;
	return arena_strndup(arena, path, strcspn(path, " \t"));
}

static bool add_line(struct pack *pack, const char *line, size_t len, struct err *err)
{
	const char *path = path_on(&pack->arena, line, len);

	if (!path)
		return true;
	if (memmem(line, len, "=> ", strlen("=> ")))
		add_directory(pack, path);
	return add_file(pack, path, path + 1, err);
}

static bool add_libraries(struct pack *pack, const char *program, struct err *err)
{
	auto_str text = {.max_bytes = TRACE_MAX_BYTES};
	const char *line;

	if (!trace(program, &text, err))
		return false;
	for (line = str_text(&text); *line;) {
		size_t len = strcspn(line, "\n");

		if (memmem(line, len, "not found", strlen("not found")))
			return err_set(err, ERR_SYSTEM, "%s: %.*s", program, (int)len,
				line + strspn(line, "\t "));
		if (!add_line(pack, line, len, err))
			return false;
		line += len + (line[len] == '\n');
	}
	return true;
}

bool pack_program(struct str *out_tar, struct str *out_library_path, const char *program,
	struct err *err)
{
	struct pack pack = {.library_path = out_library_path};
	const char *slash = strrchr(program, '/');
	bool ok = add_file(&pack, program, slash ? slash + 1 : program, err) &&
		add_libraries(&pack, program, err);

	out_tar->max_bytes = PACK_MAX_BYTES;
	ok = ok && tar_of_files(out_tar, pack.files, pack.nfiles, err);
	arena_finish(&pack.arena);
	return ok;
}
