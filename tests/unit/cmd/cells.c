/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cells.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "tests/unit/test.h"

TEST(cell_duration_says_it_as_docker_does)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{0, "Less than a second"},
		{1, "1 second"},
		{59, "59 seconds"},
		{60, "About a minute"},
		{119, "About a minute"},
		{120, "2 minutes"},
		{3599, "59 minutes"},
		{3600, "About an hour"},
		{5400, "2 hours"},
		{47 * 3600, "47 hours"},
		{48 * 3600, "2 days"},
		{14 * 86400, "2 weeks"},
		{60 * 86400, "2 months"},
		{800 * 86400, "2 years"},
	};
	struct arena arena = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
			cell_duration(&arena, cases[i].seconds), cases[i].text);
	arena_finish(&arena);
}

TEST(cell_shortened_counts_characters_and_quoted_escapes)
{
	struct arena arena = {0};

	assert_string_equal(cell_shortened(&arena, "äöüß", 4), "äöüß");
	assert_string_equal(cell_shortened(&arena, "äöüßx", 4), "äöü…");
	assert_string_equal(
		cell_quoted(&arena, "a\"b\\\n\x01"), "\"a\\\"b\\\\\\n\\x01\"");
	arena_finish(&arena);
}

TEST(cell_ports_folds_ranges)
{
	static const struct {
		const char *json;
		const char *text;
	} cases[] = {
		{"[]", ""},
		{"[{\"PrivatePort\":80,\"Type\":\"tcp\"}]", "80/tcp"},
		{"[{\"IP\":\"0.0.0.0\",\"PrivatePort\":80,\"PublicPort\":8080,\"Type\":"
		 "\"tcp\"},"
		 "{\"IP\":\"::\",\"PrivatePort\":80,\"PublicPort\":8080,\"Type\":\"tcp\"}"
		 "]",
			"0.0.0.0:8080->80/tcp, [::]:8080->80/tcp"},
		{"[{\"IP\":\"0.0.0.0\",\"PrivatePort\":81,\"PublicPort\":81,\"Type\":"
		 "\"tcp\"},"
		 "{\"IP\":\"0.0.0.0\",\"PrivatePort\":80,\"PublicPort\":80,\"Type\":"
		 "\"tcp\"},"
		 "{\"PrivatePort\":90,\"Type\":\"udp\"}]",
			"0.0.0.0:80-81->80-81/tcp, 90/udp"},
	};
	struct arena arena = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = {0};
		struct node *node;

		assert_true(json_parse(
			&arena, cases[i].json, strlen(cases[i].json), &node, &err));
		assert_string_equal(cell_ports(&arena, node), cases[i].text);
	}
	arena_finish(&arena);
}
