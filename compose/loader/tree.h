/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first half of loading: from bytes to one node tree, and what was settled on the
 * way.
 *
 * The tree is what is left when all files, documents, includes and extended services have
 * become one mapping: interpolated, merged, unique, in canonical form, paths absolute
 * (reference compose.md 3.1, C1 to D1 and D3). compose/model reads it: it knows unknown
 * keys, types, casts, consistency, profiles.
 *
 * - Keys that served their purpose are gone: version, include, extends. name stays as
 * written.
 * - In canonical form (3.8): build, build.secrets, configs, depends_on, devices,
 * env_file, external, gpus, label_file, networks, models, ports, secrets, volumes, dns,
 * dns_search, tmpfs, develop.watch ignore and include. environment, labels and all others
 * that are list or mapping (L in 2.2) keep the form in which they were written until two
 * are merged; that makes lists "K=V".
 * - Defaults of the first kind are there (3.1 D1): build.context, depends_on condition
 * and required, ports protocol and mode, target of secrets, count of device requests,
 * bind.create_host_path.
 * - A short form that could not be read has been reported; what has the wrong kind
 * altogether is left as it was, for the schema to say so.
 * - Numbers read from YAML have their value as text: 0440 is "288", 1_000 "1000", 1e3
 * "1000" (base/scalar.h). Variables only ever make strings; the schema casts them (3.3).
 * - Every node and key has the place of whoever wrote it. Nodes may be shared (aliases):
 * never change them.
 */
#pragma once

#include "compose/model/project.h"

struct arena;
struct env;
struct errs;
struct load_opts;
struct node;

/* Variables as the files of an include see them. */
struct inclusion {
	const char *file; /* the first one, as messages show it */
	struct pos pos;   /* who includes it */
	const struct env *env;
};

struct inclusions {
	struct inclusion *items;
	size_t n;
};

/* What says which files there are, as it is written: its variables are expanded even with no_interpolate. */
struct own_text {
	const char *path; /* "services.web.extends" */
	const struct node *node;
};

struct own_texts {
	struct own_text *items;
	size_t n;
};

struct tree {
	const struct node *root; /* a map */
	bool has_gaps; /* parts of it are not there, because they are wrong: errs has why */
	const char *name; /* final and valid; NULL only when errs has said why */
	enum name_source name_source;
	const char *working_dir;     /* absolute: the project's directory */
	struct strings config_files; /* absolute, in order; "-" stays */
	struct strings env_files;    /* what --env-file named */
	struct removals removals;    /* in the order of the passes */
	struct inclusions inclusions;
	struct own_texts own_texts; /* only with no_interpolate */
	const struct env *env;
	struct pairs environment; /* shell over .env, PWD, COMPOSE_PROJECT_NAME; sorted by
				     key */
};

/* False when there is no tree to go on with; errors may be there in either case, so that
 * all are shown. */
bool tree_load(struct arena *arena, const struct load_opts *opts, struct tree *out,
	struct errs *errs);

/*
 * The second half (build.c): decodes by the tables of compose/model, normalises, narrows
 * by profiles, checks, and reads env_file and label_file (dotenv.h). NULL on errors. The
 * caller sorts errs.
 */
const struct project *project_build(struct arena *arena, const struct load_opts *opts,
	const struct tree *tree, struct errs *errs);
