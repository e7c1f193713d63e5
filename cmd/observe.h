/* SPDX-License-Identifier: Apache-2.0 */
/* Observing as a blocking step of a command; app_observe is in app.h. */
#pragma once

#include <stdbool.h>

struct app;
struct err;
struct observed;
struct plan_input;

/* The same snapshot with the inspects that let reasons name old values. NULL: the error was shown. */
const struct observed *app_inspect_changed(
	struct app *app, const struct plan_input *input);

/* All containers of the engine, whatever their project. NULL: the error was shown. */
const struct observed *app_observe_everything(struct app *app, unsigned what);

/*
 * app->project, as the labels of its containers tell it; whole: those of its networks and volumes, too, which only
 * commands that change them ask for.
 */
bool app_project_by_labels(
	struct app *app, const char *name, bool whole, struct err *err);
