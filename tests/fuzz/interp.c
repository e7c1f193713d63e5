/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as text with variables in it. */

#include "compose/loader/interp.h"
#include "base/arena.h"
#include "compose/loader/env.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	const char *text;
	struct env env;
	struct interp interp = {.arena = arena, .env = &env};

	env_init(&env, arena, NULL);
	env_set(&env, "A", "value", (struct pos){0});
	env_set(&env, "E", "", (struct pos){0});
	interp_expand(&interp, arena_strndup(arena, data, len), &text);
}
