/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of the loader, as its passes see it. Only for compose/loader.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "compose/loader/env.h"
#include "compose/loader/tree.h"

struct arena;
struct errs;
struct load_opts;
struct node;
struct source;

/* Marks of a node that only passes use, above those of base/node.h. */
enum loading_mark {
	NODE_EXPANDED = 1 << 16, /* its variables are expanded */
};

/* What is the same for all files of a run. */
struct loading {
	struct arena *arena;
	const struct load_opts *opts;
	struct errs *errs;
	struct source **sources; /* all that were read, for places inside scalars */
	size_t nsources, nbytes, nnodes; /* and how much is in them */
	size_t nports;                   /* that short forms came to, of all files */
	struct strings remote_dirs;      /* of files that were got from elsewhere */
	struct removals removals;
	struct inclusions inclusions;
	struct own_texts own_texts;
	bool has_gaps; /* a file, or the rest of one, is not there because it is wrong */
};

/* A set of files that share a directory and variables: the project, or one include of it.
 */
struct scope {
	struct loading *loading;
	const char *dir; /* absolute: what relative paths are relative to */
	const struct env *env;
	const struct strings *paths; /* of its files, absolute */
	const struct scope *up;      /* who includes it; NULL: the project itself */
	struct map families; /* files that services extend, path to what extends.c made of
				them */
};

/* One document on its way into the model. */
struct document {
	struct scope *scope;
	const char *path;   /* of its file, absolute */
	struct node *root;  /* the document; passes replace it */
	struct node *model; /* what was merged so far */
	bool has_marks;     /* of !reset and !override */
	bool is_base;       /* services of the project only start from its own */
};

/* The passes, in files of their own. False: go no further with this document. */
bool interpolate_pass(struct document *document);
bool canonical_pass(struct document *document);
bool include_pass(struct document *document);
bool reset_pass(struct document *document);
bool extends_pass(struct document *document);
bool merge_pass(struct document *document);

/* The passes over the whole model of a scope. */
struct node *unique_pass(struct loading *loading, struct node *model);
struct node *defaults_pass(struct loading *loading, struct node *model);
struct node *paths_pass(struct loading *loading, struct node *model, const char *dir);

/* Who names a file. */
struct asked {
	const char *how; /* "included by"; NULL: the command line, or nobody */
	struct pos at;
};

/*
 * Reads a file, all of its documents. False when there is nothing to go on with; errs has
 * why, unless the file is empty.
 */
struct yaml_docs;
bool loading_read(struct loading *loading, const char *path, const struct asked *asked,
	struct yaml_docs *out);

/*
 * The absolute path of a file that a node names: relative to dir, from the home directory, or from elsewhere. NULL:
 * it could not be got, and errs says so.
 */
const char *loading_path(
	struct loading *loading, const char *dir, const struct node *name);

/* All files of a scope, in order. */
struct scope_file {
	const char *path;
	struct node **roots;
	size_t n;
	bool has_marks;
};
bool scope_read(
	struct scope *scope, const struct asked *asked, struct scope_file **out_files);

/* All documents of all files, one over the other, through the passes. NULL: errs has why.
 */
struct node *scope_merge(struct scope *scope, struct scope_file *files);

/* The directory of relative paths, as the pass over paths wants it: absolute unless
 * --no-path-resolution, and even then for files from elsewhere. */
const char *scope_paths_dir(const struct scope *scope, const char *dir);
