/* SPDX-License-Identifier: Apache-2.0 */
/* Which engine is meant: DOCKER_HOST and its kin, and docker contexts (docker CLI, "docker context"). */
#pragma once

#include <stdbool.h>

struct arena;
struct engine_opts;
struct err;
struct node;

/* What decides, already read by the caller. Any text may be NULL or empty: not set. */
struct endpoint_env {
	const char *
		config_dir; /* DOCKER_CONFIG or ~/.docker: contexts/, and *.pem without DOCKER_CERT_PATH */
	const struct node *config; /* its config.json, for currentContext */
	const char *host;          /* DOCKER_HOST */
	const char *context;       /* DOCKER_CONTEXT */
	const char *tls;           /* DOCKER_TLS: without verifying */
	const char *tls_verify;    /* DOCKER_TLS_VERIFY */
	const char *cert_path;     /* DOCKER_CERT_PATH */
	const char *api_version;   /* DOCKER_API_VERSION */
};

/*
 * Fills host, tls and api_version; user_agent is left alone. As in docker's CLI a host wins over a context, a named
 * context over the current one. A context that does not exist is an error that names it. All in the arena.
 */
bool endpoint_resolve(struct arena *arena, const struct endpoint_env *env,
	struct engine_opts *out, struct err *err);
