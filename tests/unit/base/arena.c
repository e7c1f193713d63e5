/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <string.h>

#include "tests/unit/test.h"

TEST(arena_push_keeps_all_values_while_it_grows)
{
	struct arena arena = {0};
	int *values = NULL;
	size_t n = 0;

	for (int i = 0; i < 1000; i++)
		ARENA_PUSH(&arena, values, n, i);
	assert_int_equal(n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(values[i], i);
	arena_finish(&arena);
}

/* Large ones move to twice their room, and leave nothing behind. */
TEST(arena_push_of_large_arrays_takes_no_more_than_they_need)
{
	struct arena arena = {0};
	int *first = NULL, *second = NULL;
	size_t nfirst = 0, nsecond = 0;

	for (int i = 0; i < 1 << 17; i++) {
		ARENA_PUSH(&arena, first, nfirst, i);
		ARENA_PUSH(&arena, second, nsecond, -i);
	}
	for (int i = 0; i < 1 << 17; i++)
		assert_true(first[i] == i && second[i] == -i);
	assert_true(arena_holds(&arena, &second[nsecond - 1]));
	assert_in_range(arena.used_bytes, 2 * nfirst * sizeof(int),
		2 * nfirst * sizeof(int) + (256 << 10));
	arena_finish(&arena);
	assert_false(arena_holds(&arena, first));
}

TEST(arena_alloc_is_zeroed_and_takes_big_blocks)
{
	struct arena arena = {0};
	unsigned char *big = arena_alloc(&arena, (size_t)3 << 20);

	assert_int_equal(big[0] | big[(3 << 20) - 1], 0);
	memset(big, 0xff, (size_t)3 << 20);
	assert_string_equal(arena_printf(&arena, "%s-%d", "a", 7), "a-7");
	arena_finish(&arena);
	assert_null(arena.block);
}

TEST(arena_strdup_of_null_is_null)
{
	struct arena arena = {0};

	assert_null(arena_strdup(&arena, NULL));
	arena_finish(&arena);
}
