/* SPDX-License-Identifier: Apache-2.0 */
/* Which profiles are asked for: by --profile, or else by COMPOSE_PROFILES. */
#pragma once

#include "base/err.h"
#include "base/texts.h"

struct load_opts;
struct project;

struct wanted_profiles {
	struct strings names;
	bool by_variable;
	struct pos pos; /* of the variable, if a file has it */
};

void profiles_wanted(struct arena *arena, const struct load_opts *opts,
	const struct project *project, struct wanted_profiles *out);

/*
 * Warns of names that no service has, where they are certainly a mistake: those of a flag or a file of the
 * project. The shell's variable may be meant for other projects, so there a name has to be near to one.
 */
void profiles_warn(const struct project *project, const struct wanted_profiles *wanted,
	struct errs *errs);
