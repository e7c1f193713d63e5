/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as config.json; helpers that it names are not found. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine-client/credentials.h"
#include "tests/fuzz/fuzz.h"

static void drop(void *ctx, const char *auth, const struct err *err)
{
	(void)ctx, (void)auth, (void)err;
}

static const char *write_config(
	struct arena *arena, const char *dir, const char *data, size_t len)
{
	const char *path = arena_printf(arena, "%s/config.json", dir);
	FILE *file = fopen(path, "w");

	if (!file || fwrite(data, 1, len, file) != len)
		abort();
	fclose(file);
	return path;
}

void fuzz(struct arena *arena, const char *data, size_t len)
{
	char dir[] = "/dev/shm/davit-fuzz-XXXXXX";
	struct credentials *credentials;
	struct err err = {0};
	uv_loop_t loop;
	const char *path = mkdtemp(dir) ? write_config(arena, dir, data, len) : NULL;

	uv_loop_init(&loop);
	credentials = credentials_new(&loop, dir, "", &err);
	if (credentials) {
		credentials_find(credentials, "nginx", drop, NULL);
		credentials_find(credentials, "r:5000/app", drop, NULL);
		credentials_all(credentials, drop, NULL);
		uv_run(&loop, UV_RUN_DEFAULT);
		credentials_free(credentials);
		uv_run(&loop, UV_RUN_DEFAULT);
	}
	if (uv_loop_close(&loop))
		abort();
	unlink(path);
	rmdir(dir);
}
