/* SPDX-License-Identifier: Apache-2.0 */
#include "base/node.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "tests/unit/test.h"

TEST(node_settle_copies_what_lies_aside_and_shares_the_rest)
{
	struct arena here = {0}, aside = {0};
	struct node *shared = node_text(&here, "kept"), *map = node_map(&aside);
	struct node *list = node_list(&aside);
	const struct node *settled;
	struct map words;

	map_init(&words, &here);
	node_set(&aside, map, arena_strdup(&aside, "key"), list);
	for (int i = 0; i < 5; i++)
		node_push(&aside, list, i ? node_int(&aside, i) : shared);
	settled = node_settle(&here, map, &aside, &words);
	arena_finish(&aside);

	assert_int_equal(node_get(settled, "key")->nitems, 5);
	assert_ptr_equal(node_get(settled, "key")->items[0], shared);
	assert_string_equal(node_get(settled, "key")->items[4]->text, "4");
	arena_finish(&here);
}

TEST(node_settle_has_one_node_for_a_word_of_all_trees)
{
	struct arena here = {0}, aside = {0};
	const struct node *first, *second;
	struct map words;

	map_init(&words, &here);
	first = node_settle(&here, node_text(&aside, "bridge"), &aside, &words);
	second = node_settle(&here, node_text(&aside, "bridge"), &aside, &words);
	assert_ptr_equal(first, second);
	second = node_settle(
		&here, node_text(&aside, arena_strdup(&aside, "bridge")), &aside, &words);
	assert_ptr_not_equal(first, second);
	arena_finish(&aside);
	assert_string_equal(first->text, "bridge");
	assert_string_equal(second->text, "bridge");
	arena_finish(&here);
}

TEST(node_keep_outlives_the_original)
{
	const char text[] = "{\"a\": [1, \"x\"], \"b\": {\"c\": null}}";
	struct arena first = {0}, second = {0};
	struct err err = {0};
	struct node *node = NULL, *kept;

	assert_true(json_parse(&first, text, strlen(text), &node, &err));
	kept = node_keep(&second, node);
	assert_true(node_equal(node, kept));
	arena_finish(&first);
	assert_string_equal(node_get(kept, "a")->items[1]->text, "x");
	node_set_text(&second, kept, "d", "y");
	assert_string_equal(node_get_text(kept, "d"), "y");
	arena_finish(&second);
}
