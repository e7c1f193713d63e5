/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file of variables, in both formats. */

#include "compose/loader/dotenv.h"
#include "base/arena.h"
#include "base/err.h"
#include "compose/loader/env.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct errs errs;
	struct env env;

	errs_init(&errs, arena);
	env_init(&env, arena, NULL);
	dotenv_read(arena, "fuzz.env", data, len, DOTENV, &env, &errs);
	dotenv_read(arena, "fuzz.env", data, len, DOTENV_RAW, &env, &errs);
}
