/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a YAML file, with the words that explain what is wrong in it. */

#include "compose/loader/yaml.h"
#include "base/arena.h"
#include "base/err.h"
#include "compose/loader/source.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct yaml_docs docs;
	struct err err = {0};
	struct errs errs;
	struct source *source =
		source_new(arena, "/fuzz.yaml", "fuzz.yaml", data, len, &err);

	errs_init(&errs, arena);
	if (source)
		yaml_read(arena, source, &docs, &errs);
}
