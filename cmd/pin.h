/* SPDX-License-Identifier: Apache-2.0 */
/* Images with the digests that their registries have now: config --resolve-image-digests, --lock-image-digests. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct app;
struct node;
struct project;

enum pinning {
	PIN_NONE,
	PIN_ALL,   /* everything is printed, with images that are pinned */
	PIN_ALONE, /* an override file with nothing but the services' images */
};

/* One image, whoever names it; struct engine_side finds out what it is pinned to. */
struct pin {
	const char *image;  /* as written */
	const char *by;     /* the key that names it: "services.web.image" */
	struct pos pos;     /* of that key's value */
	const char *pinned; /* "docker.io/library/nginx:latest@sha256:..." */
};

/* What is printed instead of *project, or of a tree that was not interpolated. False: errors were shown. */
bool pin_project(struct app *app, enum pinning how, const struct project **project);
bool pin_tree(struct app *app, enum pinning how, const struct node **tree);
