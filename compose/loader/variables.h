/* SPDX-License-Identifier: Apache-2.0 */
/* The variables that the merged files use, with what stands behind their operators. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct arena;
struct errs;
struct load_opts;

struct variable {
	const char *name;
	const char *default_value;  /* of :- and -; "": none */
	const char *presence_value; /* of :+ and +; "": none */
	bool required;              /* :? and ? */
	const char *text;           /* the value that it stands in */
};

struct variables {
	struct variable *items; /* by name */
	size_t n;
};

/* A value of the files that a variable stands in. */
struct variable_place {
	const char *path; /* "services.web.image" */
	struct pos pos;
};

struct variable_places {
	struct variable_place *items;
	size_t n;
};

/* Where one variable is used, in the order of the raw tree. False on errors. */
bool project_variable_places(struct arena *arena, const struct load_opts *opts,
	const char *name, struct variable_places *out, struct errs *errs);

/* False on errors. */
bool project_variables(struct arena *arena, const struct load_opts *opts,
	struct variables *out, struct errs *errs);
