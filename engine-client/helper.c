/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/helper.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Lives until the process has exited, its output is at its end, and all handles are
 * closed. */
struct helper {
	uv_process_t process;
	uv_pipe_t in, out;
	int nopen;
	uv_write_t write;
	char *input;
	struct str output;
	bool exited, ended, ok;
	helper_done *done; /* NULL: cancelled, or done */
	void *ctx;
	char buffer[4096];
};

static bool is_executable(const char *path)
{
	return !access(path, X_OK);
}

/* The program's file, or NULL. */
static const char *find(struct arena *arena, const char *program, const char *path)
{
	while (path && *path) {
		size_t len = strcspn(path, ":");
		const char *file = len
			? arena_printf(arena, "%.*s/%s", (int)len, path, program)
			: program;

		if (is_executable(file))
			return file;
		path += len + (path[len] == ':');
	}
	return NULL;
}

static void on_closed(uv_handle_t *handle)
{
	struct helper *helper = handle->data;

	if (--helper->nopen)
		return;
	str_finish(&helper->output);
	free(helper->input);
	free(helper);
}

static void close_once(void *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_closed);
}

static void close_all(struct helper *helper)
{
	close_once(&helper->process);
	close_once(&helper->in);
	close_once(&helper->out);
}

static void finish(struct helper *helper)
{
	helper_done *done = helper->done;

	if (!helper->exited || !helper->ended)
		return;
	helper->done = NULL;
	if (done)
		done(helper->ctx, helper->ok, str_text(&helper->output));
	close_all(helper);
}

static void on_exited(uv_process_t *process, int64_t status, int signal)
{
	struct helper *helper = process->data;

	helper->exited = true;
	helper->ok = !status && !signal;
	finish(helper);
}

static void give_buffer(
	uv_handle_t *handle, size_t size __attribute__((unused)), uv_buf_t *out)
{
	struct helper *helper = handle->data;

	*out = uv_buf_init(helper->buffer, sizeof(helper->buffer));
}

static void on_output(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct helper *helper = stream->data;

	if (n > 0)
		str_add_n(&helper->output, buf->base, (size_t)n);
	if (n >= 0)
		return;
	uv_read_stop(stream);
	helper->ended = true;
	finish(helper);
}

/* A helper that does not read its input is not to blame: its answer counts. */
static void on_written(uv_write_t *write, int status __attribute__((unused)))
{
	struct helper *helper = write->data;

	close_once(&helper->in);
}

static void feed(struct helper *helper, const char *input)
{
	uv_buf_t buf;

	helper->input = xstrdup(input);
	helper->write.data = helper;
	buf = uv_buf_init(helper->input, (unsigned)strlen(input));
	if (uv_write(&helper->write, (uv_stream_t *)&helper->in, &buf, 1, on_written))
		close_once(&helper->in);
}

static int spawn(
	uv_loop_t *loop, struct helper *helper, const char *file, const char *verb)
{
	char *args[] = {xstrdup(file), xstrdup(verb), NULL};
	uv_stdio_container_t stdio[3] = {
		{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE,
			.data.stream = (uv_stream_t *)&helper->in},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
			.data.stream = (uv_stream_t *)&helper->out},
		{.flags = UV_IGNORE},
	};
	uv_process_options_t opts = {
		.file = file,
		.args = args,
		.stdio = stdio,
		.stdio_count = 3,
		.exit_cb = on_exited,
	};
	int code = uv_spawn(loop, &helper->process, &opts);

	free(args[0]);
	free(args[1]);
	return code;
}

static bool start(uv_loop_t *loop, struct helper *helper, const char *file,
	const struct helper_opts *opts, struct err *err)
{
	int code;

	uv_pipe_init(loop, &helper->in, 0);
	uv_pipe_init(loop, &helper->out, 0);
	helper->nopen = 3;
	helper->process.data = helper->in.data = helper->out.data = helper;
	code = spawn(loop, helper, file, opts->verb);
	if (code) {
		close_all(helper);
		return err_set(err, ERR_SYSTEM, "run %s: %s", file, uv_strerror(code));
	}
	feed(helper, opts->input);
	uv_read_start((uv_stream_t *)&helper->out, give_buffer, on_output);
	return true;
}

struct helper *helper_run(
	struct uv_loop_s *loop, const struct helper_opts *opts, struct err *err)
{
	struct arena arena = {0};
	const char *program = arena_printf(&arena, "docker-credential-%s", opts->name);
	const char *file =
		strchr(opts->name, '/') ? NULL : find(&arena, program, opts->path);
	struct helper *helper = NULL;

	if (!file) {
		err_set(err, ERR_INPUT, "the credential helper %s is not in the PATH",
			program);
	} else {
		helper = xalloc(sizeof(*helper));
		str_init(&helper->output, HELPER_OUTPUT_MAX_BYTES);
		helper->done = opts->done;
		helper->ctx = opts->ctx;
		if (!start(loop, helper, file, opts, err))
			helper = NULL;
	}
	arena_finish(&arena);
	return helper;
}

void helper_cancel(struct helper *helper)
{
	helper->done = NULL;
	if (!helper->exited)
		uv_process_kill(&helper->process, SIGTERM);
	close_all(helper);
}
