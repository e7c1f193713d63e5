/* SPDX-License-Identifier: Apache-2.0 */
/* Single values by their rows: what schema_check and schema_decode share. */
#pragma once

#include <stdbool.h>

#include "base/opt.h"
#include "base/trail.h"

struct arena;
struct errs;
struct field;
struct node;

/* A walk down a tree with a place for what is wrong. */
struct walk {
	struct arena *arena;
	struct errs *errs;
	unsigned flags; /* enum schema_flag */
};

/* Room for the member of any single value. */
union value {
	const char *text;
	bool yes;
	struct opt_bool opt_bool;
	struct opt_i64 opt_i64;
	struct opt_double opt_double;
	int64_t i64;
	int word;
};

/*
 * Reads a scalar into the row's member. False when it cannot be read; that has been said then. Null is read
 * as nothing where FIELD_NULL allows it.
 */
bool value_read(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node, union value *out);

/* Puts what was read where the struct's member is. */
void value_store(const struct field *field, const union value *value, void *member);

/* One scalar of a list or mapping of text, by the row's FIELD_NUMBER. */
bool item_is_text(const struct walk *walk, const struct trail *trail,
	const struct field *field, const struct node *node);

/* Adds an error that begins with the trail. */
void walk_error(const struct walk *walk, const struct trail *trail,
	const struct node *node, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void walk_warn(const struct walk *walk, const struct trail *trail,
	const struct node *node, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* "must be a string, but is a list", after the trail. */
void walk_wrong_kind(const struct walk *walk, const struct trail *trail,
	const struct node *node, const char *wanted);
