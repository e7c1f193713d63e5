/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/reference.h"

#include "base/arena.h"
#include "tests/unit/test.h"

static void assert_text(const char *found, const char *expected)
{
	if (expected)
		assert_string_equal(found, expected);
	else
		assert_null(found);
}

TEST(reference_is_split_into_its_parts)
{
	static const struct {
		const char *ref;
		struct reference parts;
	} cases[] = {
		{"nginx", {"nginx", "docker.io", NULL, NULL}},
		{"team/app:1.2", {"team/app", "docker.io", "1.2", NULL}},
		{"index.docker.io/team/app",
			{"index.docker.io/team/app", "docker.io", NULL, NULL}},
		{"localhost/app", {"localhost/app", "localhost", NULL, NULL}},
		{"localhost:5000/app",
			{"localhost:5000/app", "localhost:5000", NULL, NULL}},
		{"ghcr.io/a/b:t@sha256:0f", {"ghcr.io/a/b", "ghcr.io", "t", "sha256:0f"}},
		{"app@sha256:0f", {"app", "docker.io", NULL, "sha256:0f"}},
		{"Host/app", {"Host/app", "Host", NULL, NULL}},
		{"", {"", "docker.io", NULL, NULL}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena arena = {0};
		struct reference parts = reference_split(&arena, cases[i].ref);

		assert_text(parts.name, cases[i].parts.name);
		assert_text(parts.registry, cases[i].parts.registry);
		assert_text(parts.tag, cases[i].parts.tag);
		assert_text(parts.digest, cases[i].parts.digest);
		arena_finish(&arena);
	}
}
