/* SPDX-License-Identifier: Apache-2.0 */
#include "base/schema.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/str.h"
#include "tests/unit/test.h"

struct boat {
	const char *name;
	bool afloat;
	struct opt_i64 length_bytes;
};

struct fleet {
	struct boat *boats;
	size_t nboats;
	struct strings crew;
	struct pairs flags;
	struct opt_i64 delay_ns;
	const struct node *x;
};

static const struct field boat_fields[] = {
	F_BOOL(struct boat, "afloat", afloat, .help = "Is it in the water"),
	{.name = "rudder",
		.type = TYPE_TEXT,
		.offset = NO_MEMBER,
		.flags = FIELD_HIDDEN | FIELD_UNUSED,
		.help = "How it is steered"},
	F_BYTES(struct boat, "length", length_bytes, .help = "How long it is"),
	F_END,
};

static const struct section boat_section = {
	.name = "boat",
	.fields = boat_fields,
	.size = sizeof(struct boat),
	.key_offset = MEMBER(struct boat, name, const char *),
	.node_offset = NO_MEMBER,
	.set_offset = NO_MEMBER,
	.pos_offset = NO_MEMBER,
	.x_offset = NO_MEMBER,
	.no_extensions = true,
};

static const struct field fleet_fields[] = {
	F_MAP(struct fleet, "boats", boats, nboats, &boat_section, .flags = FIELD_NAMES,
		.help = "Boats"),
	F_STRINGS(struct fleet, "crew", crew, .form = FORM_TEXT_LIST,
		.flags = FIELD_UNIQUE_ITEMS, .help = "People"),
	F_PAIRS(struct fleet, "flags", flags, .form = FORM_LIST_OR_PAIRS,
		.help = "Flags"),
	F_DURATION(struct fleet, "delay", delay_ns, .flags = FIELD_KEEP_EMPTY,
		.fallback = "5s", .help = "Time to lower"),
	F_END,
};

static const struct section fleet_section = {
	.name = "fleet",
	.fields = fleet_fields,
	.size = sizeof(struct fleet),
	.key_offset = NO_MEMBER,
	.node_offset = NO_MEMBER,
	.set_offset = NO_MEMBER,
	.pos_offset = NO_MEMBER,
	.x_offset = MEMBER(struct fleet, x, const struct node *),
};

static struct node *read(struct arena *arena, const char *json)
{
	struct err err = {0};
	struct node *node;

	assert_true(json_parse(arena, json, strlen(json), &node, &err));
	return node;
}

/* All complaints about a tree, a line each. */
static const char *complaints(struct arena *arena, const char *json)
{
	const char *out = "";
	struct errs errs;

	errs_init(&errs, arena);
	schema_check(&fleet_section, read(arena, json), 0, &errs);
	for (size_t i = 0; i < errs.nitems; i++)
		out = arena_printf(arena, "%s%s\n", out, errs.items[i].text);
	return out;
}

TEST(schema_decodes_and_encodes_the_same_tree)
{
	struct arena arena = {0};
	struct fleet fleet = {0};
	struct errs errs;
	auto_str text = {0};

	errs_init(&errs, &arena);
	schema_decode(&arena, &fleet_section,
		read(&arena,
			"{\"boats\": {\"b10\": {\"afloat\": true}, \"b2\": {\"length\": "
			"\"1k\"}}, \"crew\": \"ann\","
			" \"flags\": [\"a=1\", \"b\"], \"x-note\": {\"z\": 1}}"),
		&fleet, &errs);
	assert_int_equal(errs.nitems, 0);
	assert_int_equal(fleet.nboats, 2);
	assert_string_equal(pairs_get(&fleet.flags, "b"), "");
	json_print(&text, schema_encode(&arena, &fleet_section, &fleet, 0), JSON_COMPACT);
	assert_string_equal(str_text(&text),
		"{\"boats\":{\"b2\":{\"length\":\"1024\"},\"b10\":{\"afloat\":true}},"
		"\"crew\":[\"ann\"],"
		"\"flags\":{\"a\":\"1\",\"b\":\"\"},\"delay\":\"5s\",\"x-note\":{\"z\":1}"
		"}");
	arena_finish(&arena);
}

TEST(schema_says_what_an_unknown_key_meant)
{
	struct arena arena = {0};

	assert_string_equal(complaints(&arena, "{\"crwe\": [\"a\"]}"),
		"unknown key \"crwe\": did you mean \"crew\"?\n");
	assert_string_equal(complaints(&arena, "{\"afloat\": true}"),
		"unknown key \"afloat\": it belongs in boats.NAME\n");
	assert_string_equal(complaints(&arena, "{\"boats\": {\"a\": {\"crew\": []}}}"),
		"boats.a: unknown key \"crew\": it belongs at the top level, without "
		"indentation\n");
	assert_string_equal(complaints(&arena, "{\"boats\": {\"a\": {\"x-y\": 1}}}"),
		"boats.a: unknown key \"x-y\"\n");
	arena_finish(&arena);
}

TEST(schema_says_all_that_is_wrong_at_once)
{
	struct arena arena = {0};

	assert_string_equal(complaints(&arena,
				    "{\"boats\": {\"a b\": {\"afloat\": \"maybe\", "
				    "\"length\": []}}, \"crew\": [\"a\", \"a\", 5],"
				    " \"delay\": 10}"),
		"boats: invalid name \"a b\": letters, digits and . _ - only\n"
		"boats.a b.afloat: must be true or false, but is \"maybe\"\n"
		"boats.a b.length: must be a number of bytes or a string with a unit, "
		"such as \"512m\", but is a list\n"
		"crew[2]: must be a string, but is a number\n"
		"crew: items at 0 and 1 are equal: \"a\"\n"
		"delay: must be a string with a unit, such as \"1m30s\", but is a "
		"number\n");
	arena_finish(&arena);
}

TEST(schema_lets_variables_be_when_they_are_not_filled_in)
{
	struct arena arena = {0};
	struct errs errs;

	errs_init(&errs, &arena);
	schema_check(
		&fleet_section, read(&arena, "{\"delay\": \"${D}\"}"), SCHEMA_RAW, &errs);
	assert_int_equal(errs.nitems, 0);
	arena_finish(&arena);
}

TEST(schema_reports_keys_without_effect)
{
	struct arena arena = {0};
	struct errs errs;

	errs_init(&errs, &arena);
	schema_report(&fleet_section,
		read(&arena,
			"{\"boats\": {\"a\": {\"rudder\": \"x\"}, \"b\": {\"rudder\": "
			"\"y\"}},"
			"\"crew\": []}"),
		FIELD_UNUSED, &errs);
	assert_int_equal(errs.nwarnings, 1);
	assert_string_equal(errs.items[0].text,
		"boats.a.rudder: kept, but davit does not act on it yet (so in 1 more "
		"place)");
	arena_finish(&arena);
}

TEST(keys_sort_numbers_as_numbers)
{
	assert_true(key_compare("a2", "a10") < 0);
	assert_true(key_compare("a", "ab") < 0);
	assert_true(key_compare("a-b", "a_b") < 0);
	assert_true(key_compare("web1", "webx") < 0);
	assert_true(key_compare("same", "same") == 0);
}

TEST(schema_check_guesses_for_the_first_errors_only)
{
	struct arena arena = {0};
	struct errs errs;
	auto_str text = {0};

	errs_init(&errs, &arena);
	for (int i = 0; i < ERRS_GUESSED_MAX + 1; i++)
		str_printf(&text, "%s\"boat%d\": 1", i ? ", " : "{",
			10 + i % 90 + 100 * (i / 90));
	str_add_c(&text, '}');
	schema_check(&fleet_section, read(&arena, str_text(&text)), 0, &errs);
	assert_int_equal(errs.nitems, ERRS_GUESSED_MAX + 1);
	assert_non_null(strstr(errs.items[0].text, "did you mean \"boats\"?"));
	assert_null(strstr(errs.items[ERRS_GUESSED_MAX].text, "did you mean"));
	arena_finish(&arena);
}
