/* SPDX-License-Identifier: Apache-2.0 */
/* The entry point that libFuzzer calls. */

#include <stdint.h>

#include "base/arena.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;

	arena_init(&arena);
	fuzz(&arena, (const char *)data, size);
	arena_finish(&arena);
	return 0;
}
