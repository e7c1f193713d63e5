/* SPDX-License-Identifier: Apache-2.0 */
/* A program and the libraries that it loads, as the tar of an image: no registry, no compiler, no base image. */
#pragma once

#include <stdbool.h>

struct err;
struct str;

#define PACK_MAX_BYTES ((size_t)256 << 20)

/*
 * The program stands at /<its name> in the image, everything else where it is here. out_library_path is for
 * LD_LIBRARY_PATH, since the image has no cache of the loader. Asks the loader itself, and waits for it.
 */
bool pack_program(struct str *out_tar, struct str *out_library_path, const char *program,
	struct err *err);
