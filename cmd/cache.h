/* SPDX-License-Identifier: Apache-2.0 */
/* Where what was got from elsewhere is kept: the place that docker compose uses, too. */
#pragma once

#include <stdbool.h>

struct app;
struct err;

/* $XDG_CACHE_HOME/docker-compose or ~/.cache/docker-compose, made if it is not there. In app->arena. */
bool cache_dir(struct app *app, const char **out, struct err *err);

/* Removes a directory with all that is in it. What cannot be removed stays. */
void cache_drop(const char *dir);
