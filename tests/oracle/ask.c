/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/oracle/ask.h"

#include <errno.h>
#include <fcntl.h>
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
#include "base/str.h"
#include "base/texts.h"
#include "base/words.h"
#include "cmd/commands.h"
#include "cmd/program.h"
#include "tests/oracle/case.h"

#define WHERE "/tmp/davit-oracle"
#define LOCK WHERE ".lock"
#define MAX_ARGS 64

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

/* ---- the files of a case */

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
	for (size_t i = 0; i < c->nparts; i++)
		if (part_is_file(&c->parts[i]))
			write_file(c, &c->parts[i]);
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
	for (size_t i = 0; i < c->nparts; i++)
		if (part_is_file(&c->parts[i]))
			remove_file(c, c->parts[i].title);
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
	const char *path = case_part(c, "stdin") ? file_path(c, "stdin") : "/dev/null";

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
	const char *own = case_part(c, "env");
	char *text = arena_printf(c->arena, "%s%s", always, own ? own : ""), *save = NULL;
	char **vars = arena_alloc(c->arena, (strlen(text) + 1) * sizeof(*vars));
	size_t n = 0;

	for (char *line = strtok_r(text, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save))
		vars[n++] = line;
	return vars;
}

/* davit MORE ARGS config FLAGS */
static int run_davit(const struct golden_case *c, const char *more, const char *flags)
{
	static const struct command *const commands[] = {&cmd_config, NULL};
	static const struct program program = {.commands = commands};
	const char *args = case_part(c, "args");
	char *argv[MAX_ARGS + 1] = {arena_strdup(c->arena, "davit")};
	int argc = 1;

	add_words(c->arena, argv, &argc, more);
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

/* Returns the status of davit MORE ARGS config FLAGS. */
static int run_captured(const struct golden_case *c, const char *more, const char *flags,
	const struct captured *captured, struct str *out, struct str *errors)
{
	int status;

	open_stdin(c);
	direct_output(captured->out, captured->err);
	status = run_davit(c, more, flags);
	direct_output(captured->own_out, captured->own_err);
	captured_text(captured->out, out);
	captured_text(captured->err, errors);
	return status;
}

/* expected: NULL when it fails. */
static bool same(const struct golden_case *c, const char *flags, const char *expected,
	const struct captured *captured)
{
	auto_str out = {0}, errors = {0};

	if (run_captured(c, "", flags, captured, &out, &errors) != 0)
		return !expected || complain(c, flags, expected, str_text(&errors));
	if (is_unordered(flags))
		sort_lines(c->arena, &out);
	if (out.len > 0 && str_text(&out)[out.len - 1] != '\n')
		str_add_c(&out, '\n');
	return text_eq(str_text(&out), expected) ||
		complain(c, flags, expected, str_text(&out));
}

static bool warns(const struct golden_case *c, const char *expected,
	const struct captured *captured)
{
	auto_str out = {0}, errors = {0};

	run_captured(c, "--strict", "-q", captured, &out, &errors);
	return text_eq(str_text(&errors), expected) ||
		complain(c, "with --strict", expected, str_text(&errors));
}

/* Whether davit's own answer stands for the peer's. */
static bool is_overruled(const struct golden_case *c, const char *flags)
{
	const char *gap = *flags ? " " : "";

	return case_part(c, arena_printf(c->arena, "davit%s%s", gap, flags)) ||
		case_part(c, arena_printf(c->arena, "davit fails%s%s", gap, flags));
}

static bool part_holds(const struct golden_case *c, const struct part *part,
	const struct captured *captured)
{
	const char *flags;

	if (text_eq(part->title, "strict"))
		return warns(c, part->text, captured);
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

	for (size_t i = 0; i < c->nparts; i++) {
		answered = answered || flags_of(c->parts[i].title, "expect") ||
			flags_of(c->parts[i].title, "fails");
		differs = differs || flags_of(c->parts[i].title, "davit");
	}
	if (answered && differs == c->differs)
		return true;
	printf("not ok %s: %s: run renew\n", c->name,
		!answered ? "there is no answer"
			  : "it does not differ, or does not say why");
	return false;
}

bool case_holds(const struct golden_case *c, const struct captured *captured)
{
	bool ok = is_whole(c);

	write_files(c);
	for (size_t i = 0; i < c->nparts; i++)
		ok = part_holds(c, &c->parts[i], captured) && ok;
	check(fchdir(captured->start) == 0, "change back");
	remove_files(c);
	return ok;
}

void captured_open(struct captured *captured)
{
	captured->lock = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	check(captured->lock >= 0 && flock(captured->lock, LOCK_EX) == 0, LOCK);
	captured->out = open_memory("stdout");
	captured->err = open_memory("stderr");
	captured->own_out = dup(STDOUT_FILENO);
	captured->own_err = dup(STDERR_FILENO);
	captured->start = open(".", O_DIRECTORY | O_CLOEXEC);
	check(captured->own_out >= 0 && captured->own_err >= 0 && captured->start >= 0,
		"keep what is ours");
}

void captured_close(struct captured *captured)
{
	const int fds[] = {captured->out, captured->err, captured->own_out,
		captured->own_err, captured->start, captured->lock};

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		close(fds[i]);
}
