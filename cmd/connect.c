/* SPDX-License-Identifier: Apache-2.0 */
/* From flags, variables and contexts to an engine that answers. */
#include "cmd/connect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/await.h"
#include "engine-client/credentials.h"
#include "engine-client/endpoint.h"
#include "engine-client/engine.h"

#define UNIX_SCHEME "unix://"

void no_answer_text(struct str *str, const struct no_answer *what)
{
	bool is_unix = text_starts(what->host, UNIX_SCHEME);
	const char *path = is_unix ? what->host + strlen(UNIX_SCHEME) : what->host;

	if (what->socket_errno)
		str_printf(str, "cannot connect to the engine at %s: %s", what->host,
			strerror(what->socket_errno));
	else
		str_add(str, what->text);
	if (what->socket_errno == EACCES || what->socket_errno == EPERM)
		str_printf(str,
			"\nYour user may not open %s.\nTry it with sudo, or join its "
			"group and log in again: sudo usermod -aG docker $USER",
			path);
	else if (what->source)
		str_printf(str, "\nThis address comes from %s; unset or mend it.",
			what->source);
	else if (is_unix)
		str_add(str,
			"\nIs it running? Start it: sudo systemctl start docker"
			"\nIs it elsewhere? Say where: DOCKER_HOST=..., -H URL or "
			"--context NAME");
}

/* Tries once more by hand: the transport tells only that it failed, the kernel tells why. */
static int socket_errno(const char *host)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	auto_fd fd = -1;

	if (!text_starts(host, UNIX_SCHEME))
		return 0;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		host + strlen(UNIX_SCHEME));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
		connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return errno;
	return 0;
}

static const char *set_or_null(const char *text)
{
	return text && *text ? text : NULL;
}

/* Who said where the engine is. */
static const char *source_of(struct app *app)
{
	const char *context = set_or_null(app->root.context);

	if (app->root.host)
		return "--host";
	if (context)
		return arena_printf(&app->arena, "--context %s", context);
	if (set_or_null(app_getenv(app, "DOCKER_HOST")))
		return "DOCKER_HOST";
	context = set_or_null(app_getenv(app, "DOCKER_CONTEXT"));
	if (context)
		return arena_printf(&app->arena, "DOCKER_CONTEXT=%s", context);
	context = app->credentials
		? node_get_text(credentials_config(app->credentials), "currentContext")
		: NULL;
	return context && !text_eq(context, "default")
		? arena_printf(&app->arena, "the docker context %s", context)
		: NULL;
}

/* Flags win over variables: an engine named on the command line is meant. */
static struct endpoint_env endpoint_env(const struct app *app)
{
	const struct root *root = &app->root;
	bool named = root->host || root->context;
	struct endpoint_env env = {
		.config_dir = app->docker_config,
		.config = app->credentials ? credentials_config(app->credentials) : NULL,
		.host = named ? root->host : app_getenv(app, "DOCKER_HOST"),
		.context = named ? root->context : app_getenv(app, "DOCKER_CONTEXT"),
		.tls = app_getenv(app, "DOCKER_TLS"),
		.tls_verify = app_getenv(app, "DOCKER_TLS_VERIFY"),
		.cert_path = app_getenv(app, "DOCKER_CERT_PATH"),
		.api_version = app_getenv(app, "DOCKER_API_VERSION"),
	};

	if (root->tls.set)
		env.tls = root->tls.value ? "1" : "";
	if (root->tls_verify.set)
		env.tls_verify = root->tls_verify.value ? "1" : "";
	return env;
}

static bool open_engine(struct app *app, struct engine_opts *opts, struct err *err)
{
	const struct endpoint_env env = endpoint_env(app);

	*opts = (struct engine_opts){0};
	if (!endpoint_resolve(&app->arena, &env, opts, err))
		return false;
	if (app->root.tls_ca)
		opts->tls_ca_path = app->root.tls_ca;
	if (app->root.tls_cert)
		opts->tls_cert_path = app->root.tls_cert;
	if (app->root.tls_key)
		opts->tls_key_path = app->root.tls_key;
	opts->user_agent = "davit/" DAVIT_VERSION;
	app->engine = engine_new(app->loop, opts, err);
	return app->engine;
}

static bool ping(struct app *app, struct err *err)
{
	struct await pinged = {0};
	struct no_answer what = {0};
	auto_str text = {0};

	engine_ping(app->engine, await_reply, &pinged);
	if (await_call(app, &pinged, err))
		return true;
	if (err->kind != ERR_CONNECTION)
		return false;
	what = (struct no_answer){
		.host = engine_host(app->engine),
		.source = source_of(app),
		.socket_errno = socket_errno(engine_host(app->engine)),
		.text = err->text,
	};
	no_answer_text(&text, &what);
	return err_set(err, ERR_CONNECTION, "%s", str_text(&text));
}

bool app_connect(struct app *app, struct err *err)
{
	struct engine_opts opts;

	if (app->engine)
		return true;
	app->credentials = credentials_new(
		app->loop, app->docker_config, app_getenv(app, "PATH"), err);
	if (!app->credentials)
		return false;
	if (!open_engine(app, &opts, err)) {
		const char *source = source_of(app);

		return source ? err_wrap(err, "%s", source) : false;
	}
	return ping(app, err);
}

void app_disconnect(struct app *app)
{
	engine_free(app->engine);
	credentials_free(app->credentials);
	app->engine = NULL;
	app->credentials = NULL;
}
