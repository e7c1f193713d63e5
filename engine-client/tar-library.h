/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libarchive, loaded when the first tar is written: it brings libxml2, libicu and libstdc++, a fifth of what davit-engine
 * takes to start, and few commands write a tar.
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>

struct err;

/* What tar.c calls, without the prefix archive_. */
#define TAR_LIBRARY_FUNCTIONS(X)     \
	X(entry_clear)               \
	X(entry_copy_stat)           \
	X(entry_free)                \
	X(entry_new)                 \
	X(entry_set_mtime)           \
	X(entry_set_nlink)           \
	X(entry_set_pathname)        \
	X(entry_set_size)            \
	X(entry_set_symlink)         \
	X(entry_unset_atime)         \
	X(entry_unset_ctime)         \
	X(entry_xattr_add_entry)     \
	X(error_string)              \
	X(write_close)               \
	X(write_data)                \
	X(write_finish_entry)        \
	X(write_free)                \
	X(write_header)              \
	X(write_new)                 \
	X(write_open2)               \
	X(write_set_bytes_per_block) \
	X(write_set_format_pax_restricted)

#define TAR_LIBRARY_MEMBER(name) __typeof__(&archive_##name) name;

struct tar_library {
	TAR_LIBRARY_FUNCTIONS(TAR_LIBRARY_MEMBER)
};

/* Loads it, unless that is done. False and err (ERR_SYSTEM, what the loader says) when it is not installed. */
bool tar_library_load(struct tar_library *out, struct err *err);
