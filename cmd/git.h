/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories by the git program, each commit once, in the cache that docker compose uses. */
#pragma once

struct app;
struct remotes;

/* In app->arena. What was asked for once is not asked for again by the same run. */
const struct remotes *git_remotes(struct app *app);
