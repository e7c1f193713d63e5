/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads from a registry by itself, without an engine (OCI distribution-spec: manifests and blobs). Each question waits
 * for its answer: whoever asks has nothing else to do.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct node;
struct str;

struct registry;

struct registry_opts {
	const char *host; /* as image_registry has it: "docker.io", "127.0.0.1:5000" */
	const char *repository; /* "team/app" */
	const struct node
		*auth; /* an AuthConfig of the API; NULL: nobody in particular */
	const char *user_agent;
};

/*
 * What opts has is borrowed. A registry of this machine (localhost, 127.0.0.0/8, ::1) need not be who it says, nor
 * speak TLS, as docker's engine has it.
 */
struct registry *registry_new(const struct registry_opts *opts);
void registry_free(struct registry *registry);

/*
 * Gets "manifests/1" or "blobs/sha256:...". accept may be NULL. out's max_bytes is the ceiling. False: err says why, as
 * ERR_REGISTRY with the answer's status or ERR_CONNECTION.
 */
bool registry_get(struct registry *registry, const char *path, const char *accept,
	struct str *out, struct err *err);
