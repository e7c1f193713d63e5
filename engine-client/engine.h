/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Docker Engine API (1.41 to 1.51 and up), as non-blocking calls on a libuv loop. The whole public
 * face of this folder; nothing about Compose.
 *
 * Any number of calls may be under way. Every call ends by exactly one call of its `done`, from the loop,
 * never from inside the function that started it; after engine_cancel() or engine_free() `done` is not
 * called any more. Errors of the transport are ERR_CONNECTION, answers of 400 and up are ERR_ENGINE with
 * the HTTP status and the engine's own message, both in reply->err.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct uv_loop_s;
struct arena;
struct node;

struct engine; /* one engine, one loop; owned by whoever called engine_new */
struct call;   /* one call under way; owned by the engine, gone once done was called */

#define ENGINE_REPLY_MAX_BYTES ((size_t)64 << 20) /* of one JSON reply */
#define ENGINE_LINE_MAX_BYTES ((size_t)1 << 20)   /* of one record in a stream */
#define ENGINE_CONNECT_TIMEOUT_MS 10000

/* Where the engine is. All borrowed for the time of engine_new. */
struct engine_opts {
	const char *
		host; /* unix:///path, tcp://h:p, ssh://..; NULL: unix:///var/run/docker.sock */
	bool tls;                /* tcp only; any of the following says it too */
	bool tls_verify;         /* check the engine's name and authority */
	const char *tls_ca_path; /* NULL: the system's authorities */
	const char *tls_cert_path;
	const char *tls_key_path;
	const char
		*api_version; /* "1.41" pins it (DOCKER_API_VERSION); NULL: negotiated */
	const char *user_agent;
};

/* What a call ended with. All of it lives until `done` returns. */
struct reply {
	int status;              /* HTTP status; 0 when no answer came */
	const struct node *body; /* the JSON answer; NULL when there was none */
	const struct err *err;   /* NULL: it went well */
	struct arena *arena;     /* holds body */
};

typedef void engine_done(void *ctx, const struct reply *reply);

/* One JSON record of a stream (events, pull, build, push). It lives until the function returns. */
typedef void engine_record(void *ctx, const struct node *record);

/* Bytes of a stream. fd is 1 for stdout (and a TTY's only stream), 2 for stderr. */
typedef void engine_data(void *ctx, int fd, const char *data, size_t len);

struct engine *engine_new(
	struct uv_loop_s *loop, const struct engine_opts *opts, struct err *err);

/*
 * Ends what is under way without done. Not from within a callback of the engine's. Its last memory goes when the
 * loop runs once more, before uv_loop_close.
 */
void engine_free(struct engine *engine);

/*
 * Pings and settles the API version (1.41 .. 1.51); every other call waits for nothing and needs this to
 * have succeeded. reply->body is NULL; read the result with the two functions after it.
 */
struct call *engine_ping(struct engine *engine, engine_done *done, void *ctx);
const char *engine_api_version(const struct engine *engine); /* "1.41" */
bool engine_api_at_least(const struct engine *engine, int major, int minor);
int engine_builder_version(
	const struct engine *engine); /* its default: 1 classic, 2 BuildKit, 0 unsaid */
const char *engine_host(const struct engine *engine); /* as given, for messages */

/* The engine's own clock as of its last answer (Date header), Unix seconds; 0 before the first. */
int64_t engine_clock_s(const struct engine *engine);

/* Gives up a call; done is not called. */
void engine_cancel(struct call *call);

/*
 * Asks to be told when a call's good headers have come, before its body: of engine_container_wait this means
 * that the engine is watching. To be said right after the call was made.
 */
void engine_on_ready(struct call *call, void (*ready)(void *ctx));

/*
 * Holds the input of a stream back while its reader cannot take more (a stalled terminal), and lets it go
 * on. The peer then feels it through TCP or the socket's buffer. What has been read already, at most 64 KiB, is still
 * delivered; going on may deliver from within.
 */
void engine_pause(struct call *call, bool paused);

/* Filters are a node map of lists, {"label": ["a=b"]}; NULL: none. Names and ids are escaped here. */
struct call *engine_info(struct engine *, engine_done *, void *ctx);
struct call *engine_version(struct engine *, engine_done *, void *ctx);

struct call *engine_container_list(
	struct engine *, bool all, const struct node *filters, engine_done *, void *ctx);
struct call *engine_container_inspect(
	struct engine *, const char *id, engine_done *, void *ctx);
/* body: ContainerCreate; name and platform may be NULL. reply->body has Id and Warnings. */
struct call *engine_container_create(struct engine *, const char *name,
	const char *platform, const struct node *body, engine_done *, void *ctx);
struct call *engine_container_start(
	struct engine *, const char *id, engine_done *, void *ctx);
/* timeout_s < 0: the container's own. A 304 (already stopped, already started) is success. */
struct call *engine_container_stop(
	struct engine *, const char *id, int timeout_s, engine_done *, void *ctx);
struct call *engine_container_restart(
	struct engine *, const char *id, int timeout_s, engine_done *, void *ctx);
struct call *engine_container_kill(
	struct engine *, const char *id, const char *signal, engine_done *, void *ctx);
struct call *engine_container_rename(
	struct engine *, const char *id, const char *name, engine_done *, void *ctx);
struct call *engine_container_pause(
	struct engine *, const char *id, bool paused, engine_done *, void *ctx);

enum remove_flags {
	REMOVE_FORCE = 1 << 0,
	REMOVE_VOLUMES = 1 << 1, /* anonymous ones */
};
struct call *engine_container_remove(
	struct engine *, const char *id, unsigned flags, engine_done *, void *ctx);
/* Waits until the container stops; condition: "not-running", "next-exit", "removed". StatusCode in body. */
struct call *engine_container_wait(
	struct engine *, const char *id, const char *condition, engine_done *, void *ctx);
struct call *engine_container_resize(
	struct engine *, const char *id, int rows, int columns, engine_done *, void *ctx);
struct call *engine_container_top(
	struct engine *, const char *id, engine_done *, void *ctx);
/* Unpacks a tar (borrowed until done) at path inside the container. */
struct call *engine_container_put_archive(struct engine *, const char *id,
	const char *path, const void *tar, size_t len, engine_done *, void *ctx);

struct log_opts {
	bool follow;
	bool timestamps;
	bool tty;          /* of the container: the stream is then raw, not framed */
	const char *since; /* Unix seconds or RFC 3339; NULL: from the start */
	const char *until;
	const char *tail; /* a number or "all"; NULL: all */
};
struct call *engine_container_logs(struct engine *, const char *id,
	const struct log_opts *, engine_data *, engine_done *, void *ctx);

/*
 * Attach without input: output of a container from now on. `ready` is called once the engine has answered
 * with its headers, so that nothing of a container started after it is lost.
 */
struct call *engine_container_attach(struct engine *, const char *id, bool tty,
	void (*ready)(void *ctx), engine_data *, engine_done *, void *ctx);

struct call *engine_exec_create(struct engine *, const char *container,
	const struct node *body, engine_done *, void *ctx);
struct call *engine_exec_inspect(
	struct engine *, const char *id, engine_done *, void *ctx);
struct call *engine_exec_resize(
	struct engine *, const char *id, int rows, int columns, engine_done *, void *ctx);
/* Detached start, or with output only. */
struct call *engine_exec_start(struct engine *, const char *id, bool detach, bool tty,
	engine_data *, engine_done *, void *ctx);

/*
 * Two-way streams: attach with stdin, exec with stdin. Write with engine_stream_write (the data is copied;
 * at most ENGINE_LINE_MAX_BYTES may be waiting: it returns false when the caller must stop reading
 * its own input until `drained`), close the input half with engine_stream_close_input.
 */
struct stream_opts {
	bool tty;
	bool stdin_open;
	const char *detach_keys; /* NULL: the engine's default */
	void (*ready)(void *ctx);
	void (*drained)(void *ctx);
	engine_data *data;
	engine_done *done;
	void *ctx;
};
struct call *engine_container_attach_stream(
	struct engine *, const char *id, const struct stream_opts *);
struct call *engine_exec_start_stream(
	struct engine *, const char *id, const struct stream_opts *);
bool engine_stream_write(struct call *call, const void *data, size_t len);
void engine_stream_close_input(struct call *call);

struct call *engine_network_list(
	struct engine *, const struct node *filters, engine_done *, void *ctx);
struct call *engine_network_inspect(
	struct engine *, const char *id, engine_done *, void *ctx);
struct call *engine_network_create(
	struct engine *, const struct node *body, engine_done *, void *ctx);
struct call *engine_network_remove(
	struct engine *, const char *id, engine_done *, void *ctx);
/* body: {"Container": id, "EndpointConfig": {..}} and {"Container": id, "Force": bool}. */
struct call *engine_network_connect(struct engine *, const char *id,
	const struct node *body, engine_done *, void *ctx);
struct call *engine_network_disconnect(struct engine *, const char *id,
	const struct node *body, engine_done *, void *ctx);

struct call *engine_volume_list(
	struct engine *, const struct node *filters, engine_done *, void *ctx);
struct call *engine_volume_inspect(
	struct engine *, const char *name, engine_done *, void *ctx);
struct call *engine_volume_create(
	struct engine *, const struct node *body, engine_done *, void *ctx);
struct call *engine_volume_remove(
	struct engine *, const char *name, bool force, engine_done *, void *ctx);

/* manifests: ask for manifests (API >= 1.48, ignored below). */
struct call *engine_image_list(struct engine *, const struct node *filters,
	bool manifests, engine_done *, void *ctx);
struct call *engine_image_inspect(
	struct engine *, const char *ref, bool manifests, engine_done *, void *ctx);
struct call *engine_image_remove(
	struct engine *, const char *ref, bool force, engine_done *, void *ctx);
struct call *engine_image_tag(struct engine *, const char *ref, const char *repo,
	const char *tag, engine_done *, void *ctx);

/*
 * An image of one layer out of a tar (borrowed until done). changes: a list of lines as of a Dockerfile
 * ("ENTRYPOINT ["/x"]"); NULL: none.
 */
struct image_import {
	const char *repo;
	const char *tag;
	const struct node *changes;
	const void *tar;
	size_t len;
};
struct call *engine_image_import(
	struct engine *, const struct image_import *, engine_done *, void *ctx);

/*
 * Pull and push: registry_auth is the ready X-Registry-Auth value (credentials.h) or NULL. Records are the
 * engine's progress; an error record ends the call as ERR_REGISTRY with its message and, where it can be
 * told, the registry's HTTP status in err.status.
 */
struct call *engine_image_pull(struct engine *, const char *ref, const char *platform,
	const char *registry_auth, engine_record *, engine_done *, void *ctx);
struct call *engine_image_push(struct engine *, const char *ref,
	const char *registry_auth, engine_record *, engine_done *, void *ctx);
struct call *engine_distribution_inspect(struct engine *, const char *ref,
	const char *registry_auth, engine_done *, void *ctx);

/*
 * Builds. query is a node map of the endpoint's query parameters as text, a list where one is repeated;
 * registry_config the ready X-Registry-Config value or NULL. The context is pulled from `read`, which fills up to
 * `room` bytes and returns their number, 0 at the end, -1 when the call must fail (read_err is then reported).
 */
struct build_opts {
	const struct node *query;
	const char *registry_config;
	long (*read)(void *read_ctx, void *buffer, size_t room);
	void *read_ctx; /* what read is called with; NULL: ctx */
	const struct err *
		read_err; /* filled by read before it returns -1; NULL: it says nothing */
	engine_record *record;
	engine_done *done;
	void *ctx;
};
struct call *engine_build(struct engine *, const struct build_opts *);

/*
 * Events from since_s (Unix seconds, <= 0: from now) on, until cancelled. `ready` is called once the headers have
 * come; DESIGN.md tells why since_s should lie before. done is called when the stream ends.
 */
struct call *engine_events(struct engine *, int64_t since_s, const struct node *filters,
	void (*ready)(void *ctx), engine_record *, engine_done *, void *ctx);
