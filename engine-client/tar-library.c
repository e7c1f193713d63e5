/* SPDX-License-Identifier: Apache-2.0 */
#include "engine-client/tar-library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/err.h"

/* The same for all of libarchive 3. */
#define SONAME "libarchive.so.13"

/* POSIX has it that an object pointer holds a function. */
static bool find(void *library, const char *name, void *out_function)
{
	void *function = dlsym(library, name);

	memcpy(out_function, &function, sizeof(function));
	return function;
}

bool tar_library_load(struct tar_library *out, struct err *err)
{
	void *library = dlopen(SONAME, RTLD_LAZY | RTLD_LOCAL);

#define FIND(name) &&find(library, "archive_" #name, &out->name)
	if (library TAR_LIBRARY_FUNCTIONS(FIND))
		return true;
#undef FIND
	return err_set(err, ERR_SYSTEM, "a tar cannot be written: %s", dlerror());
}
