/* SPDX-License-Identifier: Apache-2.0 */
/* The name of an image, "registry:5000/team/app:tag@sha256:..", in its parts
 * (github.com/distribution/reference). */
#pragma once

#include <stdbool.h>

struct arena;
struct err;

struct reference {
	const char *name;     /* as given, without tag and digest: "nginx",
				 "localhost:5000/app" */
	const char *registry; /* "docker.io" where none is named */
	const char *tag;      /* NULL: none */
	const char *digest;   /* "sha256:..", NULL: none */
};

/*
 * The whole name, as docker compose prints it with a digest: the registry is said, docker.io's images without a
 * user are library/..., the tag is latest where none is given, and goes where there is a digest. False: it is no
 * name of an image.
 */
bool reference_full(
	struct arena *arena, const char *ref, const char **out, struct err *err);

/* Splits any text; whether the parts are allowed is for the engine to say. All in the
 * arena. */
struct reference reference_split(struct arena *arena, const char *ref);
