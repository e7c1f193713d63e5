/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "engine-client/engine.h"

#define META_MAX_BYTES ((size_t)1 << 20)

static const char default_context[] = "default";

static bool is_set(const char *text)
{
	return text && *text;
}

/* The file if it is there, else NULL: docker's CLI does without a certificate that does
 * not exist. */
static const char *pem(struct arena *arena, const char *dir, const char *name)
{
	const char *path = arena_printf(arena, "%s/%s", dir, name);

	return access(path, R_OK) ? NULL : path;
}

static void take_pems(struct arena *arena, const char *dir, struct engine_opts *out)
{
	out->tls_ca_path = pem(arena, dir, "ca.pem");
	out->tls_cert_path = pem(arena, dir, "cert.pem");
	out->tls_key_path = pem(arena, dir, "key.pem");
}

/* "host:2375", "tcp://:2375", "unix://": what is left out has a default. */
static const char *full_host(struct arena *arena, const char *host)
{
	if (!strstr(host, "://"))
		host = arena_printf(arena, "tcp://%s", host);
	if (text_eq(host, "unix://"))
		return NULL;
	if (text_starts(host, "tcp://:"))
		return arena_printf(arena, "tcp://localhost%s", host + strlen("tcp://"));
	return host;
}

static void from_env(
	struct arena *arena, const struct endpoint_env *env, struct engine_opts *out)
{
	out->host = is_set(env->host) ? full_host(arena, env->host) : NULL;
	out->tls_verify = is_set(env->tls_verify);
	out->tls = out->tls_verify || is_set(env->tls);
	if (out->tls)
		take_pems(arena,
			is_set(env->cert_path) ? env->cert_path : env->config_dir, out);
}

static bool read_meta(struct arena *arena, const char *path, const char *name,
	struct node **out, struct err *err)
{
	auto_file file = fopen(path, "re");
	auto_str text = {.max_bytes = META_MAX_BYTES};
	char buffer[4096];
	size_t n;

	if (!file && errno == ENOENT)
		return err_set(err, ERR_INPUT, "there is no docker context \"%s\"", name);
	if (!file)
		return err_sys(err, "docker context \"%s\": read %s", name, path);
	while ((n = fread(buffer, 1, sizeof(buffer), file)))
		str_add_n(&text, buffer, n);
	return json_parse(arena, str_text(&text), text.len, out, err) ||
		err_wrap(err, "%s", path);
}

/* contexts/meta/<sha256 of the name>/meta.json, and beside it contexts/tls/<the
 * same>/docker/. */
static bool from_context(struct arena *arena, const struct endpoint_env *env,
	const char *name, struct engine_opts *out, struct err *err)
{
	char id[DIGEST_HEX_BYTES];
	struct node *meta = NULL;
	const struct node *docker;
	const char *host;
	bool skip_verify;

	digest_sha256_hex(name, strlen(name), id);
	if (!read_meta(arena,
		    arena_printf(
			    arena, "%s/contexts/meta/%s/meta.json", env->config_dir, id),
		    name, &meta, err))
		return false;
	docker = node_path(meta, "Endpoints.docker");
	skip_verify = node_get_bool(docker, "SkipTLSVerify");
	host = node_get_text(docker, "Host");
	if (!is_set(host))
		return err_set(
			err, ERR_INPUT, "docker context \"%s\" names no engine", name);
	out->host = full_host(arena, host);
	take_pems(arena,
		arena_printf(arena, "%s/contexts/tls/%s/docker", env->config_dir, id),
		out);
	out->tls = out->tls_ca_path || out->tls_cert_path || skip_verify;
	out->tls_verify = out->tls && !skip_verify;
	return true;
}

bool endpoint_resolve(struct arena *arena, const struct endpoint_env *env,
	struct engine_opts *out, struct err *err)
{
	const char *current = node_get_text(env->config, "currentContext");
	const char *context = is_set(env->context) ? env->context : current;

	out->api_version = is_set(env->api_version) ? env->api_version : NULL;
	if (!is_set(env->host) && is_set(context) && !text_eq(context, default_context))
		return from_context(arena, env, context, out, err);
	from_env(arena, env, out);
	return true;
}
