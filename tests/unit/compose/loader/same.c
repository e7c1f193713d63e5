/* SPDX-License-Identifier: Apache-2.0 */
/* What is loaded again and again comes out the same, byte for byte: nothing may depend on addresses or on chance. */
#include "compose/loader/load.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/model/print.h"
#include "tests/fuzz/memory_files.h"
#include "tests/unit/test.h"

#define LOADS 1000

static const char tree[] =
	"== compose.yaml\n"
	"name: ${NAME:-again}\n"
	"include: [{path: [a.yaml, b.yaml], env_file: a.env}, c.yaml]\n"
	"x-all: &all {labels: {z: 1, y: 2, x: 3}, environment: {C: c, B: b, A: a}}\n"
	"services:\n"
	"  web: {<<: *all, image: web, depends_on: [db, cache], networks: [n, m], ports: "
	"['80-83:80-83', '1:1']}\n"
	"  db: {extends: {file: base.yaml, service: base}, env_file: [one.env, two.env], "
	"volumes: ['d:/d', './e:/e']}\n"
	"  cache: {extends: web, command: a 'b c' d, sysctls: [b=1, a=2], extra_hosts: "
	"{h: 1.1.1.1, g: [2.2.2.2]}}\n"
	"networks: {n: , m: {labels: [q=1, p=2]}}\n"
	"volumes: {d: {driver_opts: {o: bind, device: ./x, type: none}}}\n"
	"configs: {k: {content: '${NAME:-n}'}, j: {file: ./j}}\n"
	"secrets: {t: {environment: T}, s: {file: ./s}}\n"
	"== compose.override.yaml\n"
	"services:\n"
	"  web: {environment: [D=d, A=z], ports: !override ['90:90'], labels: {x: !reset "
	"null}}\n"
	"  more: {image: more, secrets: [t, s], configs: [k, j], profiles: []}\n"
	"== a.yaml\n"
	"services: {inc: {image: 'inc:${V}', networks: [n], environment: {V: }}}\n"
	"networks: {n: {driver: bridge}}\n"
	"== b.yaml\n"
	"services: {inc: {hostname: h, cap_add: [B, A]}}\n"
	"== c.yaml\n"
	"services: {third: {build: {context: ., args: {B: 1, A: 2}, tags: [b, a]}}}\n"
	"== base.yaml\n"
	"services: {base: {image: base, ulimits: {b: 1, a: {soft: 1, hard: 2}}, dns: "
	"[2.2.2.2, 1.1.1.1]}}\n"
	"== .env\n"
	"Z=26\nNAME=named\nT=secret\n"
	"== a.env\n"
	"V=7\n"
	"== one.env\n"
	"K=1\nJ=${Z}\n"
	"== two.env\n"
	"K=2\nI=3\n";

static void load(struct arena *arena, const struct files *files, struct str *out)
{
	struct load_opts opts = {.files = files, .cwd = "/p", .home = "/root"};
	const struct project *project;
	struct errs errs;

	errs_init(&errs, arena);
	project = project_load(arena, &opts, &errs);
	if (!project)
		fail_msg("%s", errs.nitems ? errs.items[0].text : "no project");
	project_print(out, project, PRINT_YAML);
	project_print(out, project, PRINT_JSON);
	for (size_t i = 0; project && i < project->nservices; i++) {
		char hex[DIGEST_HEX_BYTES];

		service_hash(&project->services[i], HASH_2_40_UNMERGED, NULL, hex);
		str_printf(out, "%s %s\n", project->services[i].name, hex);
	}
	for (size_t i = 0; i < errs.nitems; i++)
		str_printf(out, "%u: %s\n", errs.items[i].pos.line, errs.items[i].text);
}

TEST(loading_gives_the_same_bytes_a_thousand_times)
{
	struct arena arena = {0};
	struct memory_files memory = {0};
	struct files files = memory_files(&memory);
	auto_str first = {0};

	memory_files_split(&memory, &arena, tree, strlen(tree));
	load(&arena, &files, &first);
	assert_true(first.len > 1000);
	for (unsigned i = 1; i < LOADS; i++) {
		struct arena own = {0};
		auto_str again = {0};

		load(&own, &files, &again);
		assert_string_equal(str_text(&again), str_text(&first));
		arena_finish(&own);
	}
	arena_finish(&arena);
}
