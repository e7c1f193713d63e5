/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/node.h"
#include "base/str.h"
#include "compose/planner/plan.h"

static const char *lookup(void *ctx, unsigned action, enum slot_value value)
{
	(void)ctx;
	return action == 3 && value == SLOT_ID ? "abc" : NULL;
}

TEST(slot_parse_takes_whole_slots_only)
{
	unsigned action = 0;
	enum slot_value value = SLOT_ID;

	assert_true(slot_parse("$12.digest", &action, &value));
	assert_int_equal(action, 12);
	assert_int_equal(value, SLOT_DIGEST);
	assert_false(slot_parse("container:$3.id", &action, &value));
	assert_false(slot_parse("$0.id", &action, &value));
	assert_false(slot_parse("$3.idx", &action, &value));
	assert_false(slot_parse(NULL, &action, &value));
}

TEST(slots_fill_knows_dollars_and_digests)
{
	struct arena arena = {0};
	char hex[DIGEST_HEX_BYTES];

	assert_string_equal(
		slots_fill(&arena, "container:$3.id", lookup, NULL), "container:abc");
	assert_string_equal(
		slots_fill(&arena, "$$3.id $4.id", lookup, NULL), "$3.id $4.id");
	digest_sha256_hex("x abc", 5, hex);
	assert_string_equal(slots_fill(&arena, "$sha256:x $3.id", lookup, NULL), hex);
	arena_finish(&arena);
}

TEST(slots_fill_node_fills_marked_keys_and_texts)
{
	struct arena arena = {0};
	struct node *body = node_map(&arena);
	struct node *networks = node_map(&arena);
	struct node *mode = node_text(&arena, "$3.id");
	struct node *filled;

	networks->marks = NODE_SLOT;
	node_set(&arena, networks, "$3.id", node_map(&arena));
	mode->marks = NODE_SLOT;
	node_set(&arena, body, "Networks", networks);
	node_set(&arena, body, "Mode", mode);
	node_set_text(&arena, body, "Env", "$3.id");
	filled = slots_fill_node(&arena, body, lookup, NULL);
	assert_non_null(node_path(filled, "Networks.abc"));
	assert_string_equal(node_get_text(filled, "Mode"), "abc");
	assert_string_equal(node_get_text(filled, "Env"), "$3.id");
	arena_finish(&arena);
}

TEST(plan_check_refuses_what_needs_later_actions)
{
	unsigned two[] = {2};
	struct action actions[] = {
		{.label = "a", .reason = "r", .needs = two, .nneeds = 1},
		{.label = "b", .reason = "r"},
	};
	struct plan plan = {.actions = actions, .nactions = 2};
	struct err err = {0};

	assert_false(plan_check(&plan, &err));
	assert_string_equal(err.text, "action 1 needs action 2");
}

TEST(plan_check_refuses_slots_that_are_not_needed)
{
	unsigned one[] = {1};
	struct action actions[] = {
		{.kind = ACTION_CONTAINER_CREATE, .label = "a", .reason = "r"},
		{.kind = ACTION_CONTAINER_START,
			.label = "a",
			.reason = "r",
			.target = "$1.id"},
	};
	struct plan plan = {.actions = actions, .nactions = 2};
	struct err err = {0};

	assert_false(plan_check(&plan, &err));
	actions[1].needs = one;
	actions[1].nneeds = 1;
	assert_true(plan_check(&plan, &err));
}

TEST(plan_print_text_aligns_columns)
{
	unsigned needs[] = {1, 2};
	struct action actions[] = {
		{.kind = ACTION_NETWORK_CREATE,
			.label = "app_default",
			.reason = "missing"},
		{.kind = ACTION_IMAGE_PULL, .label = "mysql:5.7", .reason = "missing"},
		{.kind = ACTION_CONTAINER_CREATE,
			.label = "app-db-1",
			.reason = "missing",
			.needs = needs,
			.nneeds = 2},
		{.kind = ACTION_WAIT, .label = "app-db-1", .reason = "depends_on of web"},
	};
	struct plan plan = {.actions = actions, .nactions = 4};
	auto_str text = {0};

	plan_print_text(&text, &plan);
	assert_string_equal(str_text(&text),
		" 1 []    create network   app_default  missing\n"
		" 2 []    pull   image     mysql:5.7    missing\n"
		" 3 [1,2] create container app-db-1     missing\n"
		" 4 []    wait   healthy   app-db-1     depends_on of web\n");
}
