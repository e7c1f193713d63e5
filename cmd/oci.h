/* SPDX-License-Identifier: Apache-2.0 */
/* Compose projects that docker compose publish has put into a registry, each digest once, in the cache that it uses. */
#pragma once

#include <stdbool.h>

struct app;
struct err;
struct remote;

/* The command of davit-engine that gets one. */
#define OCI_GET_COMMAND "__oci-get"

/* The directory of an artifact, in app->arena. */
bool oci_get(struct app *app, const struct remote *remote, const char **out_dir,
	struct err *err);
