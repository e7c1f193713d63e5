/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/loader/remote.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "compose/loader/load.h"
#include "tests/fuzz/memory_files.h"
#include "tests/unit/test.h"

TEST(remote_is_told_from_a_path)
{
	static const char *const elsewhere[] = {"https://h/x.git", "HTTP://h/x.git#a:b",
		"git://h/x", "ssh://git@h:22/x", "git@h:x/y.git",
		"a_b-c@h-1.d:", "oci://h/x", "file:///x", "ftp://h/x"};
	static const char *const here[] = {"", "-", "compose.yaml", "./https://h/x.git",
		"a/b@c:d", "h:x.git", "@h:x", "a@:x", "a b@h:x", "a@h", "ext::sh -c x",
		"://x", "c:\\x", "github.com/x/y"};

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		assert_true(remote_is(elsewhere[i]));
	for (size_t i = 0; i < sizeof(here) / sizeof(*here); i++)
		assert_false(remote_is(here[i]));
}

TEST(remote_is_read_from_its_name)
{
	static const struct {
		const char *name, *url, *ref, *path;
	} cases[] = {
		{"https://h/x.git", "https://h/x.git", "HEAD", ""},
		{"https://h/x.git#", "https://h/x.git", "HEAD", ""},
		{"https://h/x.git#main", "https://h/x.git", "main", ""},
		{"https://h/x.git#main:", "https://h/x.git", "main", ""},
		{"https://h/x.git#:a/b", "https://h/x.git", "HEAD", "a/b"},
		{"git@h:x#v1:./a/../b/", "git@h:x", "v1", "b"},
		{"ssh://h/x#feature/y:c:d", "ssh://h/x", "feature/y", "c:d"},
		{"git://h/x?ref=v1&subdir=a", "git://h/x", "v1", "a"},
		{"git://h/x?branch=b", "git://h/x", "refs/heads/b", ""},
		{"git://h/x?tag=t#", "git://h/x", "refs/tags/t", ""},
		{"git://h/x?commit=c", "git://h/x", "c", ""},
		{"git://h/x#a%20b%2525:c%2Fd+e", "git://h/x", "a b%25", "c/d+e"},
		{"git://h/x?ref=a%23b&subdir=%c3%A4", "git://h/x", "a#b", "\xc3\xa4"},
		{"git@h:x#a%20b", "git@h:x", "a%20b", ""},
		{"oci://h/x:1?a#b", "h/x:1?a#b", NULL, "compose.yaml"},
		{"OCI://h/x@sha256:1", "h/x@sha256:1", NULL, "compose.yaml"},
		{"oci://", "", NULL, "compose.yaml"},
		{"https://h/x", NULL, NULL, NULL},
		{"https://h/x.git/", NULL, NULL, NULL},
		{"file:///x.git", NULL, NULL, NULL},
		{"git://h/x#-u", NULL, NULL, NULL},
		{"git://h/x#--upload-pack=y", NULL, NULL, NULL},
		{"git://h/x#m:..", NULL, NULL, NULL},
		{"git://h/x#m:a/../../b", NULL, NULL, NULL},
		{"git://h/x#m:/etc", NULL, NULL, NULL},
		{"git://h/x?", NULL, NULL, NULL},
		{"git://h/x?ref=", NULL, NULL, NULL},
		{"git://h/x?ref=-u", NULL, NULL, NULL},
		{"git://h/x?ref=a&tag=b", NULL, NULL, NULL},
		{"git://h/x?ref=a#b", NULL, NULL, NULL},
		{"git://h/x?depth=1", NULL, NULL, NULL},
		{"git://h/x#a%", NULL, NULL, NULL},
		{"git://h/x#a%2", NULL, NULL, NULL},
		{"git://h/x#a%2g", NULL, NULL, NULL},
		{"git://h/x#a%00", NULL, NULL, NULL},
		{"git://h/x#a%0a", NULL, NULL, NULL},
		{"git://h/x#a%7f", NULL, NULL, NULL},
		{"git://h/x#%2dx", NULL, NULL, NULL},
		{"git://h/x#m:%2e%2e/b", NULL, NULL, NULL},
		{"git://h/x?ref=%", NULL, NULL, NULL},
		{"git://h/x?subdir=..%2fb", NULL, NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena arena = {0};
		struct err err = {0};
		struct remote remote;
		const char *path;
		bool ok = remote_parse(&arena, cases[i].name, &remote, &path, &err);

		assert_int_equal(ok, cases[i].url != NULL);
		assert_int_equal(err.kind, ok ? ERR_NONE : ERR_INPUT);
		if (ok) {
			assert_string_equal(remote.url, cases[i].url);
			assert_int_equal(
				remote.kind, cases[i].ref ? REMOTE_GIT : REMOTE_OCI);
			if (cases[i].ref)
				assert_string_equal(remote.ref, cases[i].ref);
			assert_string_equal(path, cases[i].path);
		}
		arena_finish(&arena);
	}
}

TEST(remote_prefix_is_what_would_name_it_again)
{
	static const struct {
		struct remote remote;
		const char *prefix;
	} cases[] = {
		{{REMOTE_GIT, "https://h/x.git", "HEAD"}, "https://h/x.git#:"},
		{{REMOTE_GIT, "git@h:x", "main"}, "git@h:x#main:"},
		{{REMOTE_OCI, "h/x:1", NULL}, "oci://h/x:1#"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena arena = {0};

		assert_string_equal(
			remote_prefix(&arena, &cases[i].remote), cases[i].prefix);
		arena_finish(&arena);
	}
}

/* The directory /p is what every commit is got into, but for that of "gone". */
static bool get(void *ctx, struct arena *arena, const struct remote *remote,
	const char **out_dir, struct err *err)
{
	(void)arena;
	++*(size_t *)ctx;
	*out_dir = "/p";
	return remote->kind == REMOTE_OCI || strcmp(remote->ref, "gone") != 0 ||
		err_set(err, ERR_SYSTEM, "there is no \"gone\"");
}

static const char *shown(void *ctx, struct arena *arena, const char *path)
{
	(void)ctx;
	return strncmp(path, "/p/", 3) ? NULL : arena_printf(arena, "there:%s", path + 3);
}

static void assert_found(const char *name, const char *path, const char *message)
{
	static const char tree[] = "== docker-compose.yml\n{}\n== a/x.yaml\n{}\n";
	struct arena arena = {0};
	struct memory_files memory;
	struct files files = memory_files(&memory);
	size_t ngot = 0;
	const struct remotes remotes = {&ngot, get, shown};
	const struct load_opts opts = {.files = &files, .remotes = &remotes, .cwd = "/"};
	struct err err = {0};
	const char *found = NULL;

	memory_files_split(&memory, &arena, tree, strlen(tree));
	assert_int_equal(remote_find(&arena, &opts, name, &found, &err), path != NULL);
	if (path)
		assert_string_equal(found, path);
	else
		assert_string_equal(err.text, message);
	assert_int_equal(ngot, 1);
	arena_finish(&arena);
}

TEST(remote_find_looks_into_what_was_got)
{
	assert_found("git://h/x", "/p/docker-compose.yml", NULL);
	assert_found("git://h/x#main:a/x.yaml", "/p/a/x.yaml", NULL);
	assert_found("git://h/x#main:y.yaml", NULL,
		"git://h/x#main:y.yaml: the repository has no \"y.yaml\" at that commit");
	assert_found(
		"oci://h/x", NULL, "oci://h/x: the artifact has no \"compose.yaml\"");
	assert_found("git://h/x#gone", NULL, "git://h/x#gone: there is no \"gone\"");
}

TEST(remote_find_gets_nothing_where_nobody_can)
{
	struct arena arena = {0};
	const struct load_opts opts = {.files = &files_system, .cwd = "/"};
	struct err err = {0};
	const char *found;

	assert_false(remote_find(&arena, &opts, "git://h/x", &found, &err));
	assert_string_equal(err.text, "git://h/x: nothing is taken from elsewhere here");
	arena_finish(&arena);
}

TEST(remote_shown_names_what_is_from_elsewhere)
{
	struct arena arena = {0};
	const struct remotes remotes = {NULL, get, shown};
	const struct load_opts with = {.remotes = &remotes, .cwd = "/c"};
	const struct load_opts without = {.cwd = "/p"};

	assert_string_equal(remote_shown(&arena, &with, "/p/a.yaml"), "there:a.yaml");
	assert_string_equal(remote_shown(&arena, &with, "/c/a.yaml"), "a.yaml");
	assert_string_equal(remote_shown(&arena, &without, "/p/a.yaml"), "a.yaml");
	arena_finish(&arena);
}
