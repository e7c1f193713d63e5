/* SPDX-License-Identifier: Apache-2.0 */
#include "base/node.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "tests/unit/test.h"

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
