/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compose files to a const project: reference of the passes in load.c, of the language in doc/compose-file.md.
 *
 * Files are read through struct files, so that tests and fuzzers load from memory. Nothing here reads the
 * environment or prints: variables come in, errors and warnings go out, all of a run together and sorted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "compose/model/project.h"

struct arena;
struct errs;
struct node;
struct remotes;
struct str;

/* A way to read files: the real one is files_system. */
struct files {
	void *ctx;
	/* Whole content, at most max_bytes; text is in the arena. False: err is filled (status: errno). */
	bool (*read)(void *ctx, struct arena *arena, const char *path, size_t max_bytes,
		const char **out_text, size_t *out_len, struct err *err);
	bool (*is_file)(void *ctx, const char *path);
	bool (*is_dir)(void *ctx, const char *path);
};

extern const struct files files_system;

/* The real ones for one run: pipes and the like are read once, and have the same text again when they are asked again. */
const struct files *files_once(struct arena *arena);

struct load_opts {
	const struct files *files;
	const struct remotes *remotes; /* NULL: files that are elsewhere are refused */
	const char *cwd;               /* absolute */
	const char *home;              /* for ~; NULL: none */
	struct strings
		config_files; /* -f, "-" is standard input; empty: COMPOSE_FILE, then discovery */
	struct strings env_files; /* --env-file */
	struct strings profiles;  /* --profile; empty: COMPOSE_PROFILES */
	const char *project_name; /* -p; NULL: see compose.md 1.5 */
	const char *project_dir;  /* --project-directory */
	struct pairs environment; /* the process's own variables */
	struct strings
		services; /* named on the command line: their profiles are enabled; may hold globs */
	bool no_deps; /* keep only the named services, not what they depend on */
	bool all_resources;
	bool compatibility; /* "_" in names */
	bool strict;        /* warn of more: of keys that only a swarm acts on */
	bool no_interpolate;
	bool no_env_resolution;
	bool no_path_resolution;
	bool no_normalize;
	bool no_consistency;
	bool keep_all_services; /* do not narrow to `services`: what up, down, ps load */
	const char *default_platform; /* DOCKER_DEFAULT_PLATFORM */
	/* Says what else is wrong with a project in which something is; NULL: nobody. */
	void (*judge)(
		struct arena *arena, const struct project *project, struct errs *errs);
};

/*
 * Loads. NULL when there was an error; errs then has at least one (and always all warnings). The project
 * lives in the arena.
 */
const struct project *project_load(
	struct arena *arena, const struct load_opts *opts, struct errs *errs);

/* Only the tree after merging, for config --no-interpolate: canonical, raw. NULL on errors. */
const struct node *project_load_raw(
	struct arena *arena, const struct load_opts *opts, struct errs *errs);

/*
 * That tree as docker compose prints it in JSON: a list that is empty is null, unless a rule about equal
 * items has looked at it.
 */
const struct node *project_raw_nulls(struct arena *arena, const struct node *raw);

/*
 * The environment of a project before it is loaded: shell over .env files (compose.md 1.5), and which of the
 * COMPOSE_* variables in it the command line should see. False on errors.
 */
bool project_environment(struct arena *arena, const struct load_opts *opts,
	struct pairs *out, struct errs *errs);

/* Only the project's name and directory, for commands that work without a file (compose.md 1.5, 8). */
bool project_name_valid(const char *name);
