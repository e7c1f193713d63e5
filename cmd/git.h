/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories by the git program, each commit once, in the cache that docker compose uses. */
#pragma once

#include <stdbool.h>

struct app;
struct err;
struct remote;

/* The directory of a commit, in app->arena. */
bool git_get(struct app *app, const struct remote *remote, const char **out_dir,
	struct err *err);
