/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Masks one row of the language's tables after the other, and asks whether any case misses it: mutation CASE-FILE...
 *
 * A masked row has a name that nobody can find. Prints the rows that nobody misses, and fails when there is one.
 * Each row is masked in a process of its own; the cases that have most of the words of its path are asked first.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/schema.h"
#include "base/schema_walk.h"
#include "compose/model/fields.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/case.h"

enum {
	MAX_ROW_S = 60,   /* what loads for so long has lost its way */
	FEWEST_ROWS = 300 /* there are more than these, or the walk is broken */
};

struct row {
	const struct field *field;
	const char *path;
};

struct rows {
	struct row *items;
	size_t n;
};

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

static void list_rows(struct arena *arena, struct rows *out)
{
	struct section_entries sections;

	schema_walk(arena, &project_section, &sections);
	for (size_t i = 0; i < sections.n; i++) {
		const struct section_entry *entry = &sections.items[i];

		for (const struct field *field = entry->section->fields;
			field->type != TYPE_END; field++) {
			const struct row row = {field,
				arena_printf(arena, "%s%s%s", entry->path,
					*entry->path ? "." : "", field->name)};

			ARENA_PUSH(arena, out->items, out->n, row);
		}
	}
}

/* The tables are constant, and only this program takes the page's word for it: what is tested is the loader as it is. */
static void mask(const struct field *field)
{
	const char **name = (const char **)(uintptr_t)&field->name;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)name & ~(page - 1);
	uintptr_t end = (uintptr_t)(name + 1);

	check(mprotect((void *)first, end - first, PROT_READ | PROT_WRITE) == 0,
		"mprotect a table");
	*name = "\1";
}

/* ---- which cases are asked first */

/* How many of the words of a row's path are in the case's files. */
static unsigned words_in(const struct golden_case *c, const char *path)
{
	unsigned n = 0;

	for (const char *at = path; *at;) {
		size_t len = strcspn(at, ".[]");
		const char *word = arena_printf(c->arena, "%.*s:", (int)len, at);
		bool found = false;

		for (size_t i = 0; i < c->nparts && !found; i++)
			found = len > 0 && part_is_file(&c->parts[i]) &&
				strstr(c->parts[i].text, word);
		n += found;
		at += len;
		at += strspn(at, ".[]");
	}
	return n;
}

static bool holds_all(const struct golden_cases *cases, const unsigned *ranks,
	unsigned rank, const struct captured *captured)
{
	for (size_t i = 0; i < cases->n; i++)
		if (ranks[i] == rank && !case_holds(&cases->items[i], captured))
			return false;
	return true;
}

/* Whether all cases hold without the row. */
static bool holds_without(struct arena *arena, const struct row *row,
	const struct golden_cases *cases, const struct captured *captured)
{
	unsigned *ranks = arena_alloc(arena, cases->n * sizeof(*ranks)), most = 0;

	for (size_t i = 0; i < cases->n; i++) {
		ranks[i] = words_in(&cases->items[i], row->path);
		most = ranks[i] > most ? ranks[i] : most;
	}
	mask(row->field);
	for (unsigned rank = most + 1; rank-- > 0;)
		if (!holds_all(cases, ranks, rank, captured))
			return false;
	return true;
}

/* ---- a process for each row */

static _Noreturn void ask_without(struct arena *arena, const struct row *row,
	const struct golden_cases *cases, const struct captured *captured)
{
	struct captured quiet = *captured;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	bool holds;

	check(null >= 0, "/dev/null");
	alarm(MAX_ROW_S);
	quiet.own_out = quiet.own_err = null;
	dup2(null, STDOUT_FILENO);
	holds = holds_without(arena, row, cases, &quiet);
	fflush(stdout);
	_exit(holds ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* A crash is a test that fails, too. */
static bool is_missed(struct arena *arena, const struct row *row,
	const struct golden_cases *cases, const struct captured *captured)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	check(pid >= 0, "fork");
	if (pid == 0)
		ask_without(arena, row, cases, captured);
	check(waitpid(pid, &status, 0) == pid, "waitpid");
	return !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct arena arena = {0};
	struct golden_cases cases = {0};
	struct captured captured;
	struct rows rows = {0};
	size_t survivors = 0;

	captured_open(&captured);
	for (int i = 1; i < argc; i++)
		check(cases_read(&arena, argv[i], &cases), argv[i]);
	list_rows(&arena, &rows);
	for (size_t i = 0; i < rows.n; i++) {
		if (is_missed(&arena, &rows.items[i], &cases, &captured))
			continue;
		survivors++;
		printf("nobody misses %s\n", rows.items[i].path);
	}
	printf("%zu rows masked, %zu not missed\n", rows.n, survivors);
	captured_close(&captured);
	arena_finish(&arena);
	return rows.n > FEWEST_ROWS && survivors == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
