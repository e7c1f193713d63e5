/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"
#include "tests/unit/engine-client/tmp.h"
#include "tests/unit/test.h"

/* A line an entry: "path mode uid:gid text-or-link". */
static void list(struct str *out, const struct str *tar)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	archive_read_support_format_tar(archive);
	assert_int_equal(
		archive_read_open_memory(archive, str_text(tar), tar->len), ARCHIVE_OK);
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		char text[64] = "";
		const char *link = archive_entry_symlink(entry);
		la_ssize_t n = archive_read_data(archive, text, sizeof(text) - 1);

		str_printf(out, "%s %o %d:%d %.*s\n", archive_entry_pathname(entry),
			archive_entry_mode(entry), (int)archive_entry_uid(entry),
			(int)archive_entry_gid(entry),
			link             ? 99
				: n > 20 ? 20
					 : (int)n,
			link ? link : text);
	}
	archive_read_free(archive);
}

static void assert_listed(const struct str *tar, const char *expected)
{
	auto_str listed = {0};

	list(&listed, tar);
	assert_string_equal(str_text(&listed), expected);
}

TEST(tar_of_files_holds_them_with_owner_and_mode)
{
	const struct tar_file files[] = {
		{.path = "run/secrets/s",
			.data = "pw",
			.len = 2,
			.mode = 0400,
			.uid = 5,
			.gid = 6},
		{.path = "etc/empty", .data = "", .mode = 0444},
	};
	struct err err = {0};
	auto_str tar = {0};

	assert_true(tar_of_files(&tar, files, 2, &err));
	assert_listed(&tar, "run/secrets/s 100400 5:6 pw\netc/empty 100444 0:0 \n");
}

TEST(tar_of_files_keeps_under_the_ceiling)
{
	const struct tar_file file = {.path = "f", .data = "x", .len = 1, .mode = 0444};
	struct err err = {0};
	auto_str tar = {.max_bytes = 600};

	assert_false(tar_of_files(&tar, &file, 1, &err));
	assert_string_equal(err.text, "the tar would be too long");
}

/* Reads in small bites, as the engine's socket may. */
static bool read_all(struct tar_context *context, struct str *out)
{
	char bite[777];
	long n;

	while ((n = tar_context_read(context, bite, sizeof(bite))) > 0)
		str_add_n(out, bite, (size_t)n);
	return !n;
}

static void assert_context(const struct tar_context_opts *opts, const char *expected)
{
	struct err err = {0};
	auto_str tar = {0};
	struct tar_context *context = tar_context_new(opts, &err);

	assert_non_null(context);
	assert_true(read_all(context, &tar));
	assert_listed(&tar, expected);
	tar_context_free(context);
}

TEST(tar_context_walks_in_order_and_leaves_out_what_is_ignored)
{
	struct tmp tmp;
	char link[128];

	tmp_init(&tmp);
	tmp_write(&tmp, ".dockerignore", "*\n!src\n**/*.o\n!keep/me/[a]\n");
	tmp_write(&tmp, "Dockerfile", "FROM x");
	tmp_write(&tmp, "src/b.c", "b");
	tmp_write(&tmp, "src/b.o", "o");
	tmp_write_script(&tmp, "src/a/run", "r");
	tmp_write(&tmp, "other/file", "no");
	tmp_write(&tmp, "keep/me/a", "yes");
	tmp_write(&tmp, "keep/me/b", "no");
	tmp_write(&tmp, "src/\xc3\xa4", "umlaut");
	snprintf(link, sizeof(link), "%s/src/link", tmp.dir);
	assert_int_equal(symlink("../gone", link), 0);
	assert_context(&(struct tar_context_opts){.dir = tmp.dir},
		"./ 40755 0:0 \n"
		".dockerignore 100644 0:0 *\n!src\n**/*.o\n!keep/\n"
		"Dockerfile 100644 0:0 FROM x\n"
		"keep/me/a 100644 0:0 yes\n"
		"src/ 40755 0:0 \n"
		"src/a/ 40755 0:0 \n"
		"src/a/run 100755 0:0 r\n"
		"src/b.c 100644 0:0 b\n"
		"src/link 120777 0:0 ../gone\n"
		"src/\xc3\xa4 100644 0:0 umlaut\n");
	tmp_finish(&tmp);
}

TEST(tar_context_prefers_the_dockerfiles_own_ignore_file)
{
	const struct tar_file inl = {
		.path = ".dockerfile.inline", .data = "FROM y", .len = 6, .mode = 0644};
	struct tmp tmp;

	tmp_init(&tmp);
	tmp_write(&tmp, ".dockerignore", "a\n");
	tmp_write(&tmp, "web.Dockerfile.dockerignore", "b\nweb*\n");
	tmp_write(&tmp, "web.Dockerfile", "FROM x");
	tmp_write(&tmp, "a", "a");
	tmp_write(&tmp, "b", "b");
	assert_context(
		&(struct tar_context_opts){
			.dir = tmp.dir,
			.dockerfile = "./web.Dockerfile",
			.extra = &inl,
			.nextra = 1,
		},
		"./ 40755 0:0 \n"
		".dockerignore 100644 0:0 a\n\n"
		"a 100644 0:0 a\n"
		"web.Dockerfile 100644 0:0 FROM x\n"
		".dockerfile.inline 100644 0:0 FROM y\n");
	tmp_finish(&tmp);
}

TEST(tar_context_holds_long_names_and_large_files)
{
	struct tmp tmp;
	struct err err = {0};
	auto_str tar = {0}, listed = {0};
	struct tar_context *context;
	char name[256], large[128];

	memset(name, 'n', 250);
	name[250] = '\0';
	tmp_init(&tmp);
	tmp_write(&tmp, name, "x");
	tmp_write(&tmp, "large", "");
	snprintf(large, sizeof(large), "%s/large", tmp.dir);
	assert_int_equal(truncate(large, 3 << 20), 0);
	context = tar_context_new(&(struct tar_context_opts){.dir = tmp.dir}, &err);
	assert_non_null(context);
	assert_true(read_all(context, &tar));
	assert_true(tar.len > 3 << 20);
	assert_string_equal(str_text(&tar), "./"); /* no extended header first */
	list(&listed, &tar);
	assert_non_null(strstr(str_text(&listed), name));
	tar_context_free(context);
	tmp_finish(&tmp);
}

TEST(tar_context_names_a_directory_that_is_not_there)
{
	struct err err = {0};

	assert_null(tar_context_new(&(struct tar_context_opts){.dir = "/nowhere"}, &err));
	assert_string_equal(
		err.text, "read directory /nowhere: No such file or directory");
}
