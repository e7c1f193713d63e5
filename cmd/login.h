/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are to a registry: what docker login left, for those who ask it without an engine. */
#pragma once

#include <stdbool.h>

struct app;
struct err;
struct node;

/* An AuthConfig of the API, in app->arena, for the registry of an image; NULL: nobody in particular. */
bool login_find(
	struct app *app, const char *image, const struct node **out, struct err *err);
