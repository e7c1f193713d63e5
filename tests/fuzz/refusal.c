/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the engine's refusal, and as the registry's words in it. */

#include "base/arena.h"
#include "base/err.h"
#include "engine-client/failure.h"
#include "tests/fuzz/fuzz.h"

void fuzz(struct arena *arena, const char *data, size_t len)
{
	struct err err = {0};

	(void)arena;
	failure_of_answer(&err, 500, data, len);
	failure_registry_status(err.text);
}
