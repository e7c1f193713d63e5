/* SPDX-License-Identifier: Apache-2.0 */
/* The public face: both halves, one after the other. */
#include "compose/loader/load.h"

#include "base/err.h"
#include "compose/loader/discover.h"
#include "compose/loader/tree.h"

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

const struct node *project_load_raw(
	struct arena *arena, const struct load_opts *opts, struct errs *errs)
{
	struct tree tree;
	bool ok = tree_load(arena, opts, &tree, errs);

	errs_sort(errs);
	return ok && !errs_failed(errs) ? tree.root : NULL;
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
