/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the tree that the first half of loading gives: load-tree [-p NAME] [-f FILE]...
 * [flags] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "compose/loader/load.h"
#include "compose/loader/tree.h"
#include "compose/model/print.h"

extern char **environ;

static void take_environment(struct arena *arena, struct pairs *out)
{
	for (char **var = environ; *var; var++) {
		const char *equals = strchr(*var, '=');
		struct pair pair = {0};

		if (!equals)
			continue;
		pair.key = arena_strndup(arena, *var, (size_t)(equals - *var));
		pair.value = equals + 1;
		ARENA_PUSH(arena, out->items, out->n, pair);
	}
}

struct wish {
	struct load_opts opts;
	bool json;
	bool tree;
};

static void take_options(struct arena *arena, int argc, char **argv, struct wish *wish)
{
	struct load_opts *out = &wish->opts;
	int c;

	while ((c = getopt(argc, argv, "f:p:e:nrjt")) != -1) {
		if (c == 'f')
			ARENA_PUSH(arena, out->config_files.items, out->config_files.n,
				optarg);
		if (c == 'e')
			ARENA_PUSH(arena, out->env_files.items, out->env_files.n, optarg);
		if (c == 'p')
			out->project_name = optarg;
		out->no_interpolate = out->no_interpolate || c == 'n';
		out->no_path_resolution = out->no_path_resolution || c == 'r';
		wish->json = wish->json || c == 'j';
		wish->tree = wish->tree || c == 't';
	}
}

static void print_errors(const struct errs *errs)
{
	for (size_t i = 0; i < errs->nitems; i++) {
		const struct err_item *item = &errs->items[i];

		if (item->pos.file)
			fprintf(stderr, "%s:%u:%u: ", item->pos.file, item->pos.line,
				item->pos.column);
		fprintf(stderr, "%s%s\n", item->warning ? "warning: " : "", item->text);
	}
}

static bool load(
	struct arena *arena, const struct wish *wish, struct str *out, struct errs *errs)
{
	const struct project *project;
	struct tree tree;

	if (wish->tree) {
		bool ok = tree_load(arena, &wish->opts, &tree, errs);

		errs_sort(errs);
		if (ok)
			yaml_print(out, tree.root);
		return ok && !errs_failed(errs);
	}
	project = project_load(arena, &wish->opts, errs);
	if (project)
		project_print(out, project, wish->json ? PRINT_JSON : PRINT_YAML);
	return project != NULL;
}

int main(int argc, char **argv)
{
	struct arena arena = {0};
	struct errs errs;
	struct wish wish = {.opts = {.files = &files_system, .home = getenv("HOME")}};
	auto_str text = {0};
	char cwd[4096];
	bool ok;

	errs_init(&errs, &arena);
	wish.opts.cwd = getcwd(cwd, sizeof(cwd));
	take_environment(&arena, &wish.opts.environment);
	take_options(&arena, argc, argv, &wish);
	ok = load(&arena, &wish, &text, &errs);
	print_errors(&errs);
	fputs(str_text(&text), stdout);
	arena_finish(&arena);
	return ok ? 0 : 1;
}
