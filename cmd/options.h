/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flags as pflag reads them, from tables (command.h says how they look). Pure: argv in, structs out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct operands;
struct option;

/* A table and the struct that its rows fill in. */
struct option_target {
	const struct option *opts; /* NULL: no rows */
	void *out;
};

struct parse {
	const struct option_target *targets; /* searched in order */
	size_t ntargets;
	bool stop_at_operand;
	/* Where an unknown flag may have been meant for: "davit"'s flags stand before the command. NULL: nowhere. */
	const struct option *elsewhere;
};

/*
 * Fills in the targets. Operands point into argv; with stop_at_operand they are all from the first one on.
 * "--" ends the options and is dropped.
 */
bool options_parse(struct arena *arena, const struct parse *parse, int argc,
	char *const *argv, struct operands *out_operands, struct err *err);

/* Sets the defaults of a table, as if they were given. */
void options_preset(struct arena *arena, const struct option_target *target);

/* "1" "t" "true" "y" "0" "f" "false" "n" in any case, as Go's ParseBool and compose have it. */
bool parse_bool(const char *text, bool *out);

/* "512m", "1.5g", "64kb", "100": docker's sizes, by powers of 1024. */
bool parse_bytes(const char *text, int64_t *out);
