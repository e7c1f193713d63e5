/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/arena.h"
#include "base/node.h"
#include "tests/unit/test.h"

TEST(map_finds_all_of_many_in_their_order)
{
	struct arena arena = {0};
	struct map map;

	map_init(&map, &arena);
	assert_null(map_get(&map, "k1"));
	for (int i = 0; i < 500; i++)
		assert_null(map_put(&map, arena_printf(&arena, "k%d", i),
			arena_printf(&arena, "v%d", i)));
	assert_string_equal(map_get(&map, "k321"), "v321");
	assert_string_equal(map_put(&map, "k3", NULL), "v3");
	assert_true(map_has(&map, "k3"));
	assert_string_equal(map.entries[499].key, "k499");
	arena_finish(&arena);
}

TEST(node_maps_stay_right_when_indexed_and_removed_from)
{
	struct arena arena = {0};
	struct node *map = node_map(&arena);

	for (int i = 0; i < 100; i++)
		node_set_int(&arena, map, arena_printf(&arena, "k%d", i), i);
	assert_true(node_remove(&arena, map, "k50"));
	assert_false(node_remove(&arena, map, "k50"));
	assert_null(node_get(map, "k50"));
	assert_int_equal(node_get_int(map, "k99", -1), 99);
	assert_int_equal(map->npairs, 99);
	arena_finish(&arena);
}

TEST(node_path_walks_and_stops_at_nothing)
{
	struct arena arena = {0};
	struct node *map = node_map(&arena), *inner = node_map(&arena);

	node_set(&arena, map, "State", inner);
	node_set_text(&arena, inner, "Status", "running");
	assert_true(node_is_text(node_path(map, "State.Status"), "running"));
	assert_null(node_path(map, "State.Health.Status"));
	assert_null(node_path(NULL, "a.b"));
	arena_finish(&arena);
}
