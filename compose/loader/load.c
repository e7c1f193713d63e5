/* SPDX-License-Identifier: Apache-2.0 */
/* The public face: both halves, one after the other. */
#include "compose/loader/load.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/schema.h"
#include "compose/loader/discover.h"
#include "compose/loader/raw.h"
#include "compose/loader/tree.h"
#include "compose/model/fields.h"
#include "compose/model/passes.h"

const struct project *project_load(
	struct arena *arena, const struct load_opts *opts, struct errs *errs)
{
	const struct project *project = NULL;
	struct tree tree;

	if (tree_load(arena, opts, &tree, errs))
		project = project_build(arena, opts, &tree, errs);
	errs_sort(errs);
	return errs_failed(errs) ? NULL : project;
}

/* What holds whatever the variables are; what cannot be read yet was told by schema_check, if at all. */
static void validate_raw(struct arena *arena, const struct node *root, struct errs *errs)
{
	struct project *project = ARENA_NEW(arena, struct project);
	struct errs unread;

	errs_init(&unread, arena);
	schema_decode(arena, &project_section, root, project, &unread);
	project_validate(project, &(struct validation){.errs = errs, .raw = true});
}

const struct node *project_load_raw(
	struct arena *arena, const struct load_opts *opts, struct errs *errs)
{
	const struct node *root = NULL;
	struct tree tree;

	if (tree_load(arena, opts, &tree, errs) && tree.name) {
		schema_check(&project_section, tree.root, SCHEMA_RAW, errs);
		if (opts->strict)
			schema_report(&project_section, tree.root,
				FIELD_UNUSED | FIELD_SWARM, errs);
		if (!errs_failed(errs))
			validate_raw(arena, tree.root, errs);
		root = opts->no_normalize ? tree.root : raw_complete(arena, &tree);
	}
	errs_sort(errs);
	return errs_failed(errs) || !root ? NULL : node_sorted(arena, root, 0);
}

bool project_environment(struct arena *arena, const struct load_opts *opts,
	struct pairs *out, struct errs *errs)
{
	struct discovery found;
	bool ok = discover_env(arena, opts, &found, errs);

	*out = env_pairs(arena, found.env);
	errs_sort(errs);
	return ok;
}

bool project_trace(struct arena *arena, const struct load_opts *opts, const char *name,
	struct pairs *out, struct errs *errs)
{
	struct discovery found;
	bool ok = discover_env(arena, opts, &found, errs) &&
		discover_files(arena, opts, &found, errs);

	*out = (struct pairs){.set = true};
	env_trace(arena, found.env, name, out);
	errs_sort(errs);
	return ok;
}
