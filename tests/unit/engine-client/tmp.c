/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/engine-client/tmp.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

void tmp_init(struct tmp *tmp)
{
	snprintf(tmp->dir, sizeof(tmp->dir), "/tmp/davit-test-XXXXXX");
	assert_non_null(mkdtemp(tmp->dir));
}

static int remove_one(const char *path, const struct stat *st __attribute__((unused)),
	int type __attribute__((unused)), struct FTW *ftw __attribute__((unused)))
{
	return remove(path);
}

void tmp_finish(struct tmp *tmp)
{
	nftw(tmp->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_parents(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		assert_true(!mkdir(path, 0755) || errno == EEXIST);
		*p = '/';
	}
}

static void write_file(
	const struct tmp *tmp, const char *path, const char *text, mode_t mode)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", tmp->dir, path);
	make_parents(full);
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(full, mode), 0);
}

void tmp_write(const struct tmp *tmp, const char *path, const char *text)
{
	write_file(tmp, path, text, 0644);
}

void tmp_write_script(const struct tmp *tmp, const char *path, const char *text)
{
	write_file(tmp, path, text, 0755);
}
