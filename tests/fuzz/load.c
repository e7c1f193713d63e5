/* SPDX-License-Identifier: Apache-2.0 */
/* A whole project from a small file tree: "== NAME\n" and the text of that file, again
 * and again. */
#include "compose/loader/load.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/model/print.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_files.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct memory_files memory = {0};
	struct files files = memory_files(&memory);
	struct load_opts opts = {.files = &files, .cwd = "/p", .home = "/root"};
	const struct project *project;
	struct errs errs;
	auto_str text = {0};

	errs_init(&errs, arena);
	memory_files_split(&memory, arena, data, len);
	project = project_load(arena, &opts, &errs);
	if (!project)
		return;
	project_print(&text, project, PRINT_YAML);
	project_print(&text, project, PRINT_JSON);
	for (size_t i = 0; i < project->nservices; i++) {
		char hex[DIGEST_HEX_BYTES];

		service_hash(&project->services[i], HASH_2_40_UNMERGED, NULL, hex);
	}
}
