/* SPDX-License-Identifier: Apache-2.0 */
/* The name of an image, "registry:5000/team/app:tag@sha256:..", in its parts
 * (github.com/distribution/reference). */
#pragma once

struct arena;

struct reference {
	const char *name;     /* as given, without tag and digest: "nginx",
				 "localhost:5000/app" */
	const char *registry; /* "docker.io" where none is named */
	const char *tag;      /* NULL: none */
	const char *digest;   /* "sha256:..", NULL: none */
};

/* Splits any text; whether the parts are allowed is for the engine to say. All in the
 * arena. */
struct reference reference_split(struct arena *arena, const char *ref);
