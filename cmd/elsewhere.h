/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are elsewhere: of git repositories and of registries (compose/loader/remote.h). */
#pragma once

struct app;
struct remotes;

/* The app's own, in app->arena. What was asked for once is not asked for again by the same run. */
const struct remotes *elsewhere_remotes(struct app *app);
