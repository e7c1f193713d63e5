/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares what config makes of small files with what docker compose 2.40.3 made of them: golden CASE-FILE...
 *
 * A case file has many cases: "== NAME", then "-- FILE" and its text for each file, then "-- expect yaml", "hash" or
 * "json" and the peer's answer, or "-- expect failure". "-- differs: WHY" stands where davit does otherwise on
 * purpose; such a case has only to end well or with an error. The answers are renewed by renew.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/loader/load.h"
#include "compose/model/print.h"

#define WHERE "/tmp/davit-oracle" /* where the peer was asked: hashes hold paths */

struct golden_case {
	struct arena *arena;
	const char *name;
	const char *dir;
	struct node *files; /* path to text */
	const char *yaml, *hash, *json;
	bool fails, differs;
};

struct totals {
	unsigned passed, failed;
};

/* ---- files in memory */

static bool read_text(void *ctx, struct arena *arena, const char *path, size_t max_bytes,
	const char **out_text, size_t *out_len, struct err *err)
{
	const struct golden_case *c = ctx;

	(void)arena;
	(void)max_bytes;
	*out_text = node_get_text(c->files, path);
	if (!*out_text) {
		errno = ENOENT;
		return err_sys(err, "open %s", path);
	}
	*out_len = strlen(*out_text);
	return true;
}

static bool is_file(void *ctx, const char *path)
{
	return node_get(((const struct golden_case *)ctx)->files, path);
}

static bool is_dir(void *ctx, const char *path)
{
	return text_eq(path, ((const struct golden_case *)ctx)->dir);
}

/* ---- one case */

static const struct project *load(
	struct golden_case *c, struct errs *errs, bool no_env_resolution)
{
	const struct files files = {c, read_text, is_file, is_dir};
	struct pair variables[] = {{.key = "HOME", .value = "/root"},
		{.key = "PATH", .value = "/usr/bin:/bin"}};
	const struct load_opts opts = {
		.files = &files,
		.cwd = c->dir,
		.home = "/root",
		.environment = {variables, 2, true},
		.no_env_resolution = no_env_resolution,
	};

	errs_init(errs, c->arena);
	return project_load(c->arena, &opts, errs);
}

static bool same(const struct golden_case *c, const char *kind, const char *expected,
	const struct str *text)
{
	if (!expected || text_eq(expected, str_text(text)))
		return true;
	printf("not ok %s: %s\n--- docker compose\n%s--- davit\n%s", c->name, kind,
		expected, str_text(text));
	return false;
}

static bool same_print(
	const struct golden_case *c, const struct project *project, bool json)
{
	auto_str text = {0};

	project_print(&text, project, json ? PRINT_JSON : PRINT_YAML);
	if (json)
		str_add_c(&text, '\n');
	return same(c, json ? "json" : "yaml", json ? c->json : c->yaml, &text);
}

static bool same_hashes(struct golden_case *c)
{
	struct errs errs;
	const struct project *project = load(c, &errs, true);
	auto_str text = {0};

	for (size_t i = 0; project && i < project->nservices; i++) {
		char hex[DIGEST_HEX_BYTES];

		service_hash(&project->services[i], HASH_2_40_UNMERGED, NULL, hex);
		str_printf(&text, "%s %s\n", project->services[i].name, hex);
	}
	return same(c, "hash", c->hash, &text);
}

static bool same_answers(struct golden_case *c)
{
	struct errs errs;
	const struct project *project = load(c, &errs, false);

	if (c->differs)
		return project || errs_failed(&errs);
	if (c->fails != !project) {
		printf("not ok %s: %s\n", c->name,
			c->fails ? "should fail" : "should not fail");
		for (size_t i = 0; i < errs.nitems; i++)
			printf("%s\n", errs.items[i].text);
		return false;
	}
	if (!project)
		return true;
	bool ok = same_print(c, project, false);
	ok = same_print(c, project, true) && ok;
	return same_hashes(c) && ok;
}

static void run_case(struct golden_case *c, struct totals *totals)
{
	if (!c->name)
		return;
	if (same_answers(c))
		totals->passed++;
	else
		totals->failed++;
}

/* ---- the case file */

/* What a "-- " line begins: where its text goes. */
static void begin_part(struct golden_case *c, const char *title, const char *text)
{
	static const char expect[] = "expect ";
	const char *kind = text_starts(title, expect) ? title + strlen(expect) : NULL;

	if (text_starts(title, "differs: "))
		c->differs = true;
	else if (!kind)
		node_set_text(c->arena, c->files,
			arena_printf(c->arena, "%s/%s", c->dir, title), text);
	else if (text_eq(kind, "failure"))
		c->fails = true;
	else if (text_eq(kind, "yaml"))
		c->yaml = text;
	else if (text_eq(kind, "hash"))
		c->hash = text;
	else if (text_eq(kind, "json"))
		c->json = text;
}

static struct golden_case begin_case(struct arena *arena, const char *name)
{
	return (struct golden_case){
		.arena = arena,
		.name = name,
		.dir = arena_printf(arena, WHERE "/%s/app", name),
		.files = node_map(arena),
	};
}

static bool is_title(const char *line)
{
	return text_starts(line, "== ") || text_starts(line, "-- ");
}

/* The next line that is a title, or the end. */
static const char *next_title(const char *at)
{
	while (*at && !is_title(at)) {
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return at;
}

static void run_text(const char *text, struct totals *totals)
{
	struct arena arena = {0};
	struct golden_case c = {0};

	for (const char *at = next_title(text), *end; *at; at = end) {
		size_t len = strcspn(at, "\n");
		const char *title = arena_strndup(&arena, at + 3, len > 3 ? len - 3 : 0);
		const char *body = at[len] ? at + len + 1 : at + len;

		end = next_title(body);
		if (*at == '-') {
			begin_part(&c, title,
				arena_strndup(&arena, body, (size_t)(end - body)));
			continue;
		}
		run_case(&c, totals);
		c = begin_case(&arena, title);
	}
	run_case(&c, totals);
	arena_finish(&arena);
}

static bool run_file(const char *path, struct totals *totals)
{
	auto_file file = fopen(path, "re");
	auto_str text = {0};
	char room[8192];
	size_t n;

	if (!file)
		return false;
	while ((n = fread(room, 1, sizeof(room), file)) > 0)
		str_add_n(&text, room, n);
	run_text(str_text(&text), totals);
	return true;
}

int main(int argc, char **argv)
{
	struct totals totals = {0};

	for (int i = 1; i < argc; i++) {
		if (!run_file(argv[i], &totals)) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
	}
	printf("golden passed %u\ngolden failed %u\n", totals.passed, totals.failed);
	return totals.failed || !totals.passed ? EXIT_FAILURE : EXIT_SUCCESS;
}
