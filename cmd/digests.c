/* SPDX-License-Identifier: Apache-2.0 */
/* One DistributionInspect an image, with what config.json has for its registry. */
#include "cmd/digests.h"

#include <string.h>

#include "base/digest.h"
#include "base/node.h"
#include "base/str.h"
#include "cmd/app.h"
#include "cmd/connect.h"
#include "cmd/pin.h"
#include "engine-client/credentials.h"
#include "engine-client/engine.h"
#include "engine-client/reference.h"

struct asking {
	struct app *app;
	struct errs *errs;
	size_t nleft;
	bool done;
};

struct question {
	struct asking *asking;
	struct pin *pin;
	const char *image; /* with registry and tag */
};

static void add_error(struct asking *asking, const struct pin *pin, const struct err *err)
{
	errs_add(asking->errs, pin->pos, "%s: %s", pin->by, err->text);
}

static void finish(struct question *question, const struct err *err)
{
	struct asking *asking = question->asking;

	if (err)
		errs_add(asking->errs, question->pin->pos,
			"%s: failed to resolve digest for %s: %s", question->pin->by,
			question->image, err->text);
	asking->done = --asking->nleft == 0;
}

static void on_reply(void *ctx, const struct reply *reply)
{
	struct question *question = ctx;
	const char *digest = node_get_text(node_get(reply->body, "Descriptor"), "digest");
	struct err err = {0};

	if (!reply->err && digest_is_sha256(digest))
		question->pin->pinned = arena_printf(
			&question->asking->app->arena, "%s@%s", question->image, digest);
	else if (!reply->err)
		err_set(&err, ERR_ENGINE, "the engine answered without a digest");
	finish(question, reply->err ? reply->err : err.kind ? &err : NULL);
}

static void on_credentials(void *ctx, const char *auth, const struct err *err)
{
	struct question *question = ctx;

	if (err)
		finish(question, err);
	else
		engine_distribution_inspect(question->asking->app->engine,
			question->image, auth, on_reply, question);
}

/* NULL: there is nothing to ask, for it has its digest already or is no image. */
static struct question *question_of(struct asking *asking, struct pin *pin)
{
	struct arena *arena = &asking->app->arena;
	const char *image;
	struct question *question;
	struct err err = {0};

	if (!reference_full(arena, pin->image, &image, &err)) {
		add_error(asking, pin, &err);
		return NULL;
	}
	if (strchr(image, '@')) {
		pin->pinned = image;
		return NULL;
	}
	question = ARENA_NEW(arena, struct question);
	*question = (struct question){asking, pin, image};
	return question;
}

void app_find_digests(struct app *app, struct pin **pins, size_t npins, struct errs *errs)
{
	struct asking asking = {.app = app, .errs = errs};
	struct question **questions = ARENA_NEW_N(&app->arena, npins, struct question *);
	struct err err = {0};

	for (size_t i = 0; i < npins; i++) {
		struct question *question = question_of(&asking, pins[i]);

		if (question)
			questions[asking.nleft++] = question;
	}
	if (!asking.nleft)
		return;
	if (!app_connect(app, &err)) {
		errs_add_err(errs, &err);
		return;
	}
	for (size_t i = 0, n = asking.nleft; i < n; i++)
		credentials_find(app->credentials, questions[i]->image, on_credentials,
			questions[i]);
	app_run_until(app, &asking.done);
}
