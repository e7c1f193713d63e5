/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/reference.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
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

TEST(reference_full_says_what_is_meant)
{
#define SHA "sha256:08c8a69ad717c430833600283abe0ed6b24e060db4d448d695841b94c85a177f"
	static const char *const cases[][2] = {
		{"busybox", "docker.io/library/busybox:latest"},
		{"library/busybox:1", "docker.io/library/busybox:1"},
		{"docker.io/busybox", "docker.io/library/busybox:latest"},
		{"index.docker.io/foo/bar:x", "docker.io/foo/bar:x"},
		{"foo/bar.baz__x--y", "docker.io/foo/bar.baz__x--y:latest"},
		{"localhost/foo", "localhost/foo:latest"},
		{"localhost:5000", "docker.io/library/localhost:5000"},
		{"127.0.0.1:5001/x/y:z", "127.0.0.1:5001/x/y:z"},
		{"[::1]:5000/x", "[::1]:5000/x:latest"},
		{"Example.com/x", "Example.com/x:latest"},
		{"foo:1@" SHA, "docker.io/library/foo@" SHA},
		{"r.io/foo@" SHA, "r.io/foo@" SHA},
		{"a:b:c", NULL},
		{"a:", NULL},
		{"a:.b", NULL},
		{"a@sha256:xx", NULL},
		{"a@md5:08c8a69ad717c430833600283abe0ed6", NULL},
		{"-a", NULL},
		{"a/_b", NULL},
		{"a___b", NULL},
		{"a//b", NULL},
		{"a/", NULL},
		{"/a", NULL},
		{"", NULL},
		{" a", NULL},
		{"http://x/y", NULL},
		{"Foo", NULL},
		{"r.io/Foo", NULL},
		{"a..b/c", NULL},
		{"-a.b/c", NULL},
		{"a.b:x/c", NULL},
		{"[::1/c", NULL},
		{"${IMAGE}", NULL},
		{"08c8a69ad717c430833600283abe0ed6b24e060db4d448d695841b94c85a177f",
			NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena arena = {0};
		struct err err = {0};
		const char *full = NULL;
		bool ok = reference_full(&arena, cases[i][0], &full, &err);

		assert_text(full, cases[i][1]);
		assert_int_equal(ok, cases[i][1] != NULL);
		assert_int_equal(err.kind, ok ? ERR_NONE : ERR_INPUT);
		arena_finish(&arena);
	}
}

TEST(reference_full_holds_the_limits_of_length)
{
	static const struct {
		size_t name, tag;
		bool ok;
	} cases[] = {{237, 128, true}, {238, 1, false}, {1, 129, false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena arena = {0};
		struct err err = {0};
		auto_str ref = {0};
		const char *full;

		str_add_repeat(&ref, 'a', cases[i].name);
		str_add_c(&ref, ':');
		str_add_repeat(&ref, 't', cases[i].tag);
		assert_int_equal(
			reference_full(&arena, str_text(&ref), &full, &err), cases[i].ok);
		arena_finish(&arena);
	}
}
