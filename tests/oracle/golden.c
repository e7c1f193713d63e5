/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares what "davit config" says of many small projects with what docker compose 2.40.3 said: golden CASE-FILE...
 *
 * A case file has many cases: "== NAME", then "-- PATH" and its text for each file of the project; besides:
 *   args             flags that stand before "config"
 *   env              variables, one a line
 *   stdin            what is on the standard input
 *   also             more flags of config to compare, one set a line
 *   expect FLAGS     what the peer says to "config FLAGS"; lists are sorted
 *   fails FLAGS      the peer fails, and the first line of its complaint
 *   differs: WHY     davit does otherwise on purpose: what it says is in
 *   davit FLAGS      instead, or it fails: "davit fails FLAGS"
 *
 * The answers come from renew. All runs within this process, in the folder where the peer was asked, for paths are
 * in its answers and hashes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"
#include "base/schema.h"
#include "base/schema_walk.h"
#include "base/str.h"
#include "base/texts.h"
#include "base/words.h"
#include "cmd/commands.h"
#include "cmd/program.h"
#include "compose/model/fields.h"

#define WHERE "/tmp/davit-oracle"
#define LOCK WHERE ".lock"
#define MAX_ARGS 64

struct part {
	const char *title, *text;
};

struct parts {
	struct part *items;
	size_t n;
};

struct golden_case {
	struct arena *arena;
	const char *name;
	struct parts parts;
	bool differs;
};

/* Where the output of davit goes, read after each run; and where ours goes. */
struct captured {
	int out, err;
	int own_out, own_err;
	int start; /* the folder where we were called */
};

struct totals {
	unsigned passed, failed;
};

static const char *part_text(const struct golden_case *c, const char *title)
{
	for (size_t i = 0; i < c->parts.n; i++)
		if (text_eq(c->parts.items[i].title, title))
			return c->parts.items[i].text;
	return NULL;
}

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

/* ---- the files of a case */

static bool is_answer(const char *title)
{
	return text_starts(title, "expect") || text_starts(title, "fails") ||
		text_starts(title, "davit") || text_starts(title, "differs: ");
}

static bool is_file(const char *title)
{
	return !is_answer(title) && !text_eq(title, "args") && !text_eq(title, "env") &&
		!text_eq(title, "also");
}

static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		check(mkdir(path, 0777) == 0 || errno == EEXIST, path);
		*slash = '/';
	}
}

static char *file_path(const struct golden_case *c, const char *title)
{
	return arena_printf(c->arena,
		text_eq(title, "stdin") ? WHERE "/%s/%s" : WHERE "/%s/app/%s", c->name,
		title);
}

static void write_file(const struct golden_case *c, const struct part *part)
{
	char *path = file_path(c, part->title);
	auto_file file = NULL;

	make_folders(path);
	file = fopen(path, "we");
	check(file && fputs(part->text, file) >= 0 && fflush(file) == 0, path);
}

static void write_files(const struct golden_case *c)
{
	make_folders(file_path(c, ""));
	for (size_t i = 0; i < c->parts.n; i++)
		if (is_file(c->parts.items[i].title))
			write_file(c, &c->parts.items[i]);
	check(chdir(file_path(c, "")) == 0, "change to the folder of a case");
}

/* Removes the folders that its removal leaves empty, too. */
static void remove_file(const struct golden_case *c, const char *title)
{
	char *path = file_path(c, title);

	unlink(path);
	for (char *slash = strrchr(path, '/'); slash; slash = strrchr(path, '/')) {
		*slash = '\0';
		if (rmdir(path) != 0)
			return;
	}
}

static void remove_files(const struct golden_case *c)
{
	for (size_t i = 0; i < c->parts.n; i++)
		if (is_file(c->parts.items[i].title))
			remove_file(c, c->parts.items[i].title);
}

/* ---- one run */

static int open_memory(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	check(fd >= 0, "memfd_create");
	return fd;
}

static void captured_text(int fd, struct str *out)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char room[4096];
	ssize_t n;

	for (off_t at = 0; at < size && (n = pread(fd, room, sizeof(room), at)) > 0;
		at += n)
		str_add_n(out, room, (size_t)n);
	check(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0, "empty a capture");
}

static void direct_output(int out, int err)
{
	fflush(stdout);
	check(dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0,
		"direct the output");
}

static void open_stdin(const struct golden_case *c)
{
	const char *path = part_text(c, "stdin") ? file_path(c, "stdin") : "/dev/null";

	check(freopen(path, "re", stdin), path);
}

static void add_words(struct arena *arena, char **argv, int *argc, const char *text)
{
	struct strings words = {0};

	words_split(arena, text, &words);
	for (size_t i = 0; i < words.n && *argc < MAX_ARGS - 1; i++)
		argv[(*argc)++] = arena_strdup(arena, words.items[i]);
}

static char **environment(const struct golden_case *c)
{
	static const char always[] = "PATH=/usr/bin:/bin\nHOME=/root\n";
	const char *own = part_text(c, "env");
	char *text = arena_printf(c->arena, "%s%s", always, own ? own : ""), *save = NULL;
	char **vars = arena_alloc(c->arena, (strlen(text) + 1) * sizeof(*vars));
	size_t n = 0;

	for (char *line = strtok_r(text, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save))
		vars[n++] = line;
	return vars;
}

/* davit ARGS config FLAGS */
static int run_davit(const struct golden_case *c, const char *flags)
{
	static const struct command *const commands[] = {&cmd_config, NULL};
	static const struct program program = {.commands = commands};
	const char *args = part_text(c, "args");
	char *argv[MAX_ARGS + 1] = {arena_strdup(c->arena, "davit")};
	int argc = 1;

	if (args)
		add_words(c->arena, argv, &argc, args);
	argv[argc++] = arena_strdup(c->arena, "config");
	add_words(c->arena, argv, &argc, flags);
	return program_run(&program, argc, argv, environment(c));
}

/* ---- one comparison */

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The peer's order is a random one. */
static bool is_unordered(const char *flags)
{
	static const char *const lists[] = {"--services", "--images", "--volumes",
		"--networks", "--variables", "--environment"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (strstr(flags, lists[i]))
			return true;
	return false;
}

static void sort_lines(struct arena *arena, struct str *text)
{
	char *copy = arena_strdup(arena, str_text(text)), *save = NULL;
	struct strings lines = {0};

	for (char *line = strtok_r(copy, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save))
		ARENA_PUSH(arena, lines.items, lines.n, line);
	if (lines.n > 0)
		qsort(lines.items, lines.n, sizeof(*lines.items), compare_lines);
	str_clear(text);
	for (size_t i = 0; i < lines.n; i++)
		str_printf(text, "%s\n", lines.items[i]);
}

static bool complain(const struct golden_case *c, const char *flags, const char *expected,
	const char *text)
{
	printf("not ok %s: config %s\n--- expected\n%s--- davit\n%s", c->name, flags,
		expected ? expected : "(it fails)\n", text);
	return false;
}

/* expected: NULL when it fails. */
static bool same(const struct golden_case *c, const char *flags, const char *expected,
	const struct captured *captured)
{
	auto_str out = {0}, errors = {0};
	int status;

	open_stdin(c);
	direct_output(captured->out, captured->err);
	status = run_davit(c, flags);
	direct_output(captured->own_out, captured->own_err);
	captured_text(captured->out, &out);
	captured_text(captured->err, &errors);
	if (status != 0)
		return !expected || complain(c, flags, expected, str_text(&errors));
	if (is_unordered(flags))
		sort_lines(c->arena, &out);
	if (out.len > 0 && str_text(&out)[out.len - 1] != '\n')
		str_add_c(&out, '\n');
	return text_eq(str_text(&out), expected) ||
		complain(c, flags, expected, str_text(&out));
}

/* FLAGS of a title "KIND" or "KIND FLAGS", or NULL. */
static const char *flags_of(const char *title, const char *kind)
{
	size_t len = strlen(kind);

	if (!text_starts(title, kind) || (title[len] && title[len] != ' '))
		return NULL;
	return title[len] ? title + len + 1 : "";
}

/* Whether davit's own answer stands for the peer's. */
static bool is_overruled(const struct golden_case *c, const char *flags)
{
	const char *gap = *flags ? " " : "";

	return part_text(c, arena_printf(c->arena, "davit%s%s", gap, flags)) ||
		part_text(c, arena_printf(c->arena, "davit fails%s%s", gap, flags));
}

static bool part_holds(const struct golden_case *c, const struct part *part,
	const struct captured *captured)
{
	const char *flags;

	if ((flags = flags_of(part->title, "davit fails")))
		return same(c, flags, NULL, captured);
	if ((flags = flags_of(part->title, "davit")))
		return same(c, flags, part->text, captured);
	if ((flags = flags_of(part->title, "expect")))
		return is_overruled(c, flags) || same(c, flags, part->text, captured);
	if ((flags = flags_of(part->title, "fails")))
		return is_overruled(c, flags) || same(c, flags, NULL, captured);
	return true;
}

/* A case without an answer holds nothing; nor does a difference that is none. */
static bool is_whole(const struct golden_case *c)
{
	bool answered = false, differs = false;

	for (size_t i = 0; i < c->parts.n; i++) {
		answered = answered || flags_of(c->parts.items[i].title, "expect") ||
			flags_of(c->parts.items[i].title, "fails");
		differs = differs || flags_of(c->parts.items[i].title, "davit");
	}
	if (answered && differs == c->differs)
		return true;
	printf("not ok %s: %s: run renew\n", c->name,
		!answered ? "there is no answer"
			  : "it does not differ, or does not say why");
	return false;
}

static void run_case(const struct golden_case *c, const struct captured *captured,
	struct totals *totals)
{
	bool ok;

	if (!c->name)
		return;
	ok = is_whole(c);
	write_files(c);
	for (size_t i = 0; i < c->parts.n; i++)
		ok = part_holds(c, &c->parts.items[i], captured) && ok;
	check(fchdir(captured->start) == 0, "change back");
	remove_files(c);
	totals->passed += ok;
	totals->failed += !ok;
}

/* ---- the case file */

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

static void add_part(struct golden_case *c, const char *title, const char *text)
{
	const struct part part = {title, text};

	ARENA_PUSH(c->arena, c->parts.items, c->parts.n, part);
	c->differs = c->differs || text_starts(title, "differs: ");
}

static void run_text(
	const char *text, const struct captured *captured, struct totals *totals)
{
	struct arena arena = {0};
	struct golden_case c = {0};

	for (const char *at = next_title(text), *end; *at; at = end) {
		size_t len = strcspn(at, "\n");
		const char *title = arena_strndup(&arena, at + 3, len > 3 ? len - 3 : 0);
		const char *body = at[len] ? at + len + 1 : at + len;

		end = next_title(body);
		if (*at == '-') {
			add_part(&c, title,
				arena_strndup(&arena, body, (size_t)(end - body)));
			continue;
		}
		run_case(&c, captured, totals);
		c = (struct golden_case){.arena = &arena, .name = title};
	}
	run_case(&c, captured, totals);
	arena_finish(&arena);
}

static void run_file(
	const char *path, const struct captured *captured, struct totals *totals)
{
	auto_file file = fopen(path, "re");
	auto_str text = {0};
	char room[8192];
	size_t n;

	check(file, path);
	while ((n = fread(room, 1, sizeof(room), file)) > 0)
		str_add_n(&text, room, n);
	run_text(str_text(&text), captured, totals);
}

/* Two that run at once share the folder: one waits. */
static int lock(void)
{
	int fd = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	check(fd >= 0 && flock(fd, LOCK_EX) == 0, LOCK);
	return fd;
}

/* ---- the mask: a row of the tables that nobody can find */

/*
 * Row n of all rows of all sections, without its name; NULL: there are not that many. The tables are constant, and
 * only this program takes the page's word for it: what is tested is the loader as it is.
 */
static const char *mask_row(struct arena *arena, long n)
{
	struct section_entries sections;

	schema_walk(arena, &project_section, &sections);
	for (size_t i = 0; i < sections.n; i++) {
		const struct field *field = sections.items[i].section->fields;

		for (; field->type != TYPE_END; field++) {
			const char *name = field->name;
			uintptr_t page = (uintptr_t)&field->name & ~(uintptr_t)4095;

			if (n-- > 0)
				continue;
			if (mprotect((void *)page, 2 * 4096, PROT_READ | PROT_WRITE))
				return NULL;
			*(const char **)(uintptr_t)&field->name = "\1";
			return arena_printf(arena, "%s.%s", sections.items[i].path, name);
		}
	}
	return NULL;
}

enum { NO_ROW = 3 };

/* golden --mask N CASE-FILE...: succeeds when the cases do, which is when nobody misses row N. */
int main(int argc, char **argv)
{
	struct totals totals = {0};
	auto_fd locked = lock();
	const struct captured captured = {
		.out = open_memory("stdout"),
		.err = open_memory("stderr"),
		.own_out = dup(STDOUT_FILENO),
		.own_err = dup(STDERR_FILENO),
		.start = open(".", O_DIRECTORY | O_CLOEXEC),
	};

	struct arena arena = {0};
	int first = 1;

	if (argc > 2 && text_eq(argv[1], "--mask")) {
		const char *row = mask_row(&arena, strtol(argv[2], NULL, 10));

		if (!row)
			return NO_ROW;
		printf("masked %s\n", row);
		first = 3;
	}
	/* One case that misses the row is enough. */
	for (int i = first; i < argc && (first == 1 || !totals.failed); i++)
		run_file(argv[i], &captured, &totals);
	arena_finish(&arena);
	printf("oracle passed %u\noracle failed %u\n", totals.passed, totals.failed);
	return locked < 0 || totals.failed || !totals.passed ? EXIT_FAILURE
							     : EXIT_SUCCESS;
}
