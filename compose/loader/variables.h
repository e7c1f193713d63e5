/* SPDX-License-Identifier: Apache-2.0 */
/* The variables that the merged files use, with what stands behind their operators. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/texts.h"

struct arena;
struct errs;
struct load_opts;

/* A value of the files that a variable stands in. */
struct variable_place {
	const char *path; /* "services.web.image" */
	struct pos pos;
};

struct variable {
	const char *name;
	const char *default_value;     /* of :- and -; "": none */
	const char *presence_value;    /* of :+ and +; "": none */
	bool required;                 /* :? and ? */
	const char *text;              /* the value that it stands in */
	struct variable_place *places; /* in the order of the raw tree */
	size_t nplaces;
};

struct variables {
	struct variable *items; /* by name */
	size_t n;
};

/* False on errors. */
bool project_variables(struct arena *arena, const struct load_opts *opts,
	struct variables *out, struct errs *errs);

/* What the files of an include have for a variable. */
struct included_values {
	const char *file; /* the first of them */
	struct pos pos;   /* who includes it */
	struct pairs
		values; /* what its env_file or .env gives; the one that counts first */
	bool is_hidden; /* the files that include it have one already */
};

/* Where a variable comes from, and where it goes. */
struct explanation {
	const struct variable *variable; /* NULL: the files do not use it */
	struct pairs values; /* the one that counts first; without a place: the shell's */
	struct included_values *included; /* those that have a value of their own */
	size_t nincluded;
};

/* False on errors. */
bool project_explain(struct arena *arena, const struct load_opts *opts, const char *name,
	struct explanation *out, struct errs *errs);
