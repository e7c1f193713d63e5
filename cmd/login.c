/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/login.h"

#include <string.h>

#include "base/json.h"
#include "base/node.h"
#include "cmd/app.h"
#include "engine-client/base64.h"
#include "engine-client/credentials.h"

struct login {
	struct app *app;
	bool done;
	const struct node *auth; /* NULL: nobody */
	struct err *err;
};

/* It comes as the engine wants it. */
static void on_credentials(void *ctx, const char *text, const struct err *err)
{
	struct login *login = ctx;
	struct arena *arena = &login->app->arena;
	struct node *auth = NULL;
	size_t len = 0;
	char *json = text ? base64_decode(arena, text, strlen(text), &len) : NULL;

	login->done = true;
	if (err)
		*login->err = *err;
	else if (json && json_parse(arena, json, len, &auth, login->err))
		login->auth = auth;
}

bool login_find(
	struct app *app, const char *image, const struct node **out, struct err *err)
{
	struct login login = {.app = app, .err = err};

	if (!app->credentials)
		app->credentials = credentials_new(
			app->loop, app->docker_config, app_getenv(app, "PATH"), err);
	if (!app->credentials)
		return false;
	credentials_find(app->credentials, image, on_credentials, &login);
	app_run_until(app, &login.done);
	*out = login.auth;
	return !err->kind;
}
