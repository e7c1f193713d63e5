/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh:// engines: each connection is an `ssh HOST docker system dial-stdio` on one end of
 * a socketpair, whose other end libcurl takes for a connected socket (docker CLI,
 * cli/connhelper).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"
#include "engine-client/call.h"

#define LAST_WORDS_MAX_BYTES 512

struct ssh {
	uv_loop_t *loop;
	struct arena arena;
	char **argv;
	char last_words[LAST_WORDS_MAX_BYTES]; /* the last line on stderr of any of them
						*/
	struct tunnel *tunnels;
	bool freed; /* goes with the last tunnel */
};

/* One ssh process. Freed when it has exited and both handles are closed. */
struct tunnel {
	struct ssh *ssh;
	struct tunnel *next; /* ssh.tunnels' list */
	uv_process_t process;
	uv_pipe_t words;
	int nopen;
	char buffer[LAST_WORDS_MAX_BYTES];
};

static void destroy(struct ssh *ssh)
{
	arena_finish(&ssh->arena);
	free(ssh);
}

static void on_closed(uv_handle_t *handle)
{
	struct tunnel *tunnel = handle->data, **at;
	struct ssh *ssh = tunnel->ssh;

	if (--tunnel->nopen)
		return;
	for (at = &ssh->tunnels; *at != tunnel; at = &(*at)->next)
		;
	*at = tunnel->next;
	free(tunnel);
	if (ssh->freed && !ssh->tunnels)
		destroy(ssh);
}

static void on_exit_of_ssh(uv_process_t *process, int64_t status __attribute__((unused)),
	int signal __attribute__((unused)))
{
	uv_close((uv_handle_t *)process, on_closed);
}

static void give_buffer(
	uv_handle_t *handle, size_t size __attribute__((unused)), uv_buf_t *out)
{
	struct tunnel *tunnel = handle->data;

	*out = uv_buf_init(tunnel->buffer, sizeof(tunnel->buffer) - 1);
}

static void on_words(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct tunnel *tunnel = stream->data;
	size_t len = n > 0 ? (size_t)n : 0;

	if (n < 0) {
		uv_close((uv_handle_t *)stream, on_closed);
		return;
	}
	while (len && strchr("\r\n ", buf->base[len - 1]))
		len--;
	if (len)
		snprintf(tunnel->ssh->last_words, sizeof(tunnel->ssh->last_words), "%.*s",
			(int)len, buf->base);
}

static bool spawn(struct tunnel *tunnel, int fd)
{
	struct ssh *ssh = tunnel->ssh;
	uv_stdio_container_t stdio[3] = {
		{.flags = UV_INHERIT_FD, .data.fd = fd},
		{.flags = UV_INHERIT_FD, .data.fd = fd},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
			.data.stream = (uv_stream_t *)&tunnel->words},
	};
	uv_process_options_t opts = {
		.file = ssh->argv[0],
		.args = ssh->argv,
		.stdio = stdio,
		.stdio_count = 3,
		.exit_cb = on_exit_of_ssh,
	};
	int code;

	tunnel->process.data = tunnel->words.data = tunnel;
	tunnel->nopen = 2;
	tunnel->next = ssh->tunnels;
	ssh->tunnels = tunnel;
	uv_pipe_init(ssh->loop, &tunnel->words, 0);
	code = uv_spawn(ssh->loop, &tunnel->process, &opts);
	if (code) {
		snprintf(ssh->last_words, sizeof(ssh->last_words), "%s: %s", ssh->argv[0],
			uv_strerror(code));
		uv_close((uv_handle_t *)&tunnel->process, on_closed);
		uv_close((uv_handle_t *)&tunnel->words, on_closed);
		return false;
	}
	uv_unref((uv_handle_t *)&tunnel->process);
	uv_unref((uv_handle_t *)&tunnel->words);
	uv_read_start((uv_stream_t *)&tunnel->words, give_buffer, on_words);
	return true;
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose __attribute__((unused)),
	struct curl_sockaddr *address __attribute__((unused)))
{
	struct tunnel *tunnel;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return CURL_SOCKET_BAD;
	auto_fd ours = fds[0];
	auto_fd theirs = fds[1];
	tunnel = xalloc(sizeof(*tunnel));
	tunnel->ssh = ctx;
	return spawn(tunnel, theirs) ? fd_take(&ours) : CURL_SOCKET_BAD;
}

static int on_opened(void *ctx __attribute__((unused)),
	curl_socket_t fd __attribute__((unused)),
	curlsocktype purpose __attribute__((unused)))
{
	return CURL_SOCKOPT_ALREADY_CONNECTED;
}

void ssh_connect_to(struct ssh *ssh, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, ssh);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_opened);
}

const char *ssh_last_words(const struct ssh *ssh)
{
	return ssh->last_words;
}

static void add(struct ssh *ssh, size_t *n, const char *word)
{
	ARENA_PUSH(&ssh->arena, ssh->argv, *n, arena_strdup(&ssh->arena, word));
}

static bool is_safe(const char *word)
{
	return *word && *word != '-';
}

/* ssh://[user@]host[:port][/path/of/socket] */
static bool make_argv(struct ssh *ssh, const char *url, struct err *err)
{
	const char *rest = url + strlen("ssh://");
	size_t n = 0, len = strcspn(rest, "/");
	char *place = arena_strndup(&ssh->arena, rest, len);
	const char *path = rest[len] && rest[len + 1] ? rest + len : NULL;
	char *at = strchr(place, '@'), *host = at ? at + 1 : place;
	char *port = strrchr(host, ':');

	if (port && !strchr(port, ']'))
		*port++ = '\0';
	else
		port = NULL;
	if (at)
		*at = '\0';
	if (!is_safe(host) || (at && !is_safe(place)) || (port && !is_safe(port)))
		return err_set(err, ERR_INPUT, "not an ssh:// address: \"%s\"", url);
	add(ssh, &n, "ssh");
	add(ssh, &n, "-o");
	add(ssh, &n, "ConnectTimeout=30");
	add(ssh, &n, "-T");
	if (at) {
		add(ssh, &n, "-l");
		add(ssh, &n, place);
	}
	if (port) {
		add(ssh, &n, "-p");
		add(ssh, &n, port);
	}
	add(ssh, &n, "--");
	add(ssh, &n, host);
	add(ssh, &n, "docker");
	if (path)
		add(ssh, &n, arena_printf(&ssh->arena, "--host=unix://%s", path));
	add(ssh, &n, "system");
	add(ssh, &n, "dial-stdio");
	ARENA_PUSH(&ssh->arena, ssh->argv, n, NULL);
	return true;
}

struct ssh *ssh_new(uv_loop_t *loop, const char *host, struct err *err)
{
	struct ssh *ssh = xalloc(sizeof(*ssh));

	ssh->loop = loop;
	if (make_argv(ssh, host, err))
		return ssh;
	destroy(ssh);
	return NULL;
}

void ssh_free(struct ssh *ssh)
{
	if (!ssh)
		return;
	ssh->freed = true;
	if (!ssh->tunnels)
		destroy(ssh);
}
