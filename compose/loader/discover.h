/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to load: the project's directory, its files, its variables, its name (reference
 * compose.md 1.5).
 */
#pragma once

#include <stdbool.h>

#include "compose/loader/env.h"
#include "compose/model/project.h"

struct arena;
struct errs;
struct load_opts;
struct node;

struct discovery {
	const char *working_dir;     /* absolute: what paths are relative to */
	const char *name_dir;        /* what the project is called after */
	struct strings config_files; /* absolute; "-" is standard input; n == 0: nothing
					found, errs says so */
	struct strings env_files;    /* absolute: what was named, not the default ones */
	struct env *shell;           /* what the process was given, and PWD */
	struct env *env; /* shell over .env of the start over .env of the project */
};

/*
 * The variables of the place where davit was started: shell, PWD, --env-file or .env.
 * Enough to know COMPOSE_FILE and COMPOSE_PROJECT_NAME.
 */
bool discover_env(struct arena *arena, const struct load_opts *opts,
	struct discovery *out, struct errs *errs);

/* After discover_env: the files and their directory, and the gaps that its .env fills. */
bool discover_files(struct arena *arena, const struct load_opts *opts,
	struct discovery *out, struct errs *errs);

/* The Compose file of a directory, or NULL. */
const char *discover_file_in(
	struct arena *arena, const struct load_opts *opts, const char *dir);

/*
 * The name: -p, COMPOSE_PROJECT_NAME, the file's (interpolated; NULL: none), the
 * directory's. NULL after an error.
 */
const char *discover_name(struct arena *arena, const struct load_opts *opts,
	const struct discovery *found, const char *file_name, struct pos file_pos,
	enum name_source *out_source, struct errs *errs);
