/* SPDX-License-Identifier: Apache-2.0 */
/* Gives a command what its row says that it needs: an engine, a project, the services that were named. */
#pragma once

#include <stdbool.h>

struct app;
struct command;
struct load_opts;
struct operands;

/* False: the reason was shown. */
bool app_prepare(
	struct app *app, const struct command *command, const struct operands *operands);

/* How this run loads projects; services is empty. */
void app_load_opts(struct app *app, struct load_opts *out);

/* Loads the project and builds its graph. False: errors were shown; warnings are shown either way. */
bool app_load(struct app *app, const struct load_opts *opts);
