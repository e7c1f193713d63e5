/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registry credentials out of docker's config.json: auths, credHelpers, credsStore (docker CLI, "docker login",
 * credential helper protocol).
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct uv_loop_s;
struct arena;
struct node;

struct credentials; /* one config.json, read once */

/*
 * dir is DOCKER_CONFIG or ~/.docker, decided by the caller. A missing file is no credentials; a broken
 * one is an error that names it. Helpers are searched in path (the PATH variable).
 */
struct credentials *credentials_new(
	struct uv_loop_s *loop, const char *dir, const char *path, struct err *err);
/*
 * Ends lookups that are under way without done. Not from within done. Its last memory goes when the loop runs once
 * more, before uv_loop_close.
 */
void credentials_free(struct credentials *credentials);

/* The parsed config.json, or NULL: psFormat, proxies, currentContext, ... */
const struct node *credentials_config(const struct credentials *credentials);

/* The registry of an image reference: "docker.io", "localhost:5000", ... Returned text is in the arena. */
const char *image_registry(struct arena *arena, const char *ref);

/*
 * Finds the X-Registry-Auth value for the registry of ref, asking a helper if the config says so. done gets
 * NULL when there are no credentials (not an error). auth lives until done returns. Results are kept, so
 * a registry's helper runs once; calls for one registry at the same time share that run. done is called once,
 * from the loop.
 */
typedef void credentials_done(void *ctx, const char *auth, const struct err *err);
void credentials_find(struct credentials *credentials, const char *ref,
	credentials_done *done, void *ctx);

/*
 * All that config.json and its helpers hold, for builds (X-Registry-Config). What one helper cannot give is left
 * out: the build that needs it will be refused by the registry.
 */
void credentials_all(struct credentials *credentials, credentials_done *done, void *ctx);
