/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at the engine, one blocking step each. */
#include "cmd/observe.h"

#include "cmd/app.h"
#include "cmd/connect.h"
#include "compose/loader/load.h"
#include "compose/planner/observed.h"
#include "compose/planner/planner.h"
#include "compose/scheduler/scheduler.h"

struct observing {
	const struct observed *observed;
	bool done;
	struct err err;
};

static void on_observed(void *ctx, const struct observed *observed, const struct err *err)
{
	struct observing *observing = ctx;

	observing->observed = err ? NULL : observed;
	observing->done = true;
	if (err)
		observing->err = *err;
}

static const struct observed *look(
	struct app *app, const struct observe_opts *opts, struct observing *observing)
{
	if (!app_connect(app, &observing->err))
		return NULL;
	observe(app->engine, &app->arena, opts, on_observed, observing);
	app_run_until(app, &observing->done);
	return observing->observed;
}

/* observed, or NULL after the error was shown. */
static const struct observed *look_or_fail(
	struct app *app, const struct observe_opts *opts)
{
	struct observing observing = {0};

	if (!look(app, opts, &observing))
		app_fail(app, &observing.err);
	return observing.observed;
}

const struct observed *app_observe(struct app *app, unsigned what)
{
	const struct observe_opts opts = {
		.project = app->project ? app->project->name : NULL,
		.declared = app->project_from_labels ? NULL : app->project,
		.what = what,
	};
	/* What told the project is fresh enough to read from, once. */
	const struct observed *seen = app->seen;

	app->seen = NULL;
	return seen && !(what & ~app->seen_what) ? seen : look_or_fail(app, &opts);
}

const struct observed *app_observe_everything(struct app *app, unsigned what)
{
	return look_or_fail(app, &(struct observe_opts){.what = what});
}

const struct observed *app_inspect_changed(
	struct app *app, const struct plan_input *input)
{
	const struct plan_wants wants = plan_wants_inspect(&app->arena, input);
	struct observing observing = {0};

	if (wants.containers.n + wants.images.n == 0)
		return input->observed;
	observe_inspect(app->engine, &app->arena, input->observed, &wants, on_observed,
		&observing);
	app_run_until(app, &observing.done);
	if (!observing.observed)
		app_fail(app, &observing.err);
	return observing.observed;
}

bool app_project_by_labels(struct app *app, const char *name, bool whole, struct err *err)
{
	const struct observe_opts opts = {
		.project = name,
		.what = OBSERVE_CONTAINERS |
			(whole ? OBSERVE_NETWORKS | OBSERVE_VOLUMES : 0u),
	};
	struct observing observing = {0};

	if (!project_name_valid(name))
		return err_set(err, ERR_INPUT,
			"invalid project name \"%s\": must consist only of lowercase "
			"alphanumeric characters, hyphens, and underscores as well as "
			"start with a letter or number",
			name);
	if (!look(app, &opts, &observing)) {
		*err = observing.err;
		return false;
	}
	app->seen = observing.observed;
	app->seen_what = opts.what;
	app->project = project_from_observed(&app->arena, observing.observed, name);
	return true;
}
