/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands and their options as tables: one row drives parsing, checking, --help, completion and man pages.
 *
 * Flags are pflag's, as docker's are: --flag value, --flag=value, --bool=false, -abc, -tVALUE, no
 * abbreviations, repeats collect, "--" ends options; commands with STOP_AT_OPERAND (run, exec) leave all after
 * the first operand alone. Root flags stand before the command; --dry-run everywhere.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "compose/model/project.h"

struct app;
struct str;
struct wish;

enum option_type {
	OPTION_BOOL,  /* bool */
	OPTION_TRI,   /* struct opt_bool: whether it was given matters */
	OPTION_TEXT,  /* const char * */
	OPTION_INT,   /* struct opt_i64 */
	OPTION_TEXTS, /* struct strings, one a repeat */
	OPTION_BYTES, /* struct opt_i64, "512m" */
};

enum option_flags {
	OPTION_HIDDEN = 1 << 0,
	OPTION_DEPRECATED = 1 << 1, /* hidden, and said to be so when it is used */
	OPTION_IGNORED = 1 << 2,    /* accepted, without effect */
	OPTION_NEEDS_ENGINE = 1
		<< 3, /* OPTION_BOOL: only davit-engine can do what it asks for */
};

struct option {
	const char *name; /* long, without dashes */
	char letter;      /* 0: none */
	enum option_type type;
	size_t offset; /* into the command's options struct */
	const char *
		value; /* what the value is called in help: "SECONDS"; NULL for booleans */
	const char *help;
	const char *
		preset; /* default shown in help; the parser sets it as if it were given; NULL: zero */
	unsigned flags;
};

#define OPTION_END \
	{          \
		0  \
	}

/* Rows, with the member's type checked by the compiler: struct, member, name; then .letter, .help, ... */
#define OPTION_MEMBER(s, m, t) (offsetof(s, m) + 0 * sizeof(_Generic(((s *)0)->m, t : 0)))
#define OPTION_ROW(s, m, t, n, ...)                                      \
	{                                                                \
		.name = n, .offset = OPTION_MEMBER(s, m, t), __VA_ARGS__ \
	}
#define O_BOOL(s, m, n, ...) OPTION_ROW(s, m, bool, n, .type = OPTION_BOOL, __VA_ARGS__)
#define O_TRI(s, m, n, ...) \
	OPTION_ROW(s, m, struct opt_bool, n, .type = OPTION_TRI, __VA_ARGS__)
#define O_TEXT(s, m, n, ...) \
	OPTION_ROW(s, m, const char *, n, .type = OPTION_TEXT, __VA_ARGS__)
#define O_INT(s, m, n, ...) \
	OPTION_ROW(s, m, struct opt_i64, n, .type = OPTION_INT, __VA_ARGS__)
#define O_TEXTS(s, m, n, ...) \
	OPTION_ROW(s, m, struct strings, n, .type = OPTION_TEXTS, __VA_ARGS__)
#define O_BYTES(s, m, n, ...) \
	OPTION_ROW(s, m, struct opt_i64, n, .type = OPTION_BYTES, __VA_ARGS__)

enum command_needs {
	NEEDS_ENGINE = 1 << 0,  /* lives in davit-engine; app_observe connects */
	NEEDS_PROJECT = 1 << 1, /* loaded by main; without a file this is an error */
	NEEDS_NAME = 1
		<< 2, /* a project's name; the file is loaded if there is one, else labels tell (1.5, 8) */
	CHANGES = 1 << 3, /* takes the lock (not with --dry-run) */
	STOP_AT_OPERAND = 1 << 4,
	COMMAND_HIDDEN = 1 << 5,
	SERVICES = 1
		<< 6, /* all operands are services (or globs): checked by main, their profiles enabled */
	SERVICE_FIRST = 1 << 7, /* the first operand is one */
	NEEDS_ENVIRONMENT =
		1 << 8, /* COMPOSE_* of .env, for commands that load by themselves */
};

/* Where a command stands in `davit --help`. */
enum command_group {
	GROUP_DAILY,
	GROUP_STEPS,
	GROUP_INSIDE,
	GROUP_IMAGES,
	GROUP_FILES,
	GROUP_COUNT,
};

struct operands {
	const char *const *items;
	size_t n;
};

struct command {
	const char *name;
	const char *args;   /* "[SERVICE...]", for help */
	const char *help;   /* one line */
	const char *detail; /* more for --help and the man page; NULL: none */
	const struct option *opts;
	size_t opts_size;
	unsigned needs;
	int min_operands;
	int max_operands; /* < 0: any number */
	enum command_group group;
	const char *const *words;   /* what the first operand may be; NULL: anything */
	const char *const *aliases; /* other names, NULL at the end; NULL: none */
	/*
	 * Of commands that are plans: fills in what this invocation asks for. `davit plan NAME` shows that plan;
	 * without a run of its own, the command carries it out. wish is zeroed, and has its services already.
	 */
	bool (*wish)(struct app *app, const void *opts, const struct operands *operands,
		struct wish *out, struct err *err);
	/* opts points to the filled struct. Returns the exit status; errors were shown through app. */
	int (*run)(struct app *app, const void *opts, const struct operands *operands);
};

/* What every command takes besides its own options. */
struct common {
	bool help;
	bool dry_run;
};

/*
 * Parses argv (after the command's name). out_opts is zeroed, opts_size long. With --help the rest is not
 * checked.
 */
bool command_parse(struct arena *arena, const struct command *command, int argc,
	char *const *argv, void *out_opts, struct operands *out_operands,
	struct common *out_common, struct err *err);

/* The rows of struct common. */
extern const struct option command_common_opts[];

/* The text of `davit COMMAND --help`, and of `davit --help`. */
void command_help(struct str *str, const struct command *command);
void root_help(struct str *str, const struct command *const *commands);

/* All rows of an executable, NULL at the end; and one by name or alias, or NULL. */
const struct command *command_find(
	const struct command *const *commands, const char *name);
