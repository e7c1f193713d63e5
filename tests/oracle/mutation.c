/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes one rule of one row of the language's tables away after the other, and asks whether any case misses it:
 * mutation CASE-FILE...
 *
 * A rule is that there is such a key at all, or one thing that its row says of it: its short forms, how it merges, what
 * makes its items unique, its limits, its default, each of its flags. Prints the rules that nobody misses, and fails when
 * there is one. Each is taken away in a process of its own; the cases that have most of the words of its path are asked
 * first.
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
	MAX_RULE_S = 60, /* what loads for so long has lost its way */
	MOST_CASES =
		200, /* that are asked for one rule: who misses it is among them, or out of sight */
	FEWEST_RULES = 500 /* there are more than these, or the walk is broken */
};

/* What a row loses. */
struct rule {
	const char *name;
	void (*drop)(struct field *field);
};

/* A row without one of its rules. */
struct mutant {
	const struct field *field;
	const char *path, *rule;
	struct field without;
};

struct mutants {
	struct mutant *items;
	size_t n;
};

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

/* Nobody can find a key of that name. */
static void drop_name(struct field *field)
{
	field->name = "\1";
}

static void drop_json_name(struct field *field)
{
	field->json_name = NULL;
}

static void drop_form(struct field *field)
{
	field->form = FORM_ONE;
}

static void drop_merge(struct field *field)
{
	field->merge = MERGE_DEFAULT;
}

static void drop_unique(struct field *field)
{
	field->unique = UNIQUE_NONE;
}

static void drop_path(struct field *field)
{
	field->path = PATH_NONE;
}

static void drop_words(struct field *field)
{
	field->words = NULL;
}

static void drop_limits(struct field *field)
{
	field->min = field->max = 0;
}

static void drop_fallback(struct field *field)
{
	field->fallback = NULL;
}

static const struct rule rules[] = {
	{"name", drop_name},
	{"json_name", drop_json_name},
	{"form", drop_form},
	{"merge", drop_merge},
	{"unique", drop_unique},
	{"path", drop_path},
	{"words", drop_words},
	{"limits", drop_limits},
	{"fallback", drop_fallback},
};

static const char *const flag_names[] = {"always_yaml", "null", "number", "required",
	"unique_items", "names", "unhashed", "hidden", "always", "keep_empty", "swarm",
	"unused", "deprecated", "strict", "null_values", "all", "merged", "always_json",
	"raw_text"};

static void list_mutants_of(struct arena *arena, const struct field *field,
	const char *path, struct mutants *out)
{
	struct mutant mutant = {.field = field, .path = path};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		mutant.rule = rules[i].name;
		mutant.without = *field;
		rules[i].drop(&mutant.without);
		/* A rule that the row does not have is not taken away. */
		if (memcmp(&mutant.without, field, sizeof(*field)) != 0)
			ARENA_PUSH(arena, out->items, out->n, mutant);
	}
	for (unsigned i = 0; field->flags >> i; i++) {
		if (!(field->flags >> i & 1))
			continue;
		mutant.rule = flag_names[i];
		mutant.without = *field;
		mutant.without.flags &= ~(1U << i);
		ARENA_PUSH(arena, out->items, out->n, mutant);
	}
}

static void list_mutants(struct arena *arena, struct mutants *out)
{
	struct section_entries sections;

	schema_walk(arena, &project_section, &sections);
	for (size_t i = 0; i < sections.n; i++) {
		const struct section_entry *entry = &sections.items[i];

		for (const struct field *field = entry->section->fields;
			field->type != TYPE_END; field++)
			list_mutants_of(arena, field,
				arena_printf(arena, "%s%s%s", entry->path,
					*entry->path ? "." : "", field->name),
				out);
	}
}

/* The tables are constant, and only this program takes the page's word for it: what is tested is the loader as it is. */
static void take_away(const struct mutant *mutant)
{
	struct field *field = (struct field *)(uintptr_t)mutant->field;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)field & ~(page - 1);
	uintptr_t end = (uintptr_t)(field + 1);

	check(mprotect((void *)first, end - first, PROT_READ | PROT_WRITE) == 0,
		"mprotect a table");
	*field = mutant->without;
}

/* ---- which cases are asked first */

/* How many of the words of a key's path are in the case's files. */
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

struct ranked {
	const struct golden_case *item;
	unsigned rank;
};

static int rank_compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

/* Those that are written for rules, or for all of one row, say so by their names. */
static bool is_about_rules(const struct golden_case *c)
{
	return strncmp(c->name, "rule-", strlen("rule-")) == 0 ||
		strncmp(c->name, "row-", strlen("row-")) == 0;
}

static struct ranked *rank_cases(struct arena *arena, const struct mutant *mutant,
	const struct golden_cases *cases)
{
	struct ranked *ranked = ARENA_NEW_N(arena, cases->n, struct ranked);

	for (size_t i = 0; i < cases->n; i++)
		ranked[i] = (struct ranked){&cases->items[i],
			2 * words_in(&cases->items[i], mutant->path) +
				is_about_rules(&cases->items[i])};
	qsort(ranked, cases->n, sizeof(*ranked), rank_compare);
	return ranked;
}

/* Whether the cases hold without the rule, those that are the likeliest to miss it. */
static bool holds_without(struct arena *arena, const struct mutant *mutant,
	const struct golden_cases *cases, const struct captured *captured)
{
	const struct ranked *ranked = rank_cases(arena, mutant, cases);

	take_away(mutant);
	for (size_t i = 0; i < cases->n && i < MOST_CASES; i++)
		if (!case_holds(ranked[i].item, captured))
			return false;
	return true;
}

/* ---- a process for each rule */

static _Noreturn void ask_without(struct arena *arena, const struct mutant *mutant,
	const struct golden_cases *cases, const struct captured *captured)
{
	struct captured quiet = *captured;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	bool holds;

	check(null >= 0, "/dev/null");
	alarm(MAX_RULE_S);
	quiet.own_out = quiet.own_err = null;
	dup2(null, STDOUT_FILENO);
	holds = holds_without(arena, mutant, cases, &quiet);
	fflush(stdout);
	_exit(holds ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* A crash is a test that fails, too. */
static bool is_missed(struct arena *arena, const struct mutant *mutant,
	const struct golden_cases *cases, const struct captured *captured)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	check(pid >= 0, "fork");
	if (pid == 0)
		ask_without(arena, mutant, cases, captured);
	check(waitpid(pid, &status, 0) == pid, "waitpid");
	return !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct arena arena = {0};
	struct golden_cases cases = {0};
	struct captured captured;
	struct mutants mutants = {0};
	size_t survivors = 0;

	captured_open(&captured);
	for (int i = 1; i < argc; i++)
		check(cases_read(&arena, argv[i], &cases), argv[i]);
	list_mutants(&arena, &mutants);
	for (size_t i = 0; i < mutants.n; i++) {
		const struct mutant *mutant = &mutants.items[i];

		if (is_missed(&arena, mutant, &cases, &captured))
			continue;
		survivors++;
		printf("nobody misses %s: %s\n", mutant->path, mutant->rule);
	}
	printf("%zu rules taken away, %zu not missed\n", mutants.n, survivors);
	captured_close(&captured);
	arena_finish(&arena);
	return mutants.n > FEWEST_RULES && survivors == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
