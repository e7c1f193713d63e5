/* SPDX-License-Identifier: Apache-2.0 */
/* Finds davit-engine beside davit and becomes it. */
#include "cmd/handover.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

#define PROGRAM_ARGS_MAX 80

/* Relative to davit's own folder: as installed, and as built. */
static const char *const places[] = {
	"../libexec/davit/davit-engine",
	"libexec/davit/davit-engine",
	"davit-engine",
};

static bool own_folder(char *out, size_t size, struct err *err)
{
	ssize_t len = readlink("/proc/self/exe", out, size - 1);

	if (len < 0)
		return err_sys(err, "read /proc/self/exe");
	out[len] = '\0';
	*strrchr(out, '/') = '\0';
	return true;
}

bool program_beside(const char *name, char *out, size_t size)
{
	char folder[PATH_MAX];
	struct err err = {0};

	if (!own_folder(folder, sizeof(folder), &err))
		return false;
	snprintf(out, size, "%s/%s", folder, name);
	return access(out, X_OK) == 0;
}

void program_become(const char *const *args)
{
	char *copies[PROGRAM_ARGS_MAX + 1] = {0};

	for (size_t i = 0; i < PROGRAM_ARGS_MAX && args[i]; i++)
		copies[i] = xstrdup(args[i]);
	if (copies[0])
		execv(copies[0], copies);
	for (size_t i = 0; copies[i]; i++)
		free(copies[i]);
}

static bool is_missing(const char *folder, struct err *err)
{
	return err_set(err, ERR_SYSTEM,
		"davit-engine is missing: it belongs to %s/%s\nInstall davit again "
		"(meson install), or run it from its build tree.",
		folder, places[0]);
}

bool engine_program(char *out, size_t size, struct err *err)
{
	char folder[PATH_MAX];

	if (!own_folder(folder, sizeof(folder), err))
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(out, size, "%s/%s", folder, places[i]);
		if (access(out, X_OK) == 0)
			return true;
	}
	return is_missing(folder, err);
}

bool hand_over(char *const *argv, char *const *environment, struct err *err)
{
	char folder[PATH_MAX], path[PATH_MAX + 64];

	if (!own_folder(folder, sizeof(folder), err))
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, places[i]);
		execve(path, argv, environment);
	}
	return is_missing(folder, err);
}
