/* SPDX-License-Identifier: Apache-2.0 */
/* Any JSON as the merged tree of a project: checked, decoded whatever the check says, passed through, printed, hashed. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/schema.h"
#include "base/str.h"
#include "compose/model/fields.h"
#include "compose/model/passes.h"
#include "compose/model/print.h"
#include "compose/model/project.h"
#include "tests/fuzz/fuzz.h"

static void print_all(const struct project *project)
{
	char hex[DIGEST_HEX_BYTES];
	auto_str text = {0};

	project_print(&text, project, PRINT_YAML);
	project_print(&text, project, PRINT_JSON);
	for (size_t i = 0; i < project->nservices; i++) {
		service_hash(&project->services[i], HASH_2_40, NULL, hex);
		service_hash(&project->services[i], HASH_5, NULL, hex);
	}
	for (size_t i = 0; i < project->nnetworks; i++)
		network_hash(&project->networks[i], hex);
	for (size_t i = 0; i < project->nvolumes; i++)
		volume_hash(&project->volumes[i], hex);
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct project project = {.name = "p", .separator = "-", .working_dir = "/p"};
	const struct strings none = {0};
	const struct selection all = {.named = &none};
	struct err err = {0};
	struct errs errs;
	struct node *tree;

	errs_init(&errs, arena);
	if (!json_parse(arena, data, len, &tree, &err))
		return;
	schema_check(&project_section, tree, SCHEMA_RAW, &errs);
	schema_check(&project_section, tree, 0, &errs);
	bool sound = !errs_failed(&errs);
	schema_decode(arena, &project_section, tree, &project, &errs);
	project.name = "p";
	if (!sound)
		return;
	project_validate(&project, &(struct validation){.errs = &errs});
	project_normalise(arena, &project);
	project_activate(arena, &project, &none, &none);
	project_check(arena, &project, &(struct validation){.errs = &errs});
	project_select(arena, &project, &all, &errs);
	project_prune(arena, &project);
	print_all(&project);
}
