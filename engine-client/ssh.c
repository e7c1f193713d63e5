/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh:// engines: each connection is an `ssh HOST docker system dial-stdio` (docker CLI, cli/connhelper).
 *
 * libcurl connects to a socket of our own with an abstract name; each connection that is accepted there becomes the
 * standard input and output of one ssh. (Handing libcurl a connected socket by its callbacks fails in 7.88, which
 * connects it once more.) Abstract names know no permissions, so only our own process is let in.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/auto.h"
#include "engine-client/call.h"

#define LAST_WORDS_MAX_BYTES 512

struct ssh {
	uv_loop_t *loop;
	struct arena arena;
	char **argv;
	char last_words
		[LAST_WORDS_MAX_BYTES]; /* the last line on stderr of any of them */
	struct tunnel *tunnels;
	uv_poll_t door;
	int door_fd;
	struct sockaddr_un name;
	bool closed; /* the door is; it goes with the last tunnel */
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

static void destroy_when_closed(struct ssh *ssh)
{
	if (!ssh->closed || ssh->tunnels)
		return;
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
	destroy_when_closed(ssh);
}

static void close_once(void *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_closed);
}

static void on_exit_of_ssh(uv_process_t *process, int64_t status __attribute__((unused)),
	int signal __attribute__((unused)))
{
	close_once(process);
}

static void give_buffer(
	uv_handle_t *handle, size_t size __attribute__((unused)), uv_buf_t *out)
{
	struct tunnel *tunnel = handle->data;

	*out = uv_buf_init(tunnel->buffer, sizeof(tunnel->buffer) - 1);
}

static void keep_words(struct ssh *ssh, const char *words, size_t len)
{
	while (len && strchr("\r\n ", words[len - 1]))
		len--;
	if (len)
		snprintf(ssh->last_words, sizeof(ssh->last_words), "%.*s", (int)len,
			words);
}

static void on_words(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct tunnel *tunnel = stream->data;

	if (n < 0)
		close_once(stream);
	else
		keep_words(tunnel->ssh, buf->base, (size_t)n);
}

static void spawn(struct tunnel *tunnel, int fd)
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
		close_once(&tunnel->process);
		close_once(&tunnel->words);
		return;
	}
	uv_unref((uv_handle_t *)&tunnel->process);
	uv_unref((uv_handle_t *)&tunnel->words);
	uv_read_start((uv_stream_t *)&tunnel->words, give_buffer, on_words);
}

static bool is_ourselves(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) &&
		peer.pid == getpid();
}

static void on_knock(uv_poll_t *door, int status __attribute__((unused)),
	int events __attribute__((unused)))
{
	struct ssh *ssh = door->data;
	auto_fd fd = accept4(ssh->door_fd, NULL, NULL, SOCK_CLOEXEC);
	struct tunnel *tunnel;

	if (fd < 0 || !is_ourselves(fd))
		return;
	tunnel = xalloc(sizeof(*tunnel));
	tunnel->ssh = ssh;
	spawn(tunnel, fd);
}

/* Binding to no name lets the kernel choose a free abstract one. */
static bool open_door(struct ssh *ssh, struct err *err)
{
	socklen_t len = sizeof(ssh->name);
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ssh->name.sun_family = AF_UNIX;
	if (fd < 0 ||
		bind(fd, (const struct sockaddr *)&ssh->name, sizeof(sa_family_t)) ||
		listen(fd, 128) || getsockname(fd, (struct sockaddr *)&ssh->name, &len))
		return err_sys(err, "open a socket for ssh");
	uv_poll_init(ssh->loop, &ssh->door, fd);
	ssh->door.data = ssh;
	uv_poll_start(&ssh->door, UV_READABLE, on_knock);
	uv_unref((uv_handle_t *)&ssh->door);
	ssh->door_fd = fd_take(&fd);
	return true;
}

void ssh_connect_to(struct ssh *ssh, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_ABSTRACT_UNIX_SOCKET, ssh->name.sun_path + 1);
}

/* ssh wrote them before it ended, but the loop may have seen the end first. */
static void read_words(struct tunnel *tunnel)
{
	uv_os_fd_t fd;
	ssize_t len;

	if (uv_is_closing((uv_handle_t *)&tunnel->words) ||
		uv_fileno((uv_handle_t *)&tunnel->words, &fd))
		return;
	len = read(fd, tunnel->buffer, sizeof(tunnel->buffer) - 1);
	if (len > 0)
		keep_words(tunnel->ssh, tunnel->buffer, (size_t)len);
}

const char *ssh_last_words(const struct ssh *ssh)
{
	for (struct tunnel *tunnel = ssh->tunnels; tunnel; tunnel = tunnel->next)
		read_words(tunnel);
	return ssh->last_words;
}

static void add(struct ssh *ssh, size_t *n, const char *word)
{
	ARENA_PUSH(&ssh->arena, ssh->argv, *n, arena_strdup(&ssh->arena, word));
}

static void add_option(struct ssh *ssh, size_t *n, const char *option, const char *value)
{
	if (!value)
		return;
	add(ssh, n, option);
	add(ssh, n, value);
}

static bool is_safe(const char *word)
{
	return *word && *word != '-';
}

/* ssh://[user@]host[:port][/path/of/socket]; NULL: not said. */
struct place {
	const char *user, *host, *port, *socket_path;
};

static struct place split_url(struct arena *arena, const char *url)
{
	const char *rest = url + strlen("ssh://");
	size_t len = strcspn(rest, "/");
	char *text = arena_strndup(arena, rest, len), *at = strrchr(text, '@');
	char *host = at ? at + 1 : text, *port = strrchr(host, ':'),
	     *bracket = strchr(host, ']');
	struct place place = {.host = host};

	if (at) {
		*at = '\0';
		place.user = text;
	}
	if (port && (!bracket || port > bracket)) {
		*port = '\0';
		place.port = port + 1;
	}
	if (*host == '[' && bracket) { /* an IPv6 address: ssh wants it bare */
		*bracket = '\0';
		place.host = host + 1;
	}
	if (rest[len] && rest[len + 1])
		place.socket_path = rest + len;
	return place;
}

static bool make_argv(struct ssh *ssh, const char *url, struct err *err)
{
	struct place place = split_url(&ssh->arena, url);
	size_t n = 0;

	if (!is_safe(place.host) || (place.user && !is_safe(place.user)) ||
		(place.port && !is_safe(place.port)))
		return err_set(err, ERR_INPUT, "not an ssh:// address: \"%s\"", url);
	add(ssh, &n, "ssh");
	add(ssh, &n, "-o");
	add(ssh, &n, "ConnectTimeout=30");
	add(ssh, &n, "-T");
	add_option(ssh, &n, "-l", place.user);
	add_option(ssh, &n, "-p", place.port);
	add(ssh, &n, "--");
	add(ssh, &n, place.host);
	add(ssh, &n, "docker");
	if (place.socket_path)
		add(ssh, &n,
			arena_printf(&ssh->arena, "--host=unix://%s", place.socket_path));
	add(ssh, &n, "system");
	add(ssh, &n, "dial-stdio");
	ARENA_PUSH(&ssh->arena, ssh->argv, n, NULL);
	return true;
}

struct ssh *ssh_new(uv_loop_t *loop, const char *host, struct err *err)
{
	struct ssh *ssh = xalloc(sizeof(*ssh));

	ssh->loop = loop;
	if (make_argv(ssh, host, err) && open_door(ssh, err))
		return ssh;
	ssh->closed = true;
	destroy_when_closed(ssh);
	return NULL;
}

static void on_door_closed(uv_handle_t *handle)
{
	struct ssh *ssh = handle->data;

	close(ssh->door_fd);
	ssh->closed = true;
	destroy_when_closed(ssh);
}

void ssh_free(struct ssh *ssh)
{
	if (!ssh)
		return;
	for (struct tunnel *tunnel = ssh->tunnels; tunnel; tunnel = tunnel->next) {
		if (!uv_is_closing((uv_handle_t *)&tunnel->process))
			uv_process_kill(&tunnel->process, SIGTERM);
		close_once(&tunnel->process);
		close_once(&tunnel->words);
	}
	uv_close((uv_handle_t *)&ssh->door, on_door_closed);
}
