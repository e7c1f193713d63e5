/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/command.h"
#include "tests/unit/test.h"

struct opts {
	bool all;
	struct opt_bool rm;
	const char *name;
	struct opt_i64 timeout;
	struct strings scales;
	struct opt_i64 memory;
};

static const struct option rows[] = {
	O_BOOL(struct opts, all, "all", .letter = 'a', .help = "All"),
	O_BYTES(struct opts, memory, "memory", .letter = 'm', .value = "BYTES",
		.help = "Memory"),
	O_TEXT(struct opts, name, "name", .letter = 'n', .value = "NAME", .preset = "web",
		.help = "Name"),
	O_TRI(struct opts, rm, "rm", .help = "Remove"),
	O_TEXTS(struct opts, scales, "scale", .value = "SERVICE=N", .help = "Scale"),
	O_INT(struct opts, timeout, "timeout", .letter = 't', .value = "SECONDS",
		.help = "Timeout"),
	OPTION_END,
};

static const struct option others[] = {
	{.name = "file", .letter = 'f', .type = OPTION_TEXTS},
	OPTION_END,
};

struct fixture {
	struct arena arena;
	struct opts opts;
	struct operands operands;
	struct err err;
	bool stop_at_operand;
};

#define ARGS_MAX 16

/* Parses words that are separated by blanks; "_" is an empty one. */
static bool parse(struct fixture *f, const char *line)
{
	const struct option_target target = {rows, &f->opts};
	const struct parse how = {.targets = &target,
		.ntargets = 1,
		.stop_at_operand = f->stop_at_operand,
		.elsewhere = others};
	char *text = arena_strdup(&f->arena, line), *save = NULL;
	char **argv = ARENA_NEW_N(&f->arena, ARGS_MAX, char *);
	int argc = 0;

	for (char *word = strtok_r(text, " ", &save); word;
		word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	f->opts = (struct opts){0};
	return options_parse(&f->arena, &how, argc, argv, &f->operands, &f->err);
}

TEST(options_read_all_ways_to_write_a_flag)
{
	struct fixture f = {0};

	assert_true(parse(&f,
		"-at5 --name=x --scale a=1 web --scale b=2 --rm=false -m 1.5g -- -a"));
	assert_true(f.opts.all);
	assert_int_equal(f.opts.timeout.value, 5);
	assert_string_equal(f.opts.name, "x");
	assert_true(f.opts.rm.set && !f.opts.rm.value);
	assert_int_equal(f.opts.memory.value, 3LL << 29);
	assert_int_equal(f.opts.scales.n, 2);
	assert_string_equal(f.opts.scales.items[1], "b=2");
	assert_int_equal(f.operands.n, 2);
	assert_string_equal(f.operands.items[1], "-a");
	arena_finish(&f.arena);
}

TEST(options_take_letters_with_equals_and_separate_values)
{
	struct fixture f = {0};

	assert_true(parse(&f, "-t=7 -n y -a=false"));
	assert_int_equal(f.opts.timeout.value, 7);
	assert_string_equal(f.opts.name, "y");
	assert_false(f.opts.all);
	assert_true(parse(&f, "-t -5"));
	assert_int_equal(f.opts.timeout.value, -5);
	arena_finish(&f.arena);
}

TEST(options_have_presets_and_tell_what_was_not_given)
{
	struct fixture f = {0};

	assert_true(parse(&f, ""));
	assert_string_equal(f.opts.name, "web");
	assert_false(f.opts.timeout.set);
	assert_false(f.opts.scales.set);
	arena_finish(&f.arena);
}

TEST(options_stop_at_the_first_operand_where_asked)
{
	struct fixture f = {.stop_at_operand = true};

	assert_true(parse(&f, "-a web -t x --bogus"));
	assert_int_equal(f.operands.n, 4);
	assert_string_equal(f.operands.items[1], "-t");
	arena_finish(&f.arena);
}

TEST(options_say_what_is_wrong)
{
	static const struct {
		const char *line;
		const char *text;
	} cases[] = {
		{"--bogus", "unknown flag: --bogus"},
		{"--nam=x", "unknown flag: --nam\nDid you mean --name?"},
		{"--timeuot 5", "unknown flag: --timeuot\nDid you mean --timeout?"},
		{"-ax", "unknown shorthand flag: 'x' in -ax"},
		{"-f x",
			"unknown shorthand flag: 'f' in -f\nIt stands before the "
			"command: davit -f ..."},
		{"--file x",
			"unknown flag: --file\nIt stands before the command: davit "
			"--file ..."},
		{"--timeout", "flag needs an argument: --timeout"},
		{"-at", "flag needs an argument: 't' in -at"},
		{"-t x",
			"invalid argument \"x\" for \"-t, --timeout\" flag: not a "
			"number"},
		{"--rm=maybe",
			"invalid argument \"maybe\" for \"--rm\" flag: not true or "
			"false"},
		{"-m lots",
			"invalid argument \"lots\" for \"-m, --memory\" flag: not a size "
			"such as 512m or 2g"},
		{"---a", "bad flag syntax: ---a"},
		{"--=a", "bad flag syntax: --=a"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f = {0};

		assert_false(parse(&f, cases[i].line));
		assert_string_equal(f.err.text, cases[i].text);
		arena_finish(&f.arena);
	}
}

TEST(parse_bytes_reads_dockers_sizes)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} cases[] = {
		{"0", 0},
		{"100", 100},
		{"1k", 1024},
		{"1kb", 1024},
		{"1KiB", 1024},
		{"2 m", 2 << 20},
		{"0.5g", 1 << 29},
		{"1b", 1},
		{"1t", 1LL << 40},
	};
	static const char *const bad[] = {
		"", "x", "-1", "1x", "1kk", "inf", "nan", "0x10", "9e30"};
	int64_t bytes;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(parse_bytes(cases[i].text, &bytes));
		assert_int_equal(bytes, cases[i].bytes);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(parse_bytes(bad[i], &bytes));
}
