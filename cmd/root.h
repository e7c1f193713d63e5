/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flags before the command (compose.md 1.1, 1.2), and how the environment completes them. Pure: the
 * variables come in as pairs.
 */
#pragma once

#include <stdbool.h>

#include "base/opt.h"
#include "base/texts.h"
#include "cmd/command.h"

struct arena;
struct err;
struct root;

/* As given on the command line. */
struct root_flags {
	struct strings files, profiles, env_files;
	const char *project_name;
	const char *project_directory;
	const char *workdir;
	const char *progress;
	const char *ansi;
	const char *dns;
	struct opt_i64 parallel;
	struct opt_bool compatibility;
	bool all_resources, dry_run, no_ansi, strict;
	bool help, version;
	/* docker's own. */
	bool debug, verbose;
	struct strings hosts;
	const char *context, *config, *log_level;
	struct opt_bool tls, tls_verify;
	const char *tls_ca, *tls_cert, *tls_key;
};

extern const struct option root_opts[];

/*
 * Parses up to the command; out_rest starts with its name. As a plugin of docker, the word "compose" stands
 * between docker's own flags and ours, and is dropped.
 */
bool root_parse(struct arena *arena, int argc, char *const *argv, struct root_flags *out,
	struct operands *out_rest, struct err *err);

/*
 * What the flags and the variables make together. root_settle_env does it again for those that a .env file may
 * set, once it was read.
 */
bool root_settle(struct arena *arena, const struct root_flags *flags,
	const struct pairs *environment, struct root *out, struct err *err);
bool root_settle_env(const struct root_flags *flags, const struct pairs *environment,
	struct root *out, struct err *err);
