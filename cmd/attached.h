/* SPDX-License-Identifier: Apache-2.0 */
/* `up` without -d: carries the wish out, and shows the containers' output until they end or Ctrl-C. */
#pragma once

#include <stdbool.h>

#include "base/texts.h"

struct app;
struct wish;

struct attached_opts {
	const struct strings *attach; /* only these; empty: the selected services */
	const struct strings *no_attach;
	bool attach_dependencies;
	bool no_color;
	bool no_prefix;
	bool timestamps;
	bool abort_on_exit;         /* the first container that ends ends all */
	bool abort_on_failure;      /* the first that ends with another status than 0 */
	const char *exit_code_from; /* a service; NULL: the first that ended */
};

/* Returns the exit status of compose.md 1.6. */
int attached_up(
	struct app *app, const struct wish *wish, const struct attached_opts *opts);
