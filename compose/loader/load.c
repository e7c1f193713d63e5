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
static void validate_raw(struct arena *arena, const struct tree *tree, struct errs *errs)
{
	struct project *project = ARENA_NEW(arena, struct project);
	struct suspects suspects = {0};
	struct errs unread;
	bool failed = errs_failed(errs);

	if (failed)
		suspects_find(arena, tree->root, SCHEMA_RAW, &suspects);
	errs_init(&unread, arena);
	schema_decode(arena, &project_section, tree->root, project, &unread);
	project_validate(project,
		&(struct validation){.errs = errs,
			.raw = true,
			.suspects = failed ? &suspects : NULL});
}

const struct node *raw_load(struct arena *arena, const struct load_opts *opts,
	struct tree *out, struct errs *errs)
{
	const struct node *root = NULL;

	if (tree_load(arena, opts, out, errs)) {
		schema_check(&project_section, out->root, SCHEMA_RAW, errs);
		if (opts->strict)
			schema_report(&project_section, out->root,
				FIELD_UNUSED | FIELD_SWARM, errs);
		validate_raw(arena, out, errs);
		if (!errs_failed(errs))
			root = opts->no_normalize ? out->root : raw_complete(arena, out);
	}
	errs_sort(errs);
	return root ? node_sorted(arena, root, 0) : NULL;
}

const struct node *project_load_raw(
	struct arena *arena, const struct load_opts *opts, struct errs *errs)
{
	struct tree tree;

	return raw_load(arena, opts, &tree, errs);
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
