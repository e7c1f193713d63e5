/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads from and writes to a registry by itself, without an engine (OCI distribution-spec: manifests and blobs). Each
 * question waits for its answer: whoever asks has nothing else to do.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct node;
struct str;

struct registry;

struct registry_opts {
	bool writes;      /* tokens are to be good for that, too */
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

/* Puts a blob there, unless it is there already. */
bool registry_put_blob(struct registry *registry, const char *digest,
	const struct str *text, struct err *err);

/* Puts a manifest there under a tag. */
bool registry_put_manifest(struct registry *registry, const char *tag, const char *type,
	const struct str *text, struct err *err);
