/* SPDX-License-Identifier: Apache-2.0 */
/* Files of variables: .env, --env-file, env_file, label_file (reference compose.md 3.14).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct env;
struct errs;
struct files;

#define DOTENV_MAX_BYTES ((size_t)8 << 20)

enum dotenv_format {
	DOTENV,     /* quotes, escapes, comments, interpolation */
	DOTENV_RAW, /* docker's own: everything after = counts as it is */
};

/*
 * Reads text into a layer. Variables in values are looked for in the layers above, then
 * among what this layer holds already. name is the file as messages show it. False after
 * errors, which are added to errs; statements that could be read are there all the same.
 */
bool dotenv_read(struct arena *arena, const char *name, const char *text, size_t len,
	enum dotenv_format format, struct env *into, struct errs *errs);

/* The same from a file. A file that cannot be read is an error. */
bool dotenv_read_file(struct arena *arena, const struct files *files, const char *path,
	const char *name, enum dotenv_format format, struct env *into, struct errs *errs);
