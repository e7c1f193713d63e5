/* SPDX-License-Identifier: Apache-2.0 */
#include "compose/scheduler/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/err.h"

bool folder_make(const char *dir, unsigned mode, struct err *err)
{
	auto_free char *path = xstrdup(dir);

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return err_sys(err, "make the folder %s", path);
		*slash = '/';
	}
	if (mkdir(path, (mode_t)mode) < 0 && errno != EEXIST)
		return err_sys(err, "make the folder %s", path);
	return true;
}
