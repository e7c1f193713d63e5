/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML to node trees, with positions. The one file that knows libyaml.
 *
 * Anchors hold within their document; aliases share the node; merge keys (<<) are
 * resolved, shallowly, what is written in the mapping itself winning. !reset and
 * !override become marks. Keys are text: others are errors, as are keys that occur twice.
 * Documents that are empty are left out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct errs;
struct node;
struct source;

#define YAML_DEPTH_MAX 200          /* mappings and lists inside each other */
#define YAML_NODES_MAX 200000       /* of a file, those of aliases not counted */
#define YAML_ALIAS_NODES_MAX 200000 /* nodes that all aliases of a file stand for */

struct yaml_docs {
	struct node **roots;
	size_t n;
	size_t nnodes;  /* values in them, those of aliases not counted */
	bool has_marks; /* a !reset or !override is somewhere */
	bool is_cut;    /* an error ended the reading */
};

/*
 * Errors are added to errs. True when there is something to go on with: a mistake that
 * has one likely meaning (a key without its colon) is reported and then read as meant, so
 * that the rest is checked as well.
 */
bool yaml_read(struct arena *arena, const struct source *source, struct yaml_docs *out,
	struct errs *errs);
